import Foundation

/// The list of all requests that ever left, in `<database>.sent` beside the database.
///
/// It tells a database that was put back from one that goes on: whoever restores a file restores no more than the file.
/// A record is written before its bytes leave and survives the death of the process; the disk is made to keep it now and
/// then, because a database that knows more than the list is no matter. Belongs to one thread at a time.
package final class SendLog: @unchecked Sendable {
    /// One request for one touch.
    package struct Entry: Sendable, Equatable {
        package var touch: Int64
        /// What tells the message from others after the numbers of touches were given anew; see `TouchCandidate.print`.
        package var print: String

        package init(touch: Int64, print: String) {
            self.touch = touch
            self.print = print
        }
    }

    private let path: String
    private let descriptor: Int32
    /// How many requests were dropped from the beginning of the file.
    private let dropped: Int64
    private var records: Int64
    private var unsynced = 0
    /// Up to where the file has room on its disk.
    private var reserved: Int64 = 0
    private static let reserve: Int64 = 1 << 16

    /// A header or an entry: 16 and 16 hexadecimal digits, with a blank and a line break.
    private static let width = 34
    private static let magic = "keeptouch sent 1"
    private static let mostUnsynced = 4_096
    /// The file holds at most so many entries, and half as many after it was shortened: 68 MB.
    package static let most: Int64 = 2_000_000

    package static func path(ofDatabase path: String) -> String { path + ".sent" }

    /// - Throws: `StorageError` when the file cannot be opened or is none of ours.
    package init(database: String, most: Int64 = SendLog.most) throws {
        path = Self.path(ofDatabase: database)
        try Self.expectFile(path)
        try Self.shorten(path, most: most)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        let records = Self.records(descriptor)
        if records < 0 {
            (dropped, self.records) = (0, 0)
            try Self.write(Self.header(dropping: 0), at: 0, to: descriptor, path)
        } else {
            guard let dropped = try Self.dropped(descriptor, path) else {
                close(descriptor)
                throw Self.foreign(path)
            }
            (self.dropped, self.records) = (dropped, records)
        }
    }

    deinit {
        fsync(descriptor)
        close(descriptor)
    }

    /// Makes the disk keep all that is in the list of a database; may be called on any thread.
    static func force(database: String) throws {
        let path = path(ofDatabase: database)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        guard fdatasync(descriptor) == 0 else { throw failure("write", path) }
    }

    /// How many requests ever left, of a list that is only looked at; 0 where there is none.
    ///
    /// - Throws: `StorageError` when it cannot be read or is none of ours.
    package static func count(database: String) throws -> Int64 {
        let path = path(ofDatabase: database)
        try expectFile(path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return 0 }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        let records = records(descriptor)
        guard records >= 0 else { return 0 }
        guard let dropped = try dropped(descriptor, path) else { throw foreign(path) }
        return dropped + records
    }

    /// Whoever opens a pipe waits for its other end.
    private static func expectFile(_ path: String) throws {
        var facts = stat()
        if stat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG { throw foreign(path) }
    }

    private static func foreign(_ path: String) -> StorageError {
        StorageError("\(path) is no list of requests; move it away, and run keeptouch status")
    }

    /// How many requests ever left.
    package var count: Int64 { dropped + records }

    /// Makes sure that so many more requests can be listed, before the database says that they are about to leave.
    ///
    /// - Throws: `StorageError` when the disk is full.
    package func reserve(_ count: Int) throws {
        let end = (records + 1 + Int64(count)) * Int64(Self.width)
        guard end > reserved else { return }
        let next = end + Self.reserve
        let code = posix_fallocate(descriptor, off_t(reserved), off_t(next - reserved))
        guard code == 0 else {
            errno = code
            throw Self.failure("write", path)
        }
        reserved = next
    }

    /// - Throws: `StorageError`; then nothing may be sent.
    package func append(_ entries: [Entry]) throws {
        guard !entries.isEmpty else { return }
        var text = ""
        for entry in entries { text += Self.hexadecimal(entry.touch) + " " + entry.print + "\n" }
        try Self.write(text, at: (records + 1) * Int64(Self.width), to: descriptor, path)
        records += Int64(entries.count)
        unsynced += entries.count
        if unsynced >= Self.mostUnsynced {
            fdatasync(descriptor)
            unsynced = 0
        }
    }

    /// Requests that the database knows of and the list does not, because the machine lost power, are filled in.
    package func fill(to count: Int64) throws {
        while self.count < count {
            let missing = min(count - self.count, 1_000)
            try append(repeatElement(Entry(touch: 0, print: Self.hexadecimal(0)), count: Int(missing)).map { $0 })
        }
    }

    /// The requests after the first `count`, and whether they are all of them: the list may not reach back so far, and
    /// those that were filled in are not known.
    package func entries(after count: Int64) throws -> (entries: [Entry], areAll: Bool) {
        guard count < self.count else { return ([], true) }
        let from = max(count, dropped)
        let first = (from - dropped + 1) * Int64(Self.width)
        var bytes = [UInt8](repeating: 0, count: Int(self.count - from) * Self.width)
        let read = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(first)) }
        guard read == bytes.count else { throw Self.failure("read", path) }
        let entries: [Entry] = stride(from: 0, to: bytes.count, by: Self.width).compactMap { start in
            let words = String(decoding: bytes[start..<start + Self.width - 1], as: UTF8.self).split(separator: " ")
            guard words.count == 2, let touch = Int64(words[0], radix: 16) else { return nil }
            return touch == 0 ? nil : Entry(touch: touch, print: String(words[1]))
        }
        return (entries, from == count && entries.count == Int(self.count - from))
    }

    // MARK: The file

    /// How many whole records stand behind the header; -1 without one. Room that was reserved holds zeros.
    private static func records(_ descriptor: Int32) -> Int64 {
        var end = Int64(lseek(descriptor, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: Int(reserve))
        while end > 0 {
            let start = max(0, end - reserve)
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, Int(end - start), off_t(start))
            }
            guard count == Int(end - start) else { break }
            if let last = bytes[..<count].lastIndex(where: { $0 != 0 }) {
                // A record that a power failure cut off is written anew.
                return (start + Int64(last) + 1) / Int64(width) - 1
            }
            end = start
        }
        return -1
    }

    private static func header(dropping count: Int64) -> String { "\(magic) \(hexadecimal(count))\n" }

    private static func hexadecimal(_ number: Int64) -> String {
        let digits = String(UInt64(bitPattern: number), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func dropped(_ descriptor: Int32, _ path: String) throws -> Int64? {
        var bytes = [UInt8](repeating: 0, count: width)
        guard bytes.withUnsafeMutableBytes({ pread(descriptor, $0.baseAddress, $0.count, 0) }) == width else {
            throw failure("read", path)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasPrefix(magic + " ") ? Int64(text.suffix(17).prefix(16), radix: 16) : nil
    }

    private static func write(_ text: String, at place: Int64, to descriptor: Int32, _ path: String) throws {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(place) + off_t(done))
            }
            guard count > 0 else { throw failure("write", path) }
            done += count
        }
    }

    /// Keeps the newer half of a file that has become too long.
    private static func shorten(_ path: String, most: Int64) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let records = records(descriptor)
        guard records > most, let dropped = try dropped(descriptor, path) else { return }
        let kept = most / 2
        var bytes = [UInt8](repeating: 0, count: Int(kept) * width)
        let start = (records - kept + 1) * Int64(width)
        guard bytes.withUnsafeMutableBytes({ pread(descriptor, $0.baseAddress, $0.count, off_t(start)) }) == bytes.count
        else { throw failure("read", path) }
        do {
            try PrivateFile.replace(path, with: Array(header(dropping: dropped + records - kept).utf8) + bytes)
        } catch {
            throw StorageError("cannot shorten \(path): \(error); make room on its disk")
        }
    }

    private static func failure(_ verb: String, _ path: String) -> StorageError {
        StorageError(
            "cannot \(verb) \(path): \(String(cString: strerror(errno))); nothing is sent without it: make it and its "
                + "folder writable, and room on the disk")
    }
}
