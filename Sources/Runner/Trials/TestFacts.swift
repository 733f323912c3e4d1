import Basics
import Decisions
import Playbooks
import Storage

/// Brings the data of a test into its database by the importer that all data come by.
struct TestFacts {
    private let importer: Importer
    private let dataMap: DataMap
    private let zone: Zone
    private let journeys: [Journey]

    static let account = "test-account"

    init(_ store: Store, _ workspace: Workspace) {
        importer = Importer(store: store, dataMap: workspace.dataMap, configuration: workspace.configuration)
        dataMap = workspace.dataMap
        zone = workspace.configuration.zone
        journeys = workspace.journeys
    }

    /// The account as the test begins, with what it does not speak of.
    ///
    /// - Returns: the stages that it has reached.
    func begin(with facts: PlaybookTest.Facts, at start: Instant) throws -> [StageEntry] {
        var attributes = facts.attributes
        func assume(_ name: String, _ value: PlaybookTest.Given) {
            if !attributes.contains(where: { $0.name == name }) {
                attributes.append(PlaybookTest.Property(name: name, value: value))
            }
        }
        assume("name", .text("Acme"))
        assume("created_at", .after(.days(-365)))
        let entries = try importAccount(attributes, anchor: start, now: start)
        let contacts =
            facts.contacts ?? [
                PlaybookTest.Contact(
                    key: PlaybookTest.defaultContact,
                    attributes: [
                        PlaybookTest.Property(name: "role", value: .text("owner")),
                        PlaybookTest.Property(name: "name", value: .text("Ada Lovelace")),
                    ] + Self.textable(dataMap.sms))
            ]
        // Long ago, so that nobody has been added just now.
        try importContacts(contacts, areNew: true, anchor: start, now: start - .days(365))
        return entries
    }

    /// What a contact of whom a test does not speak has for text messages.
    private static func textable(_ texts: TextMessaging?) -> [PlaybookTest.Property] {
        guard let texts else { return [] }
        return [
            PlaybookTest.Property(name: texts.phone, value: .text("+14155550123")),
            PlaybookTest.Property(name: texts.consent, value: .text("yes")),
        ]
    }

    /// Changes of the account itself.
    ///
    /// - Returns: the stages that it has reached by them.
    func change(_ facts: PlaybookTest.Facts, anchor: Instant, now: Instant) throws -> [StageEntry] {
        let entries =
            facts.attributes.isEmpty ? [] : try importAccount(facts.attributes, anchor: anchor, now: now)
        if let contacts = facts.contacts { try importContacts(contacts, areNew: false, anchor: anchor, now: now) }
        return entries
    }

    /// All values of the stretch; those of days to come are looked at when their time has come.
    func importUsage(_ usage: [PlaybookTest.Usage], until end: Instant) throws {
        let today = zone.day(of: end)
        for metric in usage {
            let days = metric.days
            let rows = days.enumerated().compactMap { index, value in
                value.map { [Self.account, metric.metric, "\(today - days.count + index)", "\($0)"] }
            }
            guard !rows.isEmpty else { continue }
            try bring(.metrics, ["account", "metric", "day", "value"], rows, now: end)
        }
        // An import of no rows makes the names of all metrics known.
        if usage.isEmpty { try bring(.metrics, ["account", "metric", "day", "value"], [], now: end) }
    }

    func moment(of event: PlaybookTest.Event, anchor: Instant) -> Instant {
        moment(event.at, anchor: anchor)
    }

    func importEvent(_ event: PlaybookTest.Event, anchor: Instant, now: Instant) throws {
        let kind = dataMap.event(event.name)
        var properties: [String: String] = [:]
        for property in event.properties {
            properties[property.name] = text(
                property.value, as: kind?.property(property.name)?.type ?? .text, anchor: anchor)
        }
        let json = try JSONText.encode(properties)
        try bring(
            .events, ["account", "event", "at", "contact", "properties"],
            [[Self.account, event.name, moment(of: event, anchor: anchor).description, event.contact, json]], now: now)
    }

    /// - Returns: the stage that it names as reached, whatever the conditions of its journey say.
    private func importAccount(
        _ attributes: [PlaybookTest.Property], anchor: Instant, now: Instant
    ) throws -> [StageEntry] {
        let values = attributes.map { text($0.value, as: dataMap.attribute($0.name)?.type ?? .text, anchor: anchor) }
        try bring(.accounts, ["key"] + attributes.map(\.name), [[Self.account] + values], now: now)
        guard let stage = attributes.first(where: { $0.name == "stage" }), case .text(let name) = stage.value else {
            return []
        }
        let since = attributes.first { $0.name == "stage_since" }.map { moment($0.value, anchor: anchor) } ?? now
        return journeys.filter { !$0.isImported && $0.stage(name) != nil }.map {
            StageEntry(journey: $0.name, stage: name, at: since, how: .entered)
        }
    }

    private func importContacts(
        _ contacts: [PlaybookTest.Contact], areNew: Bool, anchor: Instant, now: Instant
    ) throws {
        for contact in contacts {
            var attributes = contact.attributes
            if areNew {
                if !attributes.contains(where: { $0.name == "email" }) {
                    let value = PlaybookTest.Given.text("\(contact.key)@example.com")
                    attributes.append(PlaybookTest.Property(name: "email", value: value))
                }
                if !attributes.contains(where: { $0.name == "name" }) {
                    attributes.append(
                        PlaybookTest.Property(
                            name: "name", value: .text(contact.key.prefix(1).uppercased() + contact.key.dropFirst())))
                }
            }
            let values = attributes.map {
                text($0.value, as: dataMap.contactAttribute($0.name)?.type ?? .text, anchor: anchor)
            }
            try bring(
                .contacts, ["account", "key"] + attributes.map(\.name), [[Self.account, contact.key] + values],
                now: now)
        }
    }

    private func moment(_ given: PlaybookTest.Given, anchor: Instant) -> Instant {
        switch given {
        case .after(let span): anchor + span
        case .text(let text):
            (try? Instant.parse(text, in: zone).get()) ?? (try? Day.parse(text).get()).map(zone.start) ?? anchor
        }
    }

    private func text(_ given: PlaybookTest.Given, as type: ValueType, anchor: Instant) -> String {
        switch given {
        case .text(let text): text
        case .after(let span):
            type == .date ? "\(zone.day(of: anchor + span))" : (anchor + span).description
        }
    }

    private func bring(_ kind: ImportKind, _ columns: [String], _ rows: [[String?]], now: Instant) throws {
        let report = try importer.run(kind, from: .rows(columns: columns, rows: rows), now: now)
        if let rejected = report.firstRejected.first { throw ImportError(rejected.reason) }
    }
}
