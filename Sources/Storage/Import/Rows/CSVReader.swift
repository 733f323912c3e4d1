import Foundation

/// Reads CSV as RFC 4180 writes it: quoted fields, doubled quotes, CRLF or LF; comma, semicolon or tab.
///
/// A row that cannot be understood costs one line: reading goes on with the line after the one on which it began, so
/// that a quote nobody closed does not swallow the rest of the file.
final class CSVReader: RowReader {
    /// The longest field, in bytes.
    static let longestField = 1 << 16

    private struct Span {
        var start: Int
        var end: Int
        var isEscaped = false
    }

    private enum Shape {
        case whole(end: Int)
        case needsMore
        case broken(String)
    }

    private(set) var header: [String]?
    let isPerRow = false
    let unknownKeys: [String] = []
    private let input: InputBuffer
    private var delimiter = UInt8(ascii: ",")
    private var line = 1
    private var spans: ContiguousArray<Span> = []
    private var hasQuotes = false
    private let excerpt = ByteArena()
    /// Rows that are no UTF-8, as UTF-8.
    private let converted = ByteArena()
    private(set) var convertedRows = 0
    /// Lines above the header that name no columns.
    private var titles = 0
    /// Lines among the rows that name the columns once more.
    private var repeatedHeaders = 0
    /// Whether an empty line stands before the row.
    private var isBehindGap = false
    private var secondTable: SecondTable?

    var notes: [String] { notes(convertedRows: convertedRows) }

    /// - Parameter convertedRows: how many of the rows that count were converted.
    func notes(convertedRows: Int) -> [String] {
        var notes: [String] = []
        if titles > 0 {
            notes.append(
                titles == 1
                    ? "the line above the header was left out" : "the \(titles) lines above the header were left out")
        }
        if repeatedHeaders > 0 {
            notes.append(
                repeatedHeaders == 1
                    ? "1 line that names the columns once more was left out"
                    : "\(repeatedHeaders) lines that name the columns once more were left out")
        }
        if convertedRows > 0 {
            notes.append(
                "\(convertedRows) \(convertedRows == 1 ? "row is" : "rows are") not UTF-8 and \(convertedRows == 1 ? "was" : "were") read as Windows-1252; if that is wrong: "
                    + "iconv -f WINDOWS-1252 -t UTF-8 FILE > utf8.csv, with the right encoding")
        }
        return notes
    }

    var bytesRead: Int64 { input.bytesRead - Int64(input.count) }
    var totalBytes: Int64? { input.totalBytes }

    init(_ input: InputBuffer) throws {
        self.input = input
        try readHeader()
    }

    func expect(_ names: [[String]], severally: Set<Int>) {}

    func next(_ record: inout Record) throws -> RowOutcome {
        guard try skipBlankLines() else { return .end }
        record.row = line
        switch try shape() {
        case .whole(let end):
            let outcome = finish(&record, end: end)
            if header == nil { return outcome }
            // A row with nothing in it is no row, and neither is one that names the columns once more.
            if record.cells.allSatisfy({ $0.trimmed.isEmpty }) {
                isBehindGap = true
                return try next(&record)
            }
            if isHeader(record) {
                repeatedHeaders += 1
                return try next(&record)
            }
            try refuseSecondTable(record)
            if case .bad = outcome, completeHeading(&record) { return .row }
            return outcome
        case .broken(let reason): return .bad(try leaveOutLine(&record, reason))
        case .needsMore:
            let reason =
                input.count > InputBuffer.longestRow
                ? "the row is longer than 1 MiB, or a quote in it is never closed"
                : "the quote that opens in field \(spans.count + 1) is never closed"
            return .bad(try leaveOutLine(&record, reason))
        }
    }

    private func isHeader(_ record: Record) -> Bool {
        guard let header, let first = record.cells.first, record.cells.count == header.count, header.count > 1,
            first.trimmed.elementsEqual(header[0].utf8)
        else { return false }
        return zip(record.cells, header).allSatisfy { $0.trimmed.elementsEqual($1.utf8) }
    }

    /// - Throws: `ImportError` where another table begins, whose rows would be taken for those of this one.
    private func refuseSecondTable(_ record: Record) throws {
        if isBehindGap {
            if let names = secondTable?.names(in: record.cells) {
                throw ImportError(SecondTable.refusal(names, line: record.row, file: input.name))
            }
            // A title may stand between the gap and the names.
            if record.cells.count(where: { !$0.trimmed.isEmpty }) > 1 { isBehindGap = false }
        }
        secondTable?.look(at: record.cells)
    }

    /// Gives a line of one cell that says of those below how they stand the width of a row, so that nobody passes it over.
    private func completeHeading(_ record: inout Record) -> Bool {
        guard let header, record.cells.count == 1, header.count >= 3 else { return false }
        var row = record
        row.cells += repeatElement(Cell.empty, count: header.count - 1)
        guard SectionLine.status(in: row) != nil else { return false }
        record = row
        return true
    }

    private func finish(_ record: inout Record, end: Int) -> RowOutcome {
        let base = input.base + input.position
        input.position += end
        var encoding = encodingComplaint(Cell(start: base, count: end))
        line += hasQuotes ? lineEnds(base, end) : 1
        record.cells.removeAll(keepingCapacity: true)
        var longest = 0
        for span in spans {
            let length = span.end - span.start
            let count = span.isEscaped ? Self.unescape(base + span.start, length) : length
            longest = max(longest, count)
            record.cells.append(Cell(start: base + span.start, count: count))
        }
        if encoding != nil, !Cell(start: base, count: end).contains(0) {
            convert(&record)
            convertedRows += 1
            encoding = nil
        }
        if let encoding { return .bad(encoding) }
        if longest > Self.longestField {
            let field = 1 + (record.cells.firstIndex { $0.count > Self.longestField } ?? 0)
            return .bad(Rejection(.malformed, "field \(field) is longer than 64 KiB"))
        }
        if let header, record.cells.count != header.count {
            return .bad(
                Rejection(.malformed, "the row has \(record.cells.count) fields, the header has \(header.count)"))
        }
        return .row
    }

    /// Reads the fields as Windows-1252, which spreadsheets still write.
    private func convert(_ record: inout Record) {
        converted.removeAll(reserving: record.cells.reduce(0) { $0 + $1.count } * 3)
        for (index, cell) in record.cells.enumerated() where cell.contains(where: { $0 >= 0x80 }) {
            if String(validating: cell, as: UTF8.self) != nil { continue }
            let text = String(String.UnicodeScalarView(cell.map { Windows1252.scalar($0) }))
            record.cells[index] = converted.append(text.utf8)
        }
    }

    /// Leaves out the line on which the row begins; the record keeps its first bytes as one field.
    private func leaveOutLine(_ record: inout Record, _ reason: String) throws -> Rejection {
        let start = input.base + input.position
        let found = memchr(start, 0x0a, input.count)
        let length = found.map { $0 - UnsafeMutableRawPointer(start) } ?? input.count
        excerpt.removeAll(reserving: 1_000)
        record.cells = [excerpt.append(Cell(start: start, count: min(length, 1_000)))]
        try input.skipLine()
        line += 1
        return Rejection(.malformed, reason)
    }

    /// Finds where the row ends and where its fields lie, reading on as needed.
    private func shape() throws -> Shape {
        while true {
            let found = scan()
            guard case .needsMore = found else { return found }
            if input.isAtEnd || input.count > InputBuffer.longestRow { return found }
            try input.fill()
        }
    }

    /// Looks at the bytes at hand.
    private func scan() -> Shape {
        spans.removeAll(keepingCapacity: true)
        hasQuotes = false
        let base = input.base + input.position
        let count = input.count
        let delimiter = delimiter
        var offset = 0
        while true {
            if offset < count, base[offset] == 0x22 {
                hasQuotes = true
                var span = Span(start: offset + 1, end: 0)
                offset += 1
                while true {
                    guard let found = memchr(base + offset, 0x22, count - offset) else { return .needsMore }
                    offset = UnsafeMutableRawPointer(found) - UnsafeMutableRawPointer(base) + 1
                    // At the end of what was read, the quote may still be the first of two.
                    guard offset < count || input.isAtEnd else { return .needsMore }
                    guard offset < count, base[offset] == 0x22 else { break }
                    span.isEscaped = true
                    offset += 1
                }
                span.end = offset - 1
                spans.append(span)
                if offset == count { return .whole(end: count) }
                if base[offset] == delimiter {
                    offset += 1
                    continue
                }
                if base[offset] == 0x0a { return .whole(end: offset + 1) }
                guard base[offset] == 0x0d else {
                    return .broken("text follows the closing quote of field \(spans.count)")
                }
                if offset + 1 < count, base[offset + 1] == 0x0a { return .whole(end: offset + 2) }
                guard offset + 1 == count else {
                    return .broken("text follows the closing quote of field \(spans.count)")
                }
                return input.isAtEnd ? .whole(end: count) : .needsMore
            }
            let start = offset
            while offset < count, base[offset] != delimiter, base[offset] != 0x0a { offset += 1 }
            if offset == count, !input.isAtEnd { return .needsMore }
            if offset < count, base[offset] == delimiter {
                spans.append(Span(start: start, end: offset))
                offset += 1
                continue
            }
            let end = offset > start && base[offset - 1] == 0x0d ? offset - 1 : offset
            spans.append(Span(start: start, end: end))
            return .whole(end: min(offset + 1, count))
        }
    }

    /// False at the end of the source.
    private func skipBlankLines() throws -> Bool {
        while true {
            while input.count > 0 {
                let byte = input.base[input.position]
                guard byte == 0x0a || byte == 0x0d else { return true }
                if byte == 0x0a { line += 1 }
                input.position += 1
                isBehindGap = true
            }
            guard try input.fill() else { return false }
        }
    }

    private func lineEnds(_ base: UnsafeMutablePointer<UInt8>, _ end: Int) -> Int {
        var count = 0
        for offset in 0..<end where base[offset] == 0x0a { count += 1 }
        return max(count, 1)
    }

    /// Turns doubled quotes into one, in place; answers the new length.
    private static func unescape(_ field: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var from = 0
        var to = 0
        while from < count {
            let byte = field[from]
            field[to] = byte
            to += 1
            from += byte == 0x22 ? 2 : 1
        }
        return to
    }

    // MARK: Header

    private func readHeader() throws {
        guard try skipBlankLines() else {
            throw ImportError("\(input.name): is empty; the first line must name the columns")
        }
        while input.count < CSVHeader.most, try input.fill() {}
        let found = CSVHeader(
            Cell(start: input.base + input.position, count: input.count), isWhole: input.isAtEnd)
        delimiter = found.delimiter
        titles = found.titles
        for _ in 0..<(found.titles + found.declarations) {
            try input.skipLine()
            line += 1
            _ = try skipBlankLines()
        }
        var record = Record()
        guard case .row = try next(&record) else {
            throw ImportError(
                "\(input.name):1: the header cannot be read; it must be one line of UTF-8 column names, with every quote closed"
            )
        }
        convertedRows = 0
        isBehindGap = false
        let names = record.cells.map { $0.trimmed.string }
        if names.contains(where: { $0.contains("\r") }) {
            throw ImportError("\(input.name): its lines end in CR alone; save it with LF or CRLF line ends")
        }
        header = names
        secondTable = SecondTable(width: names.count)
    }
}

/// Why the bytes are not text that can be stored, or nil when they are.
func encodingComplaint(_ row: Cell) -> Rejection? {
    var bits: UInt8 = 0
    var lowest: UInt8 = 255
    for byte in row {
        bits |= byte
        lowest = min(lowest, byte)
    }
    if lowest == 0 { return Rejection(.encoding, "the row holds a NUL byte") }
    guard bits >= 0x80, String(validating: row, as: UTF8.self) == nil else { return nil }
    return Rejection(
        .encoding,
        "the row is not UTF-8; for a Windows-1252 file: iconv -f WINDOWS-1252 -t UTF-8 FILE > utf8.csv")
}
