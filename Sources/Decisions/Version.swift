package import Playbooks

/// A version of a playbook as those who walk it know it: its own trigger, steps and signals, with the messages of today.
package struct Version: Sendable {
    /// A condition that enrollments are asked about in every cycle.
    package struct Question: Sendable {
        package var term: Term
        package var reason: String
        /// Whether nothing before the enrollment counts; else the account is asked as it stands.
        package var isScoped: Bool
        /// Whether the metrics that it reads are there.
        package var isFresh: Bool
        /// How long after the end of its window it is still asked, so that facts that come late count.
        package var lateness: TimeSpan
    }

    package enum Exit: Sendable {
        case goal
        case question(Int)
    }

    package var id: Int64
    package var playbookID: Int64
    package var playbook: Playbook
    /// Why all its enrollments end: `retired`, `deleted`; nil when they go on.
    package var ending: String?
    /// Whether nobody moves in it for now.
    package var isPaused: Bool
    /// Conditions of exits, goal and secondary goals; the others point at them.
    package private(set) var questions: [Question] = []
    package private(set) var exits: [Exit] = []
    package private(set) var goal: Int?
    package private(set) var also: [(name: String, question: Int)] = []

    package init(
        id: Int64, playbookID: Int64, playbook: Playbook, in context: EvaluationContext, ending: String? = nil,
        isPaused: Bool = false
    ) {
        self.id = id
        self.playbookID = playbookID
        self.playbook = playbook
        self.ending = ending
        self.isPaused = isPaused
        for exit in playbook.exits {
            switch exit.question(in: playbook) {
            case nil: continue
            case .goal?: exits.append(.goal)
            case .condition(let term, let reason, let isScoped)?:
                exits.append(.question(add(term, reason, isScoped: isScoped, context)))
            }
        }
        goal = playbook.goal.map { add($0.condition, "goal", isScoped: true, context) }
        for goal in playbook.also {
            also.append((goal.name, add(goal.term, goal.name, isScoped: true, context)))
        }
    }

    private mutating func add(
        _ term: Term, _ reason: String, isScoped: Bool, _ context: EvaluationContext
    ) -> Int {
        questions.append(
            Question(
                term: term, reason: reason, isScoped: isScoped, isFresh: context.staleness(of: [term]) == nil,
                lateness: context.dataMap.lateness(of: term)))
        return questions.count - 1
    }

    /// The goal and the exits, as `plan` warns of them.
    package var asked: [Int] {
        (goal.map { [$0] } ?? []) + exits.compactMap { if case .question(let index) = $0 { index } else { nil } }
    }

    /// How long after the end of its window the last of its goals is still looked for.
    package var longestLateness: TimeSpan {
        ([goal].compactMap { $0 } + also.map(\.question)).map { questions[$0].lateness }.max() ?? .hours(0)
    }
}

extension DataMap {
    /// How late facts may be where nothing else is said.
    package static let usualLateness = TimeSpan.hours(48)

    /// How late the facts that a term reads may come.
    package func lateness(of term: Term) -> TimeSpan {
        let reads = term.reads
        let metrics = metrics.filter { reads.metrics.contains($0.name) }
            .map { $0.freshWithin ?? Self.usualLateness }
        return (metrics + (reads.events.isEmpty ? [] : [Self.usualLateness])).max() ?? .hours(0)
    }
}
