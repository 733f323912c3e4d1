import Basics
import Decisions
import Measure
import Playbooks

/// A question for accounts as the address of a page and as a command.
extension AccountQuestion {
    /// What the address of a page asks; nil when it asks nothing.
    ///
    /// - Throws: `PageProblem` where it cannot be read.
    init?(_ ask: PageRequest) throws {
        self.init()
        condition = ask["where"]
        segment = ask["segment"]
        (playbook, step, arm, state) = (ask["in"], ask["step"], ask["arm"], ask["state"])
        risk = ask["risk"].map { $0 == "any" ? "" : $0 }
        (enteredSince, newSince) = (try ask.day("entered_since"), try ask.day("new_since"))
        isStuck = try ask.flag("stuck") ?? false
        (verdict, judging) = (ask["verdict"], ask["playbook"])
        life = try LifeQuestion(ask)
        if let experiment = try ExperimentQuestion(ask) {
            self.experiment = experiment
            arm = nil
        }
        journey = try JourneyQuestion(ask)
        if self == AccountQuestion() { return nil }
        asOf = try ask.moment("as_of")
    }

    /// What it asks as names and values, of an address and, with other dashes, of the options of a command.
    private var pairs: [(String, String?)] {
        var pairs: [(String, String?)] = [
            ("where", condition), ("segment", segment), ("in", playbook), ("step", step), ("arm", arm),
            ("state", state), ("entered_since", enteredSince.map { "\($0)" }),
        ]
        if let life { pairs += life.pairs }
        if let experiment { pairs += experiment.pairs }
        if let journey { pairs += [("journey", journey.journey), ("reached", journey.reached)] }
        pairs += [("verdict", verdict), ("playbook", judging), ("new_since", newSince.map { "\($0)" })]
        return pairs
    }

    /// The question in the address of the page that answers it.
    var query: String {
        var pairs = pairs
        pairs += [
            ("risk", risk.map { $0.isEmpty ? "any" : $0 }), ("stuck", isStuck ? "yes" : nil),
            ("as_of", asOf.map { "\($0)" }),
        ]
        return pairs.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.component($0))" } }
            .joined(separator: "&")
    }

    /// The words of the command that lists the same.
    var command: [String] {
        var words = ["accounts"]
        for (name, value) in pairs {
            if let value { words += ["--" + name.replacing("_", with: "-"), value] }
        }
        if let risk { words += risk.isEmpty ? ["--at-risk"] : ["--at-risk", risk] }
        if isStuck { words.append("--stuck") }
        if let asOf { words += ["--now", "\(asOf)"] }
        return words
    }
}

extension LifeQuestion {
    /// What the address of a page asks; nil when it asks nothing of customers.
    ///
    /// - Throws: `PageProblem` where it cannot be read.
    init?(_ ask: PageRequest) throws {
        guard let kind: Kind = try ask.word("life") else { return nil }
        let since = try ask.day("since")
        guard since != nil || !kind.needsDay else {
            throw PageProblem(
                .badRequest, "From when?", "life=\(kind.rawValue) needs a day: since=2026-07-30.", at: "since")
        }
        self.init(kind, since: since, until: try ask.day("until"))
        self = of(
            reason: ask["reason"], wasWarned: try ask.flag("warned"), avoidable: try ask.word("avoidable"))
        let by: Grouping? = try ask.word("by")
        self = of(
            by.map { Group($0, ask["group"] ?? "") }, age: try ask.count("age"), month: try ask.count("month"))
    }

    /// The same as names and values, of an address and of the options of a command.
    var pairs: [(String, String?)] {
        [
            ("life", kind.rawValue), ("since", since.map { "\($0)" }),
            ("until", until == since ? nil : until.map { "\($0)" }), ("reason", reason),
            ("warned", wasWarned.map { $0 ? "yes" : "no" }), ("avoidable", avoidable?.rawValue),
            ("by", group?.by.rawValue), ("group", group?.name), ("age", age.map { "\($0)" }),
            ("month", month.map { "\($0)" }),
        ]
    }
}

extension JourneyQuestion {
    /// What the address of a page asks; nil when it asks nothing of a journey.
    ///
    /// - Throws: `PageProblem` where a part of it is missing.
    init?(_ ask: PageRequest) throws {
        switch (ask["journey"], ask["reached"]) {
        case (nil, nil): return nil
        case (let journey?, let stage?): self.init(journey: journey, reached: stage)
        default:
            throw PageProblem(
                .badRequest, "Which stage?",
                "A stage is of a journey: the address names both, journey=tech-touch and reached=valued.", at: "reached"
            )
        }
    }
}

extension ExperimentQuestion {
    /// What the address of a page asks; nil when it asks nothing of an experiment.
    ///
    /// - Throws: `PageProblem` where it cannot be read.
    init?(_ ask: PageRequest) throws {
        guard let playbook = ask["experiment"] else { return nil }
        guard let arm = ask["arm"] else {
            throw PageProblem(
                .badRequest, "Which arm?", "experiment=\(playbook.prefix(60)) needs an arm: arm=holdout.", at: "arm")
        }
        self.init(
            playbook, period: try ask.count("period") ?? 1, arm: arm, outcome: ask["outcome"] ?? "goal",
            try ask.word("standing") ?? .matured, look: try ask.moment("look"),
            group: try (ask.word("by") as Grouping?).map { Group($0, ask["group"] ?? "") })
    }

    /// The same as names and values, of an address and of the options of a command.
    var pairs: [(String, String?)] {
        [
            ("experiment", playbook), ("period", "\(period)"), ("arm", arm), ("outcome", outcome),
            ("standing", standing.rawValue), ("look", look.map { "\($0)" }), ("by", group?.by.rawValue),
            ("group", group?.name),
        ]
    }
}
