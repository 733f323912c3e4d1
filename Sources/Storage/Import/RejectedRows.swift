import Foundation

/// The file that keeps the rows which an import did not take, with the reason; made when the first one comes.
final class RejectedRows {
    let path: String?
    private let header: [String]
    private var file: UnsafeMutablePointer<FILE>?
    private(set) var complaint: String?

    /// Removes what an earlier run left there.
    init(path: String?, header: [String]) {
        self.path = path
        self.header = header
        if let path { unlink(path) }
    }

    deinit {
        if let file { fclose(file) }
    }

    var isWritten: Bool { file != nil }

    func add(_ record: Record, _ reason: String) {
        guard open() else { return }
        var line: [UInt8] = []
        for index in 0..<max(header.count, record.cells.count) {
            if index < record.cells.count { Self.append(record.cells[index], to: &line) }
            line.append(UInt8(ascii: ","))
        }
        line.append(contentsOf: String(record.row).utf8)
        line.append(UInt8(ascii: ","))
        Self.append(Array(reason.utf8), to: &line)
        write(line)
    }

    /// Writes out what is buffered; what could not be written becomes the complaint.
    func finish() {
        if let file, fflush(file) != 0 { complain() }
    }

    private func open() -> Bool {
        guard file == nil, complaint == nil, let path else { return file != nil }
        file = fopen(path, "w")
        guard file != nil else {
            complain()
            return false
        }
        var line: [UInt8] = []
        for name in header {
            Self.append(Array(name.utf8), to: &line)
            line.append(UInt8(ascii: ","))
        }
        line.append(contentsOf: ColumnMap.ofRejectedRows.joined(separator: ",").utf8)
        write(line)
        return true
    }

    private func write(_ line: [UInt8]) {
        guard let file else { return }
        if fwrite(line + [0x0a], 1, line.count + 1, file) != line.count + 1 { complain() }
    }

    private func complain() {
        complaint = "the rejected rows could not be written to \(path ?? ""): \(String(cString: strerror(errno)))"
    }

    /// Quoted where needed; a cell that a spreadsheet would run as a formula gets a `'` before it.
    private static func append(_ cell: some Collection<UInt8>, to line: inout [UInt8]) {
        let isFormula = cell.first.map(startsFormula) ?? false
        let needsQuotes = cell.contains { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }
        if needsQuotes { line.append(0x22) }
        if isFormula { line.append(UInt8(ascii: "'")) }
        for byte in cell {
            line.append(byte)
            if byte == 0x22 { line.append(byte) }
        }
        if needsQuotes { line.append(0x22) }
    }

    /// `=`, `+`, `-`, `@`, tab and carriage return.
    static func startsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x3d, 0x2b, 0x2d, 0x40, 0x09, 0x0d: true
        default: false
        }
    }
}
