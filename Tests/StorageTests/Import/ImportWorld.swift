import Foundation
import Playbooks
import Storage
import Testing

/// A database that takes imports, with the data map of one invented company, at noon UTC of 2026-03-10.
final class ImportWorld {
    let scratch: Scratch
    let store: Store
    var dataMap: DataMap
    var now: Instant
    let configuration: Configuration

    init(zone: String = "UTC", currency: String = "USD") throws {
        scratch = try Scratch()
        store = try scratch.store()
        dataMap = DataMap()
        dataMap.attributes = [
            Attribute("plan", .text, values: ["free", "starter", "pro"], column: "Subscription Plan"),
            Attribute("seats", .number), Attribute("health", .number, track: true), Attribute("trial", .boolean),
            Attribute("renewal_at", .date, format: "m/d/y"), Attribute("budget", .money),
            Attribute("notice", .duration),
        ]
        dataMap.contactAttributes = [Attribute("title", .text)]
        dataMap.metrics = [Metric("logins"), Metric("reports", column: "Reports run")]
        dataMap.reasons = [Reason("price"), Reason("missing_feature")]
        dataMap.events.append(
            EventKind(
                "nps_response", properties: [.init("score", .number), .init("comment", .text), .init("paid", .money)]))
        dataMap.events.append(
            EventKind("complaint", properties: [.init("reason", .reason, map: ["too_expensive": "price"])]))
        now = try Instant.parse("2026-03-10T12:00:00Z").get()
        var configuration = Configuration(
            workspace: "acme", zone: try #require(Zone(zone)), evaluate: try Schedule.parse("daily at 06:00").get())
        configuration.currency = currency
        self.configuration = configuration
    }

    var importer: Importer { Importer(store: store, dataMap: dataMap, configuration: configuration) }

    func file(_ text: String, _ name: String = "data.csv") throws -> String {
        try file(Data(text.utf8), name)
    }

    func file(_ data: Data, _ name: String = "data.csv") throws -> String {
        try data.write(to: URL(fileURLWithPath: scratch.path(name)))
        return scratch.path(name)
    }

    @discardableResult
    func load(_ kind: ImportKind, _ text: String, _ options: ImportOptions = ImportOptions()) throws -> ImportReport {
        try importer.run(kind, from: .file(file(text)), options: options, now: now)
    }

    func advance(days: Int64) { now = now + .days(days) }

    /// The rows as text, columns parted by `|`, NULL as nothing.
    func rows(_ sql: String) throws -> [String] {
        try store.read { connection in
            try connection.query(sql).map { row in
                row.values.map { value in
                    switch value {
                    case .null: ""
                    case .integer(let value): String(value)
                    case .real(let value): String(value)
                    case .text(let value): value
                    case .blob: "blob"
                    }
                }.joined(separator: "|")
            }
        }
    }

    var events: [String] {
        get throws {
            try rows(
                """
                SELECT account.key, event_kind.name, event.at, event.properties, event.history FROM event
                JOIN account ON account.id = event.account_id JOIN event_kind ON event_kind.id = event.kind_id
                ORDER BY event.id
                """)
        }
    }

    var history: [String] {
        get throws {
            try rows(
                """
                SELECT account.key, attribute, at, previous, value FROM history
                JOIN account ON account.id = history.account_id ORDER BY at, account.key, attribute
                """)
        }
    }

    static func milliseconds(_ text: String) throws -> Int64 { try Instant.parse(text).get().milliseconds }
}
