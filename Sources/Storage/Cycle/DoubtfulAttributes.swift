import Basics
import Foundation

/// The attributes whose values are not believed for now, as the last cycle found them.
package struct DoubtfulAttributes {
    /// By attribute, why.
    package private(set) var reasons: [String: String] = [:]
    /// Which import was the newest when they were counted.
    package private(set) var marker = ""

    private struct Kept: Codable {
        var reasons: [String: String]
        var marker: String
    }

    package init(_ connection: Connection) throws {
        guard let text = try Meta.doubtfulAttributes.read(connection),
            let kept = try? JSONDecoder().decode(Kept.self, from: Data(text.utf8))
        else { return }
        (reasons, marker) = (kept.reasons, kept.marker)
    }

    package static func write(_ reasons: [String: String], marker: String, _ connection: Connection) throws {
        try Meta.doubtfulAttributes.write(
            try JSONText.encode(Kept(reasons: reasons, marker: marker)), connection)
    }

    /// Believes the values of these attributes as they are now.
    ///
    /// - Returns: those of them that were in doubt.
    package static func believe(_ attributes: [String], _ connection: Connection) throws -> [String] {
        let kept = try DoubtfulAttributes(connection)
        let believed = attributes.filter { kept.reasons[$0] != nil }
        for attribute in believed {
            try connection.execute(
                "DELETE FROM null_count WHERE playbook_id = 0 AND attribute = :attribute",
                ["attribute": .text(attribute)])
            try ValueCensus.forget(attribute, connection)
        }
        if !believed.isEmpty {
            // Nobody has counted since.
            try write(kept.reasons.filter { !believed.contains($0.key) }, marker: "", connection)
        }
        return believed
    }
}
