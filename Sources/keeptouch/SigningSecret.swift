import Foundation

/// The key that signs unsubscribe links: 32 random bytes in `<database>.secret`, readable by its owner only.
enum SigningSecret {
    static func read(beside database: String) throws -> [UInt8] {
        let path = database + ".secret"
        if let data = FileManager.default.contents(atPath: path) {
            guard data.count == 32 else {
                throw CommandError("\(path) must hold 32 bytes and has \(data.count); restore it from a back-up")
            }
            return Array(data)
        }
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        // Whole or not at all: half of a secret, left by a full disk, would stop every later run.
        let draft = "\(path).\(UUID().uuidString)"
        defer { unlink(draft) }
        let isWritten = FileManager.default.createFile(
            atPath: draft, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        guard isWritten else {
            throw CommandError("cannot write \(path); see that its folder is writable and has room")
        }
        guard link(draft, path) == 0 else {
            // Another process made it meanwhile.
            if errno == EEXIST { return try read(beside: database) }
            throw CommandError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        return bytes
    }
}
