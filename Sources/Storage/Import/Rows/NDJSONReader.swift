import Foundation

/// Reads NDJSON: one JSON object a line, whose keys are the columns.
///
/// A key that an object leaves out is absent (an upsert leaves the value alone); `null` is an empty value.
final class NDJSONReader: RowReader {
    let header: [String]? = nil
    let isPerRow = true
    private(set) var unknownKeys: [String] = []
    private let input: InputBuffer
    private var line = 0
    private var places: [String: Int] = [:]
    private var columnCount = 0
    private var severally: Set<Int> = []
    /// Where each member of the previous object belonged; the next one mostly looks alike.
    private var recent: [(key: [UInt8], place: Int?)] = []

    var bytesRead: Int64 { input.bytesRead - Int64(input.count) }
    var totalBytes: Int64? { input.totalBytes }

    init(_ input: InputBuffer) {
        self.input = input
    }

    func expect(_ names: [[String]], severally: Set<Int>) {
        self.severally = severally
        columnCount = names.count
        for (index, names) in names.enumerated() {
            for name in names where places[name] == nil { places[name] = index }
        }
        for (index, names) in names.enumerated() {
            for name in names.map(ColumnMap.simplified) where places[name] == nil { places[name] = index }
        }
    }

    func next(_ record: inout Record) throws -> RowOutcome {
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
        guard let members = JSONScanner.members(of: bytes) else {
            return .bad(Rejection(.malformed, "the line is not one JSON object"))
        }
        record.cells = ContiguousArray(repeating: Cell.empty, count: columnCount)
        var present = ContiguousArray(repeating: false, count: columnCount)
        var numbers = ContiguousArray(repeating: false, count: columnCount)
        for (index, member) in members.enumerated() {
            if member.kind == .text, member.value.contains(0) {
                return .bad(Rejection(.encoding, "\(member.key.excerpt) holds a NUL"))
            }
            guard let place = place(of: member.key, at: index) else {
                record.others.append(member)
                continue
            }
            if present[place], severally.contains(place), !isRepeat(members, index) {
                record.others.append(member)
                continue
            }
            if present[place] { return .bad(Rejection(.malformed, "the key \(member.key.excerpt) comes twice")) }
            present[place] = true
            numbers[place] = member.kind == .number
            record.cells[place] = member.kind == .null ? Cell.empty : member.value
            if member.value.count > CSVReader.longestField {
                return .bad(Rejection(.malformed, "\(member.key.excerpt) is longer than 64 KiB"))
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
        if place == nil, unknownKeys.count < 20, !unknownKeys.contains(name) { unknownKeys.append(name) }
        if index < recent.count {
            recent[index] = (Array(key), place)
        } else if index == recent.count, index < 100 {
            recent.append((Array(key), place))
        }
        return place
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
