import Basics
import Delivery
import Foundation
import HTTPTypes
import Playbooks
import Testing
import Web

/// What providers send, as recorded or as their documents show it.
enum ProviderFixture {
    static func bytes(_ path: String) throws -> [UInt8] {
        let root = try #require(Bundle.module.url(forResource: "Providers", withExtension: nil))
        return Array(try Data(contentsOf: root.appendingPathComponent(path)))
    }

    static func json(_ path: String) throws -> JSON { try #require(JSON(parsing: bytes(path))) }

    /// When the signatures of the vectors were made.
    static let signedAt = Instant(milliseconds: 1_736_935_200_000)

    static func vectors() throws -> [JSON] { try #require(json("signatures/vectors.json").listed) }
}

extension JSON {
    var listed: [JSON]? {
        guard case .list(let items) = self else { return nil }
        return items
    }

    var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    var headers: HTTPFields {
        var fields = HTTPFields()
        for member in members {
            if let name = HTTPField.Name(member.key), let value = member.value.scalarText { fields[name] = value }
        }
        return fields
    }
}
