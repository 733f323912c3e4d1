import Playbooks
import Runner
import Storage

/// What is paused and resumed: everything, a playbook or a channel.
struct PauseScope: Equatable {
    /// `all`, `playbook:NAME` or `channel:NAME`.
    let text: String

    /// - Throws: `PageProblem` for anything else.
    init(_ text: String) throws {
        guard text == "all" || text.hasPrefix("playbook:") || text.hasPrefix("channel:") else {
            throw PageProblem(
                .badRequest, "Nothing to pause",
                "\"\(text.prefix(100))\" is neither all, playbook:NAME nor channel:NAME.")
        }
        self.text = text
    }

    var name: String { text == "all" ? "everything" : String(text.drop { $0 != ":" }.dropFirst()) }
    /// At the beginning of a sentence.
    var title: String { text == "all" ? "Everything" : name }

    /// Where one looks at it.
    var path: String {
        if text.hasPrefix("playbook:") { return "/playbooks/\(DashboardAddress.part(name))" }
        return text.hasPrefix("channel:") ? "/channels/\(DashboardAddress.part(name))" : "/"
    }

    /// Refuses a name that is not in the workspace: a pause of it would stop nothing.
    ///
    /// - Throws: `PageProblem` with the nearest there is.
    func expectKnown(_ edition: Edition) throws {
        if text.hasPrefix("playbook:") {
            let isThere = edition.files.texts["playbooks/\(name)/playbook.yaml"] != nil
            let names = edition.workspace.playbooks.map(\.name)
            guard isThere || names.contains(name) else { throw unknown("playbook", among: names) }
        } else if text.hasPrefix("channel:") {
            let names = edition.workspace.channels.keys.sorted()
            guard names.contains(name) else { throw unknown("channel", among: names) }
        }
    }

    private func unknown(_ what: String, among names: [String]) -> PageProblem {
        PageProblem(
            .notFound, "No such \(what)",
            "There is no \(what) \"\(name.prefix(200))\"\(suggestion(for: name, in: names)). Nothing was changed."
                .replacing("?.", with: "?"))
    }

    /// How much waits while it is paused, as a sentence without its end.
    func size(now: Instant, _ connection: Connection) throws -> String {
        if text.hasPrefix("channel:") {
            return "\(try Outbox.countDue(by: now, of: name, connection).of("message")) would go by it now"
        }
        let all = try PlaybookCounts.all(since: now, connection)
        let counts: [PlaybookCounts]
        if text == "all" {
            counts = Array(all.values)
        } else {
            let known = try StatusQuery(connection).known(name, now: now)
            counts = known.flatMap { all[$0.id] }.map { [$0] } ?? []
        }
        let active = counts.reduce(0) { $0 + $1.active }
        let open = counts.reduce(0) { $0 + $1.touches(TouchGroup.open.states) }
        return "\(active.of("account")) \(active == 1 ? "is" : "are") in it now; "
            + "\(open.of("message")) \(open == 1 ? "is" : "are") not settled"
    }

    /// Why it is paused; nil when it is not.
    func reason(_ connection: Connection) throws -> String? {
        try StatusQuery(connection).pauses().first { $0.scope == text }?.reason
    }
}
