/// One step of a playbook.
///
/// Nested steps lie flat in one list, the program, and an enrollment stands at one index of it. The steps of a branch
/// follow their `choose`, each branch but the last closed by a `goTo`; indices only ever grow along the way, and one
/// behind the last step is the end.
package struct Step: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case send(Send)
        case wait(TimeSpan)
        /// Until the condition holds, in which nothing before the enrollment counts.
        case waitFor(Term, atMost: TimeSpan)
        /// Until a moment; where it is past already, the touches up to the next wait are left out unless `sendsLate`.
        case waitTill(Moment, sendsLate: Bool)
        /// The first branch whose condition holds; the last one has none.
        case choose([Branch])
        /// Writes attributes of the account; never those of a holdout.
        case set([Setting])
        case goTo(Int)
        case stop
    }

    package struct Send: Sendable, Hashable {
        package var kind: Channel.Kind
        /// The channel's name, when it is not the workspace's default of the kind.
        package var channel: String?
        /// The message's path for every variant; the empty name serves all. With a `*` in it, a rotation.
        package var message: [String: String]
        /// Overrides the window of the workspace; `.always` for "at once".
        package var window: SendWindow?
        /// What it says of the parameters of web analytics.
        package var utm: UTM.Rule?

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

    package enum Moment: Sendable, Hashable {
        /// A day, which begins at midnight in the workspace's zone, or an instant; missing counts as past.
        case date(Term)
        /// The next time that a clock shows it: the first recipient's when it is local, else the workspace's.
        case clock(ClockTime, isLocal: Bool)
    }

    package struct Branch: Sendable, Hashable {
        /// Nil for `else`.
        package var condition: Term?
        /// The index of the step to go on at.
        package var next: Int

        package init(condition: Term?, next: Int) {
            self.condition = condition
            self.next = next
        }
    }

    /// `email_1`, `wait_1` unless the file gives one; a `goTo` has that of its choice.
    package var id: String
    package var action: Action
    package var position: Position

    package init(id: String, action: Action, position: Position) {
        self.id = id
        self.action = action
        self.position = position
    }
}

extension [Step] {
    /// The date that the wait before a step was for; nil where another wait or a message stands between them.
    package func date(before index: Int) -> (term: Term, sendsLate: Bool)? {
        var index = index
        while index > 0 {
            let choice = indices.first { place in
                guard case .choose(let branches) = self[place].action else { return false }
                return branches.contains { $0.next == index }
            }
            if let choice, choice < index {
                index = choice
                continue
            }
            switch self[index - 1].action {
            case .waitTill(.date(let term), let sendsLate): return (term, sendsLate)
            case .set: index -= 1
            case .send, .wait, .waitFor, .waitTill, .choose, .goTo, .stop: return nil
            }
        }
        return nil
    }
}

extension Step {
    /// What conditions may ask about it.
    package var known: KnownStep {
        switch action {
        case .send: KnownStep(id, .send)
        case .waitFor: KnownStep(id, .waitFor)
        case .wait, .waitTill, .choose, .set, .goTo, .stop: KnownStep(id, .other)
        }
    }

    package var isSend: Bool {
        if case .send = action { true } else { false }
    }

    package var isWait: Bool {
        switch action {
        case .wait, .waitFor, .waitTill: true
        case .send, .choose, .set, .goTo, .stop: false
        }
    }

    /// The conditions and dates by which it decides.
    package var terms: [Term] {
        switch action {
        case .waitFor(let condition, _): [condition]
        case .waitTill(.date(let date), _): [date]
        case .choose(let branches): branches.compactMap(\.condition)
        case .set(let settings): settings.compactMap(\.term)
        case .send, .wait, .waitTill, .goTo, .stop: []
        }
    }
}
