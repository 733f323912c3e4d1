import Foundation
import Storage

/// The key that signs unsubscribe links: 32 random bytes in `<database>.secret`, readable by its owner only.
enum SigningSecret {
    /// Reads it; a database that has not sent or erased anything gets one.
    ///
    /// - Throws: `CommandError` when it is gone although links were signed with it, others may read it, or it is damaged.
    static func read(beside store: Store) throws -> [UInt8] {
        if let bytes = try find(beside: store) { return bytes }
        return try make(store.path + ".secret", store)
    }

    /// The same; nil where there is none, and none is missed.
    static func find(beside store: Store) throws -> [UInt8]? {
        let path = store.path + ".secret"
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            guard errno == ENOENT else {
                throw CommandError("cannot read \(path): \(String(cString: strerror(errno)))")
            }
            guard lstat(path, &facts) != 0 else {
                throw CommandError(
                    "\(path) is a link to a file that is not there; see that what it leads to is mounted")
            }
            try expectUnused(store, path)
            return nil
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw CommandError(
                "others may read \(path), and who has it can sign links in your name; nothing was done. Run: chmod 600 \(path)"
            )
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("cannot read \(path); see that it is a file which the program may read")
        }
        guard data.count == 32 else {
            throw CommandError("\(path) must hold 32 bytes and has \(data.count); restore it from a back-up")
        }
        guard Set(data).count > 1 else {
            throw CommandError(
                "\(path) holds nothing but one byte, as files do after a power failure; restore it from a back-up")
        }
        return Array(data)
    }

    /// A lost secret is not made anew in silence: the links in every email that was sent would end.
    private static func expectUnused(_ store: Store, _ path: String) throws {
        let isUsed = try store.read { try Meta.sentCount($0) > 0 || Meta.erasureKey.read($0) != nil }
        guard try isUsed || SendLog.count(database: store.path) > 0 else { return }
        throw CommandError(
            "\(path) is gone, and the links in the emails that were sent are signed with it; nothing was done. Put it back from a "
                + "back-up. If it is lost for good, those links end, and a new one is made with: (umask 077; "
                + "head -c 32 /dev/urandom > \(path))")
    }

    private static func make(_ path: String, _ store: Store) throws -> [UInt8] {
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        do {
            try PrivateFile.create(path, with: bytes)
        } catch let failure as PrivateFile.Failure {
            // Another process made it meanwhile.
            if failure.isTaken { return try read(beside: store) }
            throw CommandError("cannot write \(path): \(failure); see that its folder is writable and has room")
        }
        return bytes
    }
}
