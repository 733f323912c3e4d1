import Basics
import Crypto
import Foundation
import Playbooks

/// The keyed hash by which an erased address is still known, so that it stays suppressed when it is imported again.
///
/// HMAC-SHA256 under the workspace's secret, which lies outside the database: who has only the database cannot try out
/// addresses.
package struct ErasureKey: Sendable {
    /// What the hash of an address begins with in `suppression`.
    package static let prefix = "erased:"
    private let key: SymmetricKey

    package init(secret: [UInt8]) {
        key = SymmetricKey(data: secret)
    }

    /// Reads the secret beside the database.
    ///
    /// - Throws: `StorageError` when it is not there, or is not the one that earlier erasures were made with.
    static func read(_ connection: Connection) throws -> ErasureKey {
        let path = connection.path + ".secret"
        guard let data = FileManager.default.contents(atPath: path), data.count == 32 else {
            throw StorageError(
                "\(path) is missing or damaged, and without it nobody can tell which addresses were erased; restore it "
                    + "from a back-up")
        }
        let key = ErasureKey(secret: Array(data))
        try key.check(connection)
        return key
    }

    /// Whether any address was ever erased.
    static func isNeeded(_ connection: Connection) throws -> Bool {
        try Meta.erasureKey.read(connection) != nil
    }

    /// Whether an address was erased.
    static func knows(_ address: String?, _ connection: Connection) throws -> Bool {
        guard let address = address.flatMap({ EmailAddress.normalized($0) ?? PhoneNumber.normalized($0) }),
            try isNeeded(connection)
        else { return false }
        return try connection.first(
            "SELECT 1 FROM suppression WHERE address = :address",
            ["address": .text(read(connection).hash(address))]) != nil
    }

    /// Says which secret erasures are made with.
    func claim(_ connection: Connection) throws {
        try check(connection)
        try Meta.erasureKey.write(fingerprint, connection)
    }

    /// - Throws: `StorageError` when earlier erasures were made with another secret.
    package func check(_ connection: Connection) throws {
        guard let known = try Meta.erasureKey.read(connection), known != fingerprint else { return }
        throw StorageError(
            "\(connection.path).secret is not the secret with which addresses were erased before; restore that one from "
                + "a back-up, so that they stay suppressed. If it is lost for good: keeptouch forget --new-secret")
    }

    /// Takes a new secret for one that is lost: erased addresses are known no more when they come again. Their hashes stay,
    /// for the day on which the old one is found.
    ///
    /// - Returns: how many addresses were erased; nil when the secret is no other one.
    package func replaceLost(_ connection: Connection) throws -> Int? {
        guard let known = try Meta.erasureKey.read(connection), known != fingerprint else { return nil }
        try Meta.erasureKey.write(fingerprint, connection)
        return Int(
            try connection.integer(
                "SELECT count(*) FROM suppression WHERE address >= :from AND address < :to",
                ["from": .text(Self.prefix), "to": .text("erased;")]))
    }

    private var fingerprint: String { String(hash("fingerprint of the erasure key").suffix(16)) }

    /// - Parameter address: normalized.
    package func hash(_ address: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(("address\0" + address).utf8), using: key)
        return Self.prefix + Hexadecimal.text(code)
    }
}
