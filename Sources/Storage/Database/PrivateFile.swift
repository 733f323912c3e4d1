import Foundation

/// Files beside the database, which only their owner may read.
package enum PrivateFile {
    /// Why a file could not be written.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        /// Whether the file was there already.
        package let isTaken: Bool

        fileprivate init() {
            description = String(cString: strerror(errno))
            isTaken = errno == EEXIST
        }
    }

    /// Puts the bytes in the place of the file: all of it or nothing, also when the power fails.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        try withDraft(of: path, bytes) { rename($0, path) }
    }

    /// Makes the file with these bytes; fails when there is one.
    package static func create(_ path: String, with bytes: [UInt8]) throws {
        try withDraft(of: path, bytes) { link($0, path) }
    }

    /// Makes an empty one unless there is one; SQLite gives the files that it puts beside a database the same rights.
    static func make(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    private static func withDraft(of path: String, _ bytes: [UInt8], _ place: (String) -> Int32) throws {
        let draft = "\(path).\(UUID().uuidString)"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure() }
        defer { unlink(draft) }
        do {
            defer { close(descriptor) }
            var done = 0
            while done < bytes.count {
                let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Failure() }
                done += count
            }
            guard fsync(descriptor) == 0 else { throw Failure() }
        }
        guard place(draft) == 0 else { throw Failure() }
    }
}
