import Decisions
import Measure
import Playbooks
import Storage

/// Which teams are told of risks in a cycle: each channel of a reason once a day, and the digests of `keeptouch.yaml`
/// when they are due.
struct DigestPlanning {
    let workspace: Workspace
    let now: Instant
    let pinned: PinnedVersions

    /// So many risk notes stand in a digest.
    private static let mostNotes = 5

    /// A digest to be written.
    struct Planned {
        var key: Digests.Key
        var accounts: Int
        var subject: String
        var text: String
        /// The keys of the accounts that it names.
        var named: [String] = []
    }

    /// A missed occurrence of a digest's schedule is posted when it is less late than this.
    private static let patience = TimeSpan.days(1)

    /// - Parameter isTurn: whether it is the turn of the daily notes.
    func plan(isTurn: Bool, _ connection: Connection) throws -> [Planned] {
        let digests = Digests(connection)
        var planned: [Planned] = []
        if isTurn {
            let day = workspace.configuration.zone.day(of: now).description
            for (channel, risks) in notified() {
                let key = Digests.Key(channel: channel, kind: "notes", occasion: day)
                guard try !digests.contains(key), var found = try digest(key, risks, digests, connection),
                    found.accounts > 0
                else { continue }
                found.text += try notes(of: found.named, connection)
                planned.append(found)
            }
        }
        for item in workspace.configuration.digests where isTeam(item.channel) {
            guard let occasion = try due(item, digests) else { continue }
            let key = Digests.Key(
                channel: item.channel, kind: "report \(item.report)", occasion: occasion.description)
            switch item.report {
            case "attrition": planned.append(digest(key, of: try attrition(connection)))
            case "journey": planned.append(digest(key, of: try journey(connection)))
            default: if let found = try digest(key, workspace.risks, digests, connection) { planned.append(found) }
            }
        }
        return planned
    }

    /// The playbooks by reason, for each channel that reasons name.
    private func notified() -> [(channel: String, risks: [String: [String]])] {
        var channels: [String: [String: [String]]] = [:]
        for reason in workspace.dataMap.reasons {
            guard let channel = reason.notify, isTeam(channel), let playbooks = workspace.risks[reason.name] else {
                continue
            }
            channels[channel, default: [:]][reason.name] = playbooks
        }
        return channels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Only a webhook needs no contact.
    private func isTeam(_ channel: String) -> Bool { workspace.channels[channel]?.kind == .webhook }

    private func digest(
        _ key: Digests.Key, _ risks: [String: [String]], _ digests: Digests, _ connection: Connection
    ) throws -> Planned? {
        let since = try digests.last(channel: key.channel, kind: key.kind)
        if let since, since >= now { return nil }
        let seen = try RisksSeen(risks, since: since, until: now, connection)
        let total = try seen.total()
        let configuration = workspace.configuration
        let accounts = try seen.accounts(limit: RiskDigest.mostAccounts)
        let digest = RiskDigest(
            reasons: try seen.reasons(), accounts: accounts, total: total, since: since,
            currency: configuration.currency, zone: configuration.zone,
            titles: Dictionary(
                workspace.dataMap.reasons.compactMap { reason in reason.title.map { (reason.name, $0) } }
            ) { first, _ in first })
        return Planned(
            key: key, accounts: total.accounts, subject: digest.subject, text: digest.text, named: accounts.map(\.key))
    }

    /// The notes of those who pay most, where the team has a form for them; of what cannot be avoided there is nothing to
    /// note.
    private func notes(of keys: [String], _ connection: Connection) throws -> String {
        guard !workspace.notes.isEmpty else { return "" }
        let context = try EvaluationContext(connection, workspace: workspace, now: now)
        let notes = RiskNotes(
            connection, context, workspace: workspace, names: StepNames(workspace, pinned: pinned))
        var texts: [String] = []
        for key in keys where texts.count < Self.mostNotes {
            guard let story = try AccountStory(connection, key: key) else { continue }
            let note = try notes.note(of: story.accountID)
            if !note.isUnavoidable { texts.append("\n\n" + note.text) }
        }
        return texts.joined()
    }

    private func attrition(_ connection: Connection) throws -> Report {
        try AttritionReport.report(connection, workspace: workspace, asOf: now)
    }

    private func journey(_ connection: Connection) throws -> Report {
        try JourneyReport.report(connection, workspace: workspace, asOf: now)
    }

    /// The sentences of a report; it names no accounts.
    private func digest(_ key: Digests.Key, of report: Report) -> Planned {
        Planned(
            key: key, accounts: 0,
            subject: "\(report.title) as of \(workspace.configuration.zone.day(of: now))",
            text: ([report.title] + report.summary).joined(separator: "\n"))
    }

    /// The newest occurrence of the schedule that is due and not posted yet.
    private func due(_ item: Configuration.Digest, _ digests: Digests) throws -> Instant? {
        let last = try digests.last(channel: item.channel, kind: "report \(item.report)")
        var start = now - Self.patience
        if let last, last > start { start = last }
        var due: Instant?
        while let next = item.schedule.next(after: due ?? start, in: workspace.configuration.zone), next <= now {
            due = next
        }
        return due
    }
}
