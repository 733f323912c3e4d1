import Foundation

/// The files that go with a database to another place: the secret that signs its links, and the list of what has left.
struct FilesBeside {
    private let source: Store
    private let target: Store

    init(from source: Store, to target: Store) {
        (self.source, self.target) = (source, target)
    }

    /// Two schemas of one server have the same.
    private var areShared: Bool { source.path == target.path }

    /// Looks whether there is room for them, before anything is copied.
    ///
    /// - Throws: `StorageError` when those of another database lie there.
    func expectRoom() throws {
        guard !areShared else { return }
        let secret = target.path + ".secret"
        if let there = FileManager.default.contents(atPath: secret) {
            guard try there == self.secret() else {
                throw StorageError(
                    "\(secret) is another secret than \(source.path).secret, with which the links in the emails that were sent are "
                        + "signed; move it away, nothing was copied")
            }
        }
        let (listed, sent) = try (SendLog.count(database: target.path), SendLog.count(database: source.path))
        guard listed <= sent else {
            throw StorageError(
                "\(SendLog.path(ofDatabase: target.path)) lists \(listed) requests, more than the \(sent) that \(source.title) "
                    + "knows of: another database has sent from there; move the list and \(target.path).instance away, nothing was "
                    + "copied")
        }
    }

    /// Puts them beside the target, and notes there that it is the one that sends from now on.
    ///
    /// - Parameter id: a name that no other start ever has.
    func bring(id: String) throws {
        if !areShared {
            if let bytes = try secret(), !FileManager.default.fileExists(atPath: target.path + ".secret") {
                try write(target.path + ".secret") { try PrivateFile.create($0, with: Array(bytes)) }
            }
            if let list = FileManager.default.contents(atPath: SendLog.path(ofDatabase: source.path)) {
                try write(SendLog.path(ofDatabase: target.path)) { try PrivateFile.replace($0, with: Array(list)) }
            }
        }
        try Instance.renew(target, id: id)
        try Instance.note(target, listed: SendLog.count(database: target.path))
    }

    /// Nil where there is none.
    private func secret() throws -> Data? {
        let path = source.path + ".secret"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw StorageError("cannot read \(path); see that it is a file which the program may read")
        }
        return bytes
    }

    private func write(_ path: String, _ body: (String) throws -> Void) throws {
        do { try body(path) } catch let failure as PrivateFile.Failure {
            throw StorageError(
                "cannot write \(path): \(failure); see that its folder is writable and has room, and run the same command again"
            )
        }
    }
}
