import Foundation

/// Files beside the database, which only its owner may read.
enum PrivateFile {
    /// Puts the data in the place of the file: all of it or nothing.
    static func replace(_ path: String, with data: Data) throws {
        let draft = "\(path).\(UUID().uuidString)"
        defer { unlink(draft) }
        guard
            FileManager.default.createFile(
                atPath: draft, contents: data, attributes: [.posixPermissions: 0o600]), rename(draft, path) == 0
        else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSLocalizedDescriptionKey: String(cString: strerror(errno))])
        }
    }

    /// Makes an empty one unless there is one; SQLite gives the files that it puts beside a database the same rights.
    static func make(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }
}
