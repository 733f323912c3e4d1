import Foundation

/// Reads JSON objects whose keys are the columns: one a line (NDJSON), or those of an array, which may be a member of an
/// object as APIs answer it.
///
/// A key that an object leaves out is absent (an upsert leaves the value alone); `null` is an empty value. Columns that are
/// called like `billing.plan` are members of objects within, `contacts.0.email` those of the first object of a list.
final class NDJSONReader: RowReader {
    let header: [String]? = nil
    let isPerRow = true
    private(set) var unknownKeys: [String] = []
    private let input: InputBuffer
    private var line = 0
    private var places: [String: Int] = [:]
    /// Further columns that are called as one before, by the place of that.
    private var twins: [Int: [Int]] = [:]
    /// What each column is called first.
    private var given: [String] = []
    private var columnCount = 0
    private var severally: Set<Int> = []
    /// Where each member of the previous object belonged; the next one mostly looks alike.
    private var recent: [(key: [UInt8], place: Int?)] = []
    /// Members that hold objects or lists of which a column is wanted.
    private var nested: Set<String> = []
    private let copies = ByteArena(capacity: 1_024)
    /// Whether the rows are the elements of an array, and not lines.
    private var isInArray = false
    private var path = "."
    /// The answer that is being read, without its rows, and how many rows have been read.
    private var envelope: [UInt8] = []
    private var rows = 0
    private(set) var more: String?
    /// Set while the columns are being found out.
    private var columns: JSONColumns?

    var bytesRead: Int64 { input.bytesRead - Int64(input.count) }
    var totalBytes: Int64? { input.totalBytes }

    /// - Throws: `ImportError` when it is one object, over several lines, that holds no rows.
    init(_ input: InputBuffer) throws {
        self.input = input
        while input.count < CSVHeader.most, try input.fill() {}
        isInArray = enterArray()
        let text = unread
        let first = text.firstIndex(of: 0x0a).map { Cell(rebasing: text[..<$0]) }
        if !isInArray, first?.trimmed.elementsEqual("{".utf8) == true {
            throw ImportError(
                "\(input.name): is one JSON object over several lines; write one object a line, for example: "
                    + "jq -c '.<the member with the rows>[]' FILE")
        }
    }

    private var unread: Cell { Cell(start: input.base + input.position, count: input.count) }

    /// The columns of the first rows, which are read for it.
    func columns(ofFirst rows: Int) throws -> JSONColumns {
        columns = JSONColumns(path: path)
        defer { columns = nil }
        var record = Record()
        for _ in 0..<rows {
            if case .end = try next(&record) { break }
        }
        return columns ?? JSONColumns(path: path)
    }

    func expect(_ names: [[String]], severally: Set<Int>) {
        self.severally = severally
        columnCount = names.count
        given = names.map { $0.first ?? "" }
        for (index, names) in names.enumerated() {
            if let first = names.first, let twin = places[first] { twins[twin, default: []].append(index) }
            for name in names where places[name] == nil { places[name] = index }
        }
        for name in places.keys {
            if let dot = name.firstIndex(of: ".") { nested.insert(String(name[..<dot])) }
        }
        for (index, names) in names.enumerated() {
            for name in names.map(ColumnMap.simplified) where places[name] == nil { places[name] = index }
        }
    }

    func next(_ record: inout Record) throws -> RowOutcome {
        while isInArray {
            if let outcome = try nextElement(&record) { return outcome }
        }
        while true {
            guard let length = try lineLength() else {
                return input.count == 0 ? .end : .bad(try leaveOutLine(&record))
            }
            line += 1
            record.row = line
            let start = input.base + input.position
            input.position = min(input.position + length + 1, input.end)
            let bytes = UnsafeMutableBufferPointer(start: start, count: length)
            if Cell(bytes).trimmed.isEmpty { continue }
            return take(bytes, &record)
        }
    }

    private func take(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ record: inout Record) -> RowOutcome {
        record.cells = [Cell(bytes)]
        record.present = nil
        record.numbers = nil
        record.others.removeAll(keepingCapacity: true)
        if let complaint = encodingComplaint(Cell(bytes)) { return .bad(complaint) }
        guard let members = JSONScanner.members(of: bytes)?.map(JSONScanner.plain) else {
            return .bad(Rejection(.malformed, "the \(isInArray ? "element" : "line") is not one JSON object"))
        }
        if columns != nil {
            columns?.look(at: members)
            return .row
        }
        copies.removeAll(reserving: nested.isEmpty ? 0 : bytes.count + members.count)
        record.cells = ContiguousArray(repeating: Cell.empty, count: columnCount)
        var present = ContiguousArray(repeating: false, count: columnCount)
        var numbers = ContiguousArray(repeating: false, count: columnCount)
        for (index, member) in members.enumerated() {
            if member.kind == .text, member.value.contains(0) {
                return .bad(Rejection(.encoding, "\(member.key.excerpt) holds a NUL"))
            }
            let found = place(of: member.key, at: index)
            // A list is no wish, and no text where a member of it is wanted.
            let isStructure = member.kind == .object || member.kind == .array
            let isNested = isStructure && !nested.isEmpty && nested.contains(member.key.string)
            guard let place = found, !isNested, !(isStructure && severally.contains(place)) else {
                // Objects over HTTP and in events stay whole, too.
                if isNested {
                    var copy = member
                    copy.value = copies.append(member.value)
                    JSONColumns.walk([copy], "", 0) { name, found, _ in
                        guard let place = places[name], !present[place] else { return }
                        present[place] = true
                        numbers[place] = found.kind == .number
                        let isText = found.value.count <= CSVReader.longestField && !found.value.contains(0)
                        record.cells[place] = found.kind == .null || !isText ? Cell.empty : found.value
                    }
                }
                record.others.append(member)
                continue
            }
            // Of the name that a column is given and one that it may have, too, the given one counts.
            if present[place], !isRepeat(members, index),
                severally.contains(place) || given[place] != member.key.string
            {
                record.others.append(member)
                continue
            }
            if present[place], isRepeat(members, index) {
                return .bad(Rejection(.malformed, "the key \(member.key.excerpt) comes twice"))
            }
            present[place] = true
            numbers[place] = member.kind == .number
            record.cells[place] = member.kind == .null ? Cell.empty : member.value
            if member.value.count > CSVReader.longestField {
                return .bad(Rejection(.malformed, "\(member.key.excerpt) is longer than 64 KiB"))
            }
        }
        for (place, others) in twins where present[place] {
            for other in others where !present[other] {
                (present[other], numbers[other], record.cells[other]) = (true, numbers[place], record.cells[place])
            }
        }
        record.present = present
        record.numbers = numbers
        return .row
    }

    /// Whether a member before has the same key.
    private func isRepeat(_ members: [JSONScanner.Member], _ index: Int) -> Bool {
        members[..<index].contains { $0.key.elementsEqual(members[index].key) }
    }

    private func place(of key: Cell, at index: Int) -> Int? {
        if index < recent.count, recent[index].key.elementsEqual(key) { return recent[index].place }
        let name = key.string
        let place = places[name] ?? places[ColumnMap.simplified(name)]
        if place == nil, unknownKeys.count < 20, !unknownKeys.contains(name), !nested.contains(name) {
            unknownKeys.append(name)
        }
        if index < recent.count {
            recent[index] = (Array(key), place)
        } else if index == recent.count, index < 100 {
            recent.append((Array(key), place))
        }
        return place
    }

    // MARK: Arrays

    /// Goes to where the rows begin, if they are those of an array; false where they are lines.
    private func enterArray() -> Bool {
        guard let rows = JSONElement.startOfRows(in: unread) else { return false }
        envelope = Array(unread.prefix(rows.start))
        pass(rows.start)
        path = rows.path
        return true
    }

    private func pass(_ count: Int) {
        line += unread.prefix(count).count { $0 == 0x0a }
        input.position += count
    }

    /// Nil at the end of an array.
    private func nextElement(_ record: inout Record) throws -> RowOutcome? {
        while true {
            pass(unread.prefix { $0 <= 0x20 || $0 == UInt8(ascii: ",") }.count)
            if input.count > 0 { break }
            guard try input.fill() else {
                isInArray = false
                return nil
            }
        }
        if unread[0] == UInt8(ascii: "]") {
            try leaveArray()
            return nil
        }
        var length = JSONElement.length(of: unread)
        while length == nil {
            guard input.count <= InputBuffer.longestRow, try input.fill() else {
                guard input.isAtEnd else {
                    throw ImportError(
                        "\(input.name):\(line + 1): an object is longer than 1 MiB; what stands before it is not applied either"
                    )
                }
                length = input.count
                break
            }
            length = JSONElement.length(of: unread)
        }
        record.row = line + 1
        let bytes = UnsafeMutableBufferPointer(start: input.base + input.position, count: length ?? input.count)
        // Of what is no element at all one byte is passed over, so that it comes to an end.
        pass(max(bytes.count, 1))
        rows += 1
        return take(bytes, &record)
    }

    /// Goes behind what closes the array, and into the next one, where a file holds several answers of an API.
    private func leaveArray() throws {
        func leave(_ count: Int) {
            if envelope.count + count < CSVHeader.most { envelope += unread.prefix(count) }
            pass(count)
        }
        leave(1)
        isInArray = false
        defer { if !isInArray { more = JSONEnvelope(envelope, rows: rows).more } }
        while true {
            let text = unread
            if let length = JSONElement.length(of: text) {
                let end = JSONElement.skipBlanks(text, length)
                if end < text.count {
                    leave(end + 1)
                    if text[end] == UInt8(ascii: "}") { break }
                    continue
                }
            }
            guard try input.fill() else {
                leave(input.count)
                return
            }
        }
        while input.count < CSVHeader.most, try input.fill() {}
        isInArray = enterArray()
    }

    /// The bytes before the next line end; nil at the end or when the line is too long.
    private func lineLength() throws -> Int? {
        while true {
            if let found = memchr(input.base + input.position, 0x0a, input.count) {
                return UnsafeMutableRawPointer(found) - UnsafeMutableRawPointer(input.base + input.position)
            }
            if input.isAtEnd { return input.count == 0 ? nil : input.count }
            if input.count > InputBuffer.longestRow { return nil }
            try input.fill()
        }
    }

    private func leaveOutLine(_ record: inout Record) throws -> Rejection {
        line += 1
        record.row = line
        record.cells = []
        record.present = nil
        try input.skipLine()
        return Rejection(.malformed, "the line is longer than 1 MiB")
    }
}
