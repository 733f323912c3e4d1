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
        /// `event.contact`: the contact that the triggering event names.
        case eventContact
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
    /// Salt of the assignment and unit of reporting.
    package var experiment: String
    /// How long a touch may wait for caps and windows.
    package var expires: TimeSpan = .days(7)
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
}

/// One step of a playbook.
package struct Step: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case send(Send)
        case wait(TimeSpan)
    }

    package struct Send: Sendable, Hashable {
        package var kind: Channel.Kind
        /// The channel's name, when it is not the workspace's default of the kind.
        package var channel: String?
        /// The message's path for every variant; the empty name serves all.
        package var message: [String: String]
        /// Overrides the window of the workspace; `.always` for "at once".
        package var window: SendWindow?

        package init(
            kind: Channel.Kind, channel: String? = nil, message: [String: String], window: SendWindow? = nil
        ) {
            self.kind = kind
            self.channel = channel
            self.message = message
            self.window = window
        }

        package func message(for variant: String?) -> String? {
            variant.flatMap { message[$0] } ?? message[""]
        }
    }

    /// `email_1`, `wait_1` unless the file gives one.
    package var id: String
    package var action: Action
    package var position: Position

    package init(id: String, action: Action, position: Position) {
        self.id = id
        self.action = action
        self.position = position
    }
}

extension Playbook {
    /// Every condition and signal by which it decides; what stale data hold.
    package var terms: [Term] {
        var terms = signals.map(\.term)
        if let audience { terms.append(audience.term) }
        switch trigger {
        case .when(let condition): terms.append(condition)
        case .on(_, let condition): if let condition { terms.append(condition) }
        case .at: break
        }
        if let goal { terms.append(goal.condition) }
        for case .condition(let condition) in exits { terms.append(condition) }
        return terms
    }
}
