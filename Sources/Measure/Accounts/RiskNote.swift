package import Basics
import Decisions
package import Playbooks
package import Storage

/// What a team has to know of an account at risk: the background, what was done, what happens next, and what is needed
/// from whom.
package struct RiskNote: Sendable {
    /// A reason with the clause of its playbook by which it holds.
    package struct Risk: Sendable {
        package var risk: AccountList.AtRisk
        package var reason: Reason
        /// `drop(logins, 14d, 56d) = 43%`; empty where the trigger is no condition.
        package var clause: String

        package init(risk: AccountList.AtRisk, reason: Reason, clause: String) {
            (self.risk, self.reason, self.clause) = (risk, reason, clause)
        }

        /// What people read for the reason.
        var name: String { reason.title ?? risk.reason }
    }

    private let story: RiskStory
    private let risks: [Risk]
    private let workspace: Workspace
    private let asOf: Instant
    private let next: [Coming]

    /// What an enrollment comes to next.
    package enum NextStep: Sendable, Equatable {
        /// The next message, and when at the earliest.
        case message(id: String, notBefore: Instant?)
        /// Nothing until a person does something about it.
        case nothing(because: String)
    }

    /// A line of what happens next.
    private struct Coming {
        var text: String
        /// Whether the account hears something by itself.
        var comes = true
    }

    private var zone: Zone { workspace.configuration.zone }
    private var currency: String { workspace.configuration.currency }

    /// - Parameter nextStep: what an enrollment comes to; nil when no message is left.
    package init(
        _ story: RiskStory, _ risks: [Risk], workspace: Workspace, asOf: Instant,
        nextStep: (RiskStory.Running) throws -> NextStep?
    ) rethrows {
        self.story = story
        self.risks = risks
        self.workspace = workspace
        self.asOf = asOf
        let zone = workspace.configuration.zone
        let waiting = story.waiting.map { touch in
            if touch.isHeld {
                return Coming(
                    text: "\(touch.step) of \(touch.playbook) is held: \(touch.reason ?? "its message cannot be made")",
                    comes: false)
            }
            return Coming(
                text: "\(touch.step) of \(touch.playbook) on \(zone.day(of: touch.notBefore))"
                    + (touch.reason.map { " (\($0))" } ?? ""))
        }
        let playbooks = Set(story.waiting.map(\.playbook))
        let coming = try story.running.filter { !playbooks.contains($0.playbook) }.compactMap { running -> Coming? in
            func nothing(_ why: String) -> Coming {
                Coming(text: "nothing by \(running.playbook): \(why)", comes: false)
            }
            guard running.arm == .treated else {
                return nothing("it is in the \(running.arm == .holdout ? "" : "global ")holdout")
            }
            return try nextStep(running).map { step in
                switch step {
                case .nothing(let why): nothing(why)
                case .message(let id, let notBefore):
                    Coming(
                        text: "\(id) of \(running.playbook)"
                            + (notBefore.map { ", not before \(zone.day(of: $0))" } ?? ""))
                }
            }
        }
        next = waiting + coming
    }

    /// Whether nothing comes by itself, so that a person is needed.
    private var isStuck: Bool { !next.contains(where: \.comes) }

    /// Whether nobody can do anything about it.
    package var isUnavoidable: Bool { !risks.isEmpty && risks.allSatisfy { $0.reason.avoidable == false } }

    // MARK: The parts

    private var name: String { story.item.name.map { "\($0) (\(story.item.key))" } ?? story.item.key }

    private func money(_ major: Double) -> String {
        Value.number(major).text(as: .money, currency: currency, zone: zone)
    }

    private var mrr: String { story.item.mrr.map(money) ?? "" }

    private var ltv: String {
        var factor = 1.0
        for _ in 0..<Currency.minorDigits(of: currency) { factor *= 10 }
        return story.paid.map { money($0 / factor) } ?? ""
    }

    private var tenure: String {
        let days = max(0, (asOf - story.createdAt).milliseconds / 86_400_000)
        return days < 60 ? "\(days) days" : "\(days * 12 / 365) months"
    }

    private var stage: String {
        guard let stage = story.item.stage else { return "" }
        return stage + (story.item.stageSince.map { " since \(zone.day(of: $0))" } ?? "")
    }

    private var background: [String] {
        var lines = risks.map { item in
            "at risk: \(item.name)\(item.reason.theme.map { " (\($0))" } ?? "") since \(zone.day(of: item.risk.since)), "
                + "by \(item.risk.playbook)" + (item.clause.isEmpty ? "" : ": \(item.clause)")
        }
        if risks.isEmpty { lines.append("at no risk that a live playbook knows of") }
        for name in story.held where workspace.playbook(name)?.risk != nil {
            lines.append("matches \(name), which is held: nothing is done for it until that is released")
        }
        let facts: [(String, String)] = [
            ("plan", story.plan ?? ""), ("MRR", mrr.isEmpty ? "unknown" : mrr), ("with us for", tenure),
            ("MRR over that time", ltv), ("stage", stage),
        ]
        lines.append(facts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
        if let health = story.health { lines.append(health.sentence) }
        return lines
    }

    private var done: [String] { story.done.map { "\(zone.day(of: $0.at)) \($0.text)" } }

    private var needed: [String] {
        if risks.isEmpty { return [] }
        return risks.map { item in
            if item.reason.avoidable == false { return "\(item.name): nothing, it cannot be avoided" }
            let theme = RiskTheme(item.reason.theme)
            let what = item.reason.needs ?? theme.needs
            let told = item.reason.notify.map { "; told over \($0)" } ?? "; nobody is told (notify: of data.yaml)"
            return "\(item.name): \(what), from \(theme.who)\(told)"
        }
    }

    private var nextLines: [String] {
        let lines = next.map(\.text)
        guard isStuck else { return lines }
        return lines + [isUnavoidable || risks.isEmpty ? "nothing" : "nothing comes by itself: a person is needed"]
    }

    // MARK: Forms

    /// As a team's own template writes it; else as the program does, and so of an account that is at no risk, for which a
    /// template has no words.
    package var text: String {
        let names = risks.map(\.risk.reason) + [RiskNoteTemplate.general]
        if !risks.isEmpty, let template = names.lazy.compactMap({ workspace.notes[$0] }).first {
            return RiskNoteTemplate.written(template, values)
        }
        func part(_ title: String, _ lines: [String], _ otherwise: String) -> String {
            ([title] + (lines.isEmpty ? [otherwise] : lines).map { "  \($0)" }).joined(separator: "\n")
        }
        return [
            name, part("background", background, ""), part("what was done so far", done, "nothing"),
            part("what happens next", nextLines, "nothing"), part("what is needed", needed, "nothing"),
        ].joined(separator: "\n")
    }

    private var values: [RiskNoteTemplate.Name: String] {
        let first = risks.first
        return [
            .account: story.item.name ?? story.item.key, .key: story.item.key,
            .reason: risks.map(\.name).joined(separator: ", "), .theme: first?.reason.theme ?? "",
            .since: first.map { "\(zone.day(of: $0.risk.since))" } ?? "",
            .clause: risks.map(\.clause).filter { !$0.isEmpty }.joined(separator: "; "), .plan: story.plan ?? "",
            .mrr: mrr, .ltv: ltv, .tenure: tenure, .stage: stage,
            .health: story.health?.sentence ?? "", .background: background.joined(separator: "\n"),
            .done: done.joined(separator: "\n"), .next: nextLines.joined(separator: "\n"),
            .needed: needed.joined(separator: "\n"), .who: first.map { RiskTheme($0.reason.theme).who } ?? "",
        ]
    }

    package var json: JSON {
        func list(_ lines: [String]) -> JSON { .list(lines.map { .text($0) }) }
        return .object(
            [JSON.Member("account", .text(story.item.key)), JSON.Member("as_of", .text("\(asOf)"))]
                + [("background", background), ("done", done), ("next", nextLines), ("needed", needed)].map {
                    JSON.Member($0.0, list($0.1))
                } + [JSON.Member("text", .text(text))])
    }
}

/// Who has to do with a reason of a theme, and what they can do; the table is in docs/measuring.md.
package struct RiskTheme: Sendable, Equatable {
    package var who: String
    package var needs: String

    /// The themes that the library has, in the order of the docs.
    package static let known: [(theme: String, who: String, needs: String)] = [
        ("adoption", "customer success", "show the next thing worth doing with the product"),
        ("implementation", "onboarding", "finish the step that is open, together"),
        ("support", "support", "close what is open, and say so"),
        ("sentiment", "customer success", "hear what went wrong, and answer it"),
        ("sponsor change", "customer success", "find who owns it now, and begin anew with them"),
        ("finance", "billing", "a way to pay, or a plan that fits"),
        ("value", "customer success", "show what it gets for its money, or offer a plan that fits"),
        ("product", "product", "say whether and when the need is met"),
    ]

    package init(_ theme: String?) {
        let found = Self.known.first { $0.theme == theme }
        who = found?.who ?? "customer success"
        needs = found?.needs ?? "a look at the account"
    }
}
