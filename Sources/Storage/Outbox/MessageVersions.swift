import Basics
import Foundation
package import Playbooks

/// The texts of messages as they were when requests with them began.
package struct MessageVersions {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    package func has(_ hash: String) throws -> Bool {
        try connection.first("SELECT 1 FROM message_version WHERE hash = :hash", ["hash": .text(hash)]) != nil
    }

    /// - Parameters:
    ///   - hash: as touches have it.
    ///   - texts: of the message and its translations, by path.
    package func keep(_ hash: String, texts: [String: String], at now: Instant) throws {
        try connection.execute(
            "INSERT INTO message_version (hash, texts, seen_at) VALUES (:hash, :texts, :now)",
            ["hash": .text(hash), "texts": .text(try JSONText.encode(texts)), "now": .instant(now)])
    }

    /// By path; nil when none were kept.
    package func texts(of hash: String) throws -> [String: String]? {
        let row = try connection.first("SELECT texts FROM message_version WHERE hash = :hash", ["hash": .text(hash)])
        return row?["texts"].text.flatMap { try? JSONDecoder().decode([String: String].self, from: Data($0.utf8)) }
    }
}
