package import Playbooks

/// A version of a playbook as those who walk it know it: its own trigger, steps and signals, with the messages of today.
package final class Version: Sendable {
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

    package let id: Int64
    package let playbookID: Int64
    package let playbook: Playbook
    /// Why all its enrollments end: one of `endings`; nil when they go on.
    package let ending: String?
    package static let retired = "retired"
    package static let deleted = "deleted"
    static let endings: Set = [retired, deleted]
    /// Whether nobody moves in it for now.
    package let isPaused: Bool
    /// Conditions of exits, goal and secondary goals; the others point at them.
    package let questions: [Question]
    package let exits: [Exit]
    /// Why nobody can say for now whether one of its exits holds, so that its messages wait; nil when all can be asked.
    package let unansweredExit: String?
    package let goal: Int?
    /// What the triggering event must say; nil where its properties do not matter.
    package let meant: Int?
    package let also: [(name: String, question: Int)]
    /// The messages of each rotation, by its pattern.
    package let rotations: [String: [String]]
    /// Of the messages in them, by path.
    let messageHashes: [String: String]
    /// Whether a condition asks for what was frozen at entry.
    package let asksEntry: Bool

    package init(
        id: Int64, playbookID: Int64, playbook: Playbook, in context: EvaluationContext, ending: String? = nil,
        isPaused: Bool = false
    ) {
        self.id = id
        self.playbookID = playbookID
        self.playbook = playbook
        self.ending = ending
        self.isPaused = isPaused
        var questions: [Question] = []
        func add(_ term: Term, _ reason: String, isScoped: Bool) -> Int {
            questions.append(
                Question(
                    term: term, reason: reason, isScoped: isScoped, isFresh: context.staleness(of: [term]) == nil,
                    lateness: context.dataMap.lateness(of: term)))
            return questions.count - 1
        }
        var exits: [Exit] = []
        for exit in playbook.exits {
            switch exit.question(in: playbook) {
            case nil: continue
            case .goal?: exits.append(.goal)
            case .condition(let term, let reason, let isScoped)?:
                exits.append(.question(add(term, reason, isScoped: isScoped)))
            }
        }
        self.exits = exits
        let asked = playbook.exits.compactMap { exit in
            switch exit.question(in: playbook) {
            case nil: nil as Term?
            case .goal?: playbook.goal?.condition
            case .condition(let term, _, _)?: term
            }
        }
        unansweredExit = asked.isEmpty ? nil : context.staleness(of: asked)
        if case .on(_, let condition?) = playbook.trigger, let term = condition.partAboutTheEvent {
            meant = add(term, "no_match", isScoped: true)
        } else {
            meant = nil
        }
        goal = playbook.goal.map { add($0.condition, "goal", isScoped: true) }
        also = playbook.also.map { ($0.name, add($0.term, $0.name, isScoped: true)) }
        self.questions = questions
        rotations = playbook.rotations
        messageHashes = Dictionary(
            Set(rotations.values.joined()).compactMap { path in playbook.messages[path].map { (path, $0.hash) } },
            uniquingKeysWith: { first, _ in first })
        asksEntry = playbook.terms.contains { !$0.reads.entries.isEmpty }
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

    /// How late any facts may come.
    package var longestLateness: TimeSpan { metrics.compactMap(\.freshWithin).reduce(Self.usualLateness, max) }

    /// How late the facts that a term reads may come.
    package func lateness(of term: Term) -> TimeSpan {
        let reads = term.reads
        let metrics = metrics.filter { reads.metrics.contains($0.name) }
            .map { $0.freshWithin ?? Self.usualLateness }
        return (metrics + (reads.events.isEmpty ? [] : [Self.usualLateness])).max() ?? .hours(0)
    }
}
