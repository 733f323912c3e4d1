import Basics
import Foundation

/// The file that keeps the rows which an import did not take, with the reason; made when the first one comes.
final class RejectedRows {
    let path: String?
    private let header: [String]
    private var file: UnsafeMutablePointer<FILE>?
    private(set) var complaint: String?

    private let appends: Bool

    /// - Parameter appends: whether what an earlier run left there stays, because nobody asks for those rows again.
    init(path: String?, header: [String], appends: Bool = false) {
        self.path = path
        self.header = header
        self.appends = appends
        if let path, !appends { unlink(path) }
    }

    deinit {
        if let file { fclose(file) }
    }

    var isWritten: Bool { file != nil }

    func add(_ record: Record, _ reason: String) {
        guard open() else { return }
        var line: [UInt8] = []
        for index in 0..<max(header.count, record.cells.count) {
            if index < record.cells.count { CSVField.append(record.cells[index], to: &line) }
            line.append(UInt8(ascii: ","))
        }
        line.append(contentsOf: String(record.row).utf8)
        line.append(UInt8(ascii: ","))
        CSVField.append(reason.utf8, to: &line)
        write(line)
    }

    /// Writes out what is buffered; what could not be written becomes the complaint.
    func finish() {
        if let file, fflush(file) != 0 { complain() }
    }

    private func open() -> Bool {
        guard file == nil, complaint == nil, let path else { return file != nil }
        // They are customers' data, as the database is.
        let descriptor = Foundation.open(
            path, O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_TRUNC), 0o600)
        file = descriptor < 0 ? nil : fdopen(descriptor, appends ? "a" : "w")
        guard file != nil else {
            complain()
            return false
        }
        guard lseek(descriptor, 0, SEEK_END) == 0 else { return true }
        var line: [UInt8] = []
        for name in header {
            CSVField.append(name.utf8, to: &line)
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
}
