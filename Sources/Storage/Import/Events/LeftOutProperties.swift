import Basics
import Crypto
package import Playbooks

/// What events said that `data.yaml` did not have, brought into their properties once it has.
///
/// The identity of an event is not made of it, so declaring a property makes no old event new; nor does it trigger
/// anything, because events that were looked at are not looked at again.
package struct LeftOutProperties {
    private static let slice = 500

    private let context: ImportContext
    private let store: Store

    package init(dataMap: DataMap, configuration: Configuration, store: Store) {
        context = ImportContext(
            dataMap: dataMap, configuration: configuration, now: Instant(milliseconds: 0), options: ImportOptions())
        self.store = store
    }

    /// Looks through the events when their declarations have changed; takes the write lock only then.
    package func bringBack() throws {
        let declared = Hexadecimal.text(SHA256.hash(data: Array(declarations.utf8)))
        if try store.read({ try Meta.eventProperties.read($0) }) == declared { return }
        try store.session { connection in
            for kind in context.dataMap.events where !kind.properties.isEmpty {
                let id = try connection.first(
                    "SELECT id FROM event_kind WHERE name = :name", ["name": .text(kind.name)])
                if let id { try bringBack(kind, id["id"], connection) }
            }
            try store.write(on: connection) { try Meta.eventProperties.write(declared, $0) }
        }
    }

    private var declarations: String {
        context.dataMap.events.map { kind in
            let properties = kind.properties.map { property in
                "\(property.name):\(property.type.rawValue)"
                    + property.map.sorted { $0.key < $1.key }.map { ",\($0.key)=\($0.value)" }.joined()
            }
            return ([kind.name] + properties).joined(separator: "\n")
        }.joined(separator: "\n\n") + context.dataMap.reasons.map { "\n\n\($0.name)" }.joined()
    }

    private func bringBack(_ kind: EventKind, _ id: SQLValue, _ connection: Connection) throws {
        var after: Int64 = 0
        var reader = EventProperties(context) { _ in nil }
        while true {
            let rows = try connection.query(
                """
                SELECT id, properties, left_out FROM event
                WHERE kind_id = :kind AND left_out IS NOT NULL AND id > :after ORDER BY id LIMIT \(Self.slice)
                """, ["kind": id, "after": .integer(after)])
            guard let last = rows.last?["id"].integer else { return }
            after = last
            let changes = rows.compactMap { row in
                read(kind, row["properties"].text, row["left_out"].text ?? "", &reader).map { (row["id"], $0) }
            }
            if changes.isEmpty { continue }
            try store.write(on: connection) { connection in
                for (id, change) in changes {
                    try connection.execute(
                        """
                        UPDATE event SET properties = :properties, left_out = :rest
                        WHERE id = :id AND left_out IS NOT NULL
                        """,
                        ["id": id, "properties": .text(change.properties), "rest": .optional(change.rest)])
                }
            }
        }
    }

    /// What an event's two texts become; nil when nothing of what was left out is declared and can be read.
    private func read(
        _ kind: EventKind, _ properties: String?, _ leftOut: String, _ reader: inout EventProperties
    ) -> (properties: String, rest: String?)? {
        guard case .object(let members)? = JSON(parsing: leftOut),
            case .object(var known) = JSON(parsing: properties ?? "{}") ?? .object([])
        else { return nil }
        var rest: [JSON.Member] = []
        for member in members {
            let plain = PlainName.bytes(member.key.utf8)
            let property = kind.properties.first { PlainName.bytes($0.name.utf8) == plain }
            guard let property, !known.contains(where: { $0.key == property.name }) else {
                rest.append(member)
                continue
            }
            let object = JSON.object([member]).encoded
            let isRead = object.withUnsafeBufferPointer {
                (try? reader.read(Record(), of: kind.name, object: $0)) != nil
            }
            // A value that is not of its type stays as it was sent.
            guard isRead, case .object(let read)? = JSON(parsing: reader.json) else {
                rest.append(member)
                continue
            }
            known += read
        }
        guard rest.count < members.count else { return nil }
        return (JSON.object(known).encodedText, rest.isEmpty ? nil : JSON.object(rest).encodedText)
    }
}
