import Basics
import Delivery
import HTTPTypes
import Playbooks
import Storage

/// Reads rows that have the columns of `keeptouch import`: a JSON object, a list of objects, or one object a line.
enum PlainReader {
    private static let ofEvents = ["account", "contact", "event", "at", "id", "properties"]

    /// - Throws: `Problem` when there is no row at all.
    static func read(_ bytes: some Collection<UInt8>, _ kind: IncomingRow.Kind, receivedAt: Instant) throws
        -> IngestBatch
    {
        var taken = IngestBatch()
        if let whole = JSON(parsing: bytes) {
            switch whole {
            case .object: take(whole, kind, at: "", receivedAt, into: &taken)
            case .list(let items):
                for (index, item) in items.enumerated() { take(item, kind, at: "/\(index)", receivedAt, into: &taken) }
            default:
                throw Problem(.badRequest, "the body must be a JSON object, a list of objects, or one object a line")
            }
            return taken
        }
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        guard lines.count > 1 else { throw Problem(.badRequest, "the body is not JSON") }
        for (index, line) in lines.enumerated() {
            if line.allSatisfy({ $0 <= 0x20 }) { continue }
            guard let item = JSON(parsing: line) else {
                taken.reject(IngestBatch.Malformed(pointer: "/\(index)", detail: "the line is not one JSON object"))
                continue
            }
            take(item, kind, at: "/\(index)", receivedAt, into: &taken)
        }
        return taken
    }

    private static func take(
        _ item: JSON, _ kind: IncomingRow.Kind, at pointer: String, _ receivedAt: Instant, into taken: inout IngestBatch
    ) {
        guard case .object(let members) = item else {
            taken.reject(IngestBatch.Malformed(pointer: pointer, detail: "must be a JSON object"))
            return
        }
        do throws(IngestBatch.Malformed) {
            taken.rows.append(try row(members, kind, at: pointer, receivedAt))
        } catch {
            taken.reject(error)
        }
    }

    private static func row(
        _ members: [JSON.Member], _ kind: IncomingRow.Kind, at pointer: String, _ receivedAt: Instant
    ) throws(IngestBatch.Malformed) -> IncomingRow {
        var fields: [IncomingRow.Field] = []
        var properties: [IncomingRow.Field] = []
        for member in members {
            let place = IngestBatch.pointer(pointer, member.key)
            if kind == .events, member.key == "properties" {
                guard case .object(let more) = member.value else {
                    if case .null = member.value { continue }
                    throw IngestBatch.Malformed(pointer: place, detail: "must be an object such as {\"score\": 9}")
                }
                for property in more {
                    properties.append(try field(property, at: IngestBatch.pointer(place, property.key)))
                }
            } else if kind == .events, !ofEvents.contains(member.key) {
                properties.append(try field(member, at: place))
            } else {
                fields.append(try field(member, at: place))
            }
        }
        if kind == .events, !fields.contains(where: { $0.column == "at" && $0.value != nil }) {
            fields.append(IncomingRow.Field("at", receivedAt.description, at: IngestBatch.pointer(pointer, "at")))
        }
        return IncomingRow(kind, fields, properties: properties, at: pointer)
    }

    private static func field(_ member: JSON.Member, at pointer: String) throws(IngestBatch.Malformed)
        -> IncomingRow.Field
    {
        switch member.value {
        case .list, .object:
            throw IngestBatch.Malformed(pointer: pointer, detail: "is a list or an object; it must be one value")
        default: return IncomingRow.Field(member.key, member.value, at: pointer)
        }
    }
}
