/// Trigger, audience, steps and goal: one folder of `playbooks/`.
package struct Playbook: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case draft, live, retired
    }

    package enum Trigger: Sendable, Hashable {
        /// An edge: an account becomes a candidate when it starts to match.
        case when(Term)
        /// Each occurrence of the event for which the condition holds.
        case on(event: String, condition: Term?)
        /// Each occurrence of the schedule enrolls the whole audience.
        case at(Schedule)
    }

    package enum Reentry: Sendable, Hashable {
        case never, always
        case after(TimeSpan, fromEnd: Bool)
    }

    /// Who gets the touches; the first that yields an active contact wins.
    package enum Recipients: Sendable, Hashable {
        case role(String)
        case all(role: String)
        case everyone
        /// Some active contact, whatever its role.
        case anyone
        /// `event.contact`: the contact that the triggering event names.
        case eventContact

        /// The value of `to:` as people write it.
        package static func text(of recipients: [Recipients]) -> String {
            let names = recipients.map { recipient in
                switch recipient {
                case .role(let role): role
                case .all(let role): "all \(role)"
                case .everyone: "everyone"
                case .anyone: "anyone"
                case .eventContact: "event.contact"
                }
            }
            return names.count == 1 ? names[0] : "[\(names.joined(separator: ", "))]"
        }
    }

    /// Whether somebody who is a contact of several accounts gets an occurrence of a campaign once, or for each of them.
    package enum OncePer: String, Sendable, CaseIterable {
        case person, account
    }

    /// What becomes of an occurrence of a schedule that nobody ran in time.
    package enum Misfire: String, Sendable, CaseIterable {
        /// It runs once when it is less than six hours late.
        case standard = "default"
        /// It runs once, however late.
        case run
        /// It does not run when it is more than 15 minutes late.
        case skip

        /// How late an occurrence still runs.
        package var patience: TimeSpan {
            switch self {
            case .standard: .hours(6)
            case .run: .days(36_500)
            case .skip: .minutes(15)
            }
        }
    }

    package struct Variant: Sendable, Hashable {
        package var name: String
        package var weight: Double
        /// Steps of its own; the playbook's when nil.
        package var steps: [Step]?

        package init(name: String, weight: Double, steps: [Step]? = nil) {
            self.name = name
            self.weight = weight
            self.steps = steps
        }
    }

    package enum Exit: Sendable, Hashable {
        case goal, leftAudience, churned, noMatch
        case condition(Term)
    }

    package struct Goal: Sendable, Hashable {
        package var condition: Term
        package var within: TimeSpan

        package init(condition: Term, within: TimeSpan) {
            self.condition = condition
            self.within = within
        }
    }

    /// A harm that an experiment must not worsen by more than the margin.
    package struct Guardrail: Sendable, Hashable {
        /// `unsubscribed`, `complained`, `bounced`, `rejected` or `churned`.
        package var outcome: String
        /// 0 to 1: how much higher the share of those harmed may be.
        package var margin: Double

        package init(outcome: String, margin: Double) {
            self.outcome = outcome
            self.margin = margin
        }
    }

    package var name: String
    package var title: String
    package var state: State = .draft
    package var audience: NamedTerm?
    /// A category of the configuration, or `service`.
    package var category: String
    /// The reason for which an account is at risk while the trigger stands.
    package var risk: String?
    package var signals: [NamedTerm] = []
    package var trigger: Trigger
    /// When a `when` playbook is matched, if not at the workspace's `evaluate`.
    package var evaluate: Schedule?
    package var misfire = Misfire.standard
    package var oncePer = OncePer.account
    package var reentry: Reentry
    /// Days in a row of not matching after which a match starts anew.
    package var rearm: TimeSpan = .days(7)
    /// The property of the event whose every value is a candidate once: `invoice_id` for `per: event.invoice_id`.
    package var per: String?
    package var maxAge: TimeSpan = .days(2)
    package var priority = 50
    package var exclusive = false
    /// 0 to 1.
    package var holdout = 0.1
    package var variants: [Variant] = []
    package var recipients: [Recipients] = [.role("owner")]
    package var steps: [Step] = []
    package var exits: [Exit] = [.goal, .leftAudience, .churned]
    package var goal: Goal?
    /// The goal where it is a number and no condition; a playbook has one of the two at most.
    package var meanGoal: MeanGoal?
    /// Secondary goals, by name; each is recorded once for an enrollment, within the goal's window.
    package var also: [NamedTerm] = []
    package var guardrails: [Guardrail] = []
    /// Salt of the assignment and unit of reporting.
    package var experiment: String
    /// The attribute within whose values the arms are drawn.
    package var stratify: String?
    /// Whether an edited message begins a new period of the experiment, as an edited step does.
    package var isStrict = false
    /// How long a touch may wait for caps and windows.
    package var expires: TimeSpan = .days(7)
    /// What it says of the parameters of web analytics on its links.
    package var utm: UTM.Rule?
    /// The messages that its steps name, by path relative to the playbook's folder.
    package var messages: [String: Message] = [:]
    /// What `keeptouch test` checks.
    package var tests: [PlaybookTest] = []
    /// The text of `playbook.yaml` and its place; what a running enrollment is pinned to.
    package var source: String = ""
    package var path: String = ""

    package init(name: String, category: String, trigger: Trigger, reentry: Reentry) {
        self.name = name
        self.title = name
        self.category = category
        self.trigger = trigger
        self.reentry = reentry
        self.experiment = name
    }

    /// Outside caps, categories and holdouts; for dunning and confirmations.
    package var isService: Bool { category == "service" }

    /// The steps that an enrollment of a variant walks; nil stands for "no variants".
    package func steps(of variant: String?) -> [Step] {
        variants.first { $0.name == variant }?.steps ?? steps
    }

    /// The steps of a variant that send something, with their places in its program.
    package func sends(of variant: String?) -> [(index: Int, step: Step)] {
        steps(of: variant).enumerated().compactMap { index, step in
            if case .send = step.action { (index, step) } else { nil }
        }
    }

    /// How long the goal is watched; nil without one.
    package var goalWindow: TimeSpan? { goal?.within ?? meanGoal?.within }

    /// The steps of the playbook, and those of the variants that have their own.
    package var programs: [[Step]] { [steps] + variants.compactMap(\.steps) }
}

extension Playbook {
    package var isTriggeredByEvents: Bool {
        if case .on = trigger { true } else { false }
    }

    /// The attributes of accounts that its steps write.
    package var writtenAttributes: Set<String> {
        programs.joined().reduce(into: []) { written, step in
            if case .set(let settings) = step.action { written.formUnion(settings.map(\.attribute.name)) }
        }
    }

    /// Every condition and signal by which it decides; what stale data hold.
    package var terms: [Term] { decidingTerms + also.map(\.term) }

    /// Those by which something is done; `also:` only measures.
    package var decidingTerms: [Term] {
        var terms = signals.map(\.term)
        if let audience { terms.append(audience.term) }
        switch trigger {
        case .when(let condition): terms.append(condition)
        case .on(_, let condition): if let condition { terms.append(condition) }
        case .at: break
        }
        if let goal { terms.append(goal.condition) }
        for case .condition(let condition) in exits { terms.append(condition) }
        return terms + programs.joined().flatMap(\.terms)
    }
}
