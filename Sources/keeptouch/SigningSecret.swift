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
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        guard isMade else { throw CommandError("cannot write \(path); make its folder writable") }
        return bytes
    }
}
