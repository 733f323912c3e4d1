import Basics
import Delivery
import Foundation
import HTTPTypes
import Playbooks
import Storage

/// Reads CloudEvents 1.0 in the three modes of HTTP: structured, binary, and batch.
///
/// - The event of `data.yaml` is the longest end of the type that it has: `com.acme.report.made` is `report_made`, else
///   `made`. Types that end in `account.created` or `account.updated` bring an account instead, `contact.created` or
///   `contact.updated` a contact, and `metrics` daily values, with the columns of an import as `data`.
/// - The account is `data.account`, `data.account_id`, else the subject. The moment is `time`, else the arrival.
/// - An event is known by `source` and `id` together.
struct CloudEventReader {
    let vocabulary: Vocabulary
    let receivedAt: Instant
    private var taken = IngestBatch()

    static let structured = "application/cloudevents+json"
    static let batch = "application/cloudevents-batch+json"

    init(vocabulary: Vocabulary, receivedAt: Instant) {
        self.vocabulary = vocabulary
        self.receivedAt = receivedAt
    }

    /// - Throws: `Problem` when it is no CloudEvent at all.
    static func read(
        _ body: JSON?, headers: HTTPFields, vocabulary: Vocabulary, receivedAt: Instant
    ) throws -> IngestBatch {
        var reader = CloudEventReader(vocabulary: vocabulary, receivedAt: receivedAt)
        let type = headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() } ?? ""
        switch type.trimmingCharacters(in: .whitespaces) {
        case batch:
            guard case .list(let events)? = body else {
                throw Problem(.badRequest, "the body must be a list of events")
            }
            for (index, event) in events.enumerated() { reader.take(event, at: "/\(index)", dataAt: "/\(index)/data") }
        case structured:
            guard let body, case .object = body else { throw Problem(.badRequest, "the body must be one event") }
            reader.take(body, at: "", dataAt: "/data")
        default:
            guard headers.contains(where: { $0.name.canonicalName == "ce-id" || $0.name.canonicalName == "ce-type" })
            else {
                throw Problem(
                    .unsupportedMediaType,
                    "this takes \(structured), \(batch), or any content with the headers ce-id, ce-source, ce-type and "
                        + "ce-specversion")
            }
            var members = headers.filter { $0.name.canonicalName.hasPrefix("ce-") }.map {
                JSON.Member(
                    String($0.name.canonicalName.dropFirst(3)), .text($0.value.removingPercentEncoding ?? $0.value))
            }
            if let body { members.append(JSON.Member("data", body)) }
            reader.take(.object(members), at: "", dataAt: "")
        }
        return reader.taken
    }

    private mutating func take(_ event: JSON, at pointer: String, dataAt: String) {
        do throws(IngestBatch.Malformed) {
            try add(event, pointer, dataAt)
        } catch {
            taken.reject(error)
        }
    }

    private mutating func add(_ event: JSON, _ pointer: String, _ dataAt: String) throws(IngestBatch.Malformed) {
        func required(_ name: String) throws(IngestBatch.Malformed) -> String {
            let place = pointer + "/" + name
            guard let value = try IngestBatch.text(event[name], at: place), !value.isEmpty else {
                throw IngestBatch.Malformed(pointer: place, detail: "is missing")
            }
            return value
        }
        let version = try required("specversion")
        guard version == "1.0" else {
            throw IngestBatch.Malformed(
                pointer: pointer + "/specversion", detail: "\"\(version.prefix(20))\" must be 1.0")
        }
        let (id, source, type) = (try required("id"), try required("source"), try required("type"))
        let subject = try IngestBatch.text(event["subject"], at: pointer + "/subject")
        let at =
            try IngestBatch.moment(
                event["time"], at: pointer + "/time", clockIsBehindBy: TimeSpan(milliseconds: 0)) ?? receivedAt
        let data = try data(of: event, pointer, dataAt)
        let parts = type.split { $0 == "." || $0 == "/" || $0 == ":" }.map { Vocabulary.simplified(String($0)) }
        switch parts.suffix(2).joined(separator: ".") {
        case "account.created", "account.updated":
            try addEntity(
                .accounts, keyColumn: "key", of: ["key", "account", "account_id", "id"], subject, data, pointer, dataAt)
        case "contact.created", "contact.updated":
            try addEntity(
                .contacts, keyColumn: "account", of: ["account", "account_id"], subject, data, pointer, dataAt)
        default:
            if parts.last == "metrics" {
                try addEntity(
                    .metrics, keyColumn: "account", of: ["account", "account_id"], subject, data, pointer, dataAt)
            } else {
                try addEvent(
                    Self.event(parts, vocabulary), id: "\(source) \(id)", at: at, subject, data, pointer, dataAt)
            }
        }
    }

    /// The longest end of the type that is an event; what would be its name when there is none.
    private static func event(_ parts: [String], _ vocabulary: Vocabulary) -> String {
        for start in parts.indices {
            if let event = vocabulary.events[parts[start...].joined(separator: "_")] { return event }
        }
        return parts.suffix(2).joined(separator: "_")
    }

    private func data(of event: JSON, _ pointer: String, _ dataAt: String) throws(IngestBatch.Malformed) -> [JSON
        .Member]
    {
        if let text = try IngestBatch.text(event["data_base64"], at: pointer + "/data_base64") {
            guard let bytes = Data(base64Encoded: text), case .object(let members)? = JSON(parsing: bytes) else {
                throw IngestBatch.Malformed(
                    pointer: pointer + "/data_base64", detail: "must be a JSON object in Base64")
            }
            return members
        }
        switch event["data"] {
        case nil, .null: return []
        case .object(let members): return members
        default: throw IngestBatch.Malformed(pointer: dataAt, detail: "must be a JSON object")
        }
    }

    /// The account among the data, else the subject.
    private func account(
        of names: [String], _ subject: String?, _ data: [JSON.Member], _ pointer: String, _ dataAt: String
    ) throws(IngestBatch.Malformed) -> (key: String, member: String?) {
        for name in names {
            guard let member = data.first(where: { Vocabulary.simplified($0.key) == name }) else { continue }
            if let key = try IngestBatch.text(member.value, at: IngestBatch.pointer(dataAt, member.key)), !key.isEmpty {
                return (key, member.key)
            }
        }
        guard let subject, !subject.isEmpty else {
            throw IngestBatch.Malformed(
                pointer: pointer + "/subject", detail: "is missing; it is the key of the account")
        }
        return (subject, nil)
    }

    private mutating func addEntity(
        _ kind: IncomingRow.Kind, keyColumn: String, of names: [String], _ subject: String?, _ data: [JSON.Member],
        _ pointer: String, _ dataAt: String
    ) throws(IngestBatch.Malformed) {
        let (key, member) = try account(of: names, subject, data, pointer, dataAt)
        let place = member.map { IngestBatch.pointer(dataAt, $0) } ?? pointer + "/subject"
        var fields = [IncomingRow.Field(keyColumn, key, at: place)]
        for item in data where item.key != member {
            let column: String? =
                switch kind {
                case .accounts: vocabulary.accounts[item.key]
                case .contacts: vocabulary.contacts[item.key]
                case .metrics, .events: item.key
                }
            guard let column, !fields.contains(where: { $0.column == column }) else { continue }
            switch item.value {
            case .list, .object:
                taken.leaveOut(IngestBatch.pointer(dataAt, item.key), "is a list or an object; it must be one value")
            default:
                fields.append(
                    IncomingRow.Field(
                        column, item.value, at: IngestBatch.pointer(dataAt, item.key),
                        isOptional: kind != .metrics))
            }
        }
        taken.rows.append(IncomingRow(kind, fields, at: pointer))
    }

    private mutating func addEvent(
        _ event: String, id: String, at: Instant, _ subject: String?, _ data: [JSON.Member], _ pointer: String,
        _ dataAt: String
    ) throws(IngestBatch.Malformed) {
        let (account, member) = try account(of: ["account", "account_id"], subject, data, pointer, dataAt)
        var fields = [
            IncomingRow.Field(
                "account", account, at: member.map { IngestBatch.pointer(dataAt, $0) } ?? pointer + "/subject"),
            IncomingRow.Field("event", event, at: pointer + "/type"),
            IncomingRow.Field("at", at.description, at: pointer + "/time"),
            IncomingRow.Field("id", id, at: pointer + "/id"),
        ]
        var properties: [IncomingRow.Field] = []
        for item in data where item.key != member {
            let place = IngestBatch.pointer(dataAt, item.key)
            if item.key == "contact", let contact = try IngestBatch.text(item.value, at: place) {
                fields.append(IncomingRow.Field("contact", contact, at: place))
            } else if let property = vocabulary.property(item.key, of: event) {
                switch item.value {
                case .list, .object: taken.leaveOut(place, "is a list or an object; a property is one value")
                default:
                    properties.append(IncomingRow.Field(property, item.value, at: place, isOptional: true))
                }
            }
        }
        taken.rows.append(IncomingRow(.events, fields, properties: properties, at: pointer))
    }
}
