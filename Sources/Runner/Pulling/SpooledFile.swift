import Foundation

/// A file without a name, which is gone when its descriptor is closed.
enum SpooledFile {
    /// - Parameter body: fills the file and reads it.
    static func with<T>(_ body: (Int32) throws -> T) throws -> T {
        var path = Array(
            FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-XXXXXX").path.utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else {
            throw SourcePull.Failure(
                description: "no temporary file can be made: \(String(cString: strerror(errno))); see TMPDIR")
        }
        defer { close(file) }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        unlink(path)
        return try body(file)
    }

    static func atStart(_ file: Int32) -> Int32 {
        lseek(file, 0, SEEK_SET)
        return file
    }
}
