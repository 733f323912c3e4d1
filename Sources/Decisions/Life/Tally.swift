import Playbooks

/// What a cycle comes to, counted account by account.
package struct Tally: Sendable {
    package struct OfPlaybook: Sendable, Equatable {
        package var matched = 0
        /// Of these, those of an occurrence that was held until its time was over.
        package var lapsed = 0
        /// Accounts that had not matched before.
        package var fresh = 0
        /// Their ids, for they may match anew in another cycle of the same day.
        package var freshAccounts: [Int64] = []
        package var verdicts: [Verdict: Int] = [:]
        package var variants: [String: Int] = [:]
        /// For a held playbook: the verdicts that a release would give.
        package var ifReleased: [Verdict: Int] = [:]
        /// Those who enter, as the lots of a canary order them.
        package var entering: [Hold.Lot] = []
        /// Whether a verdict is other than the one that stood.
        package var isNews = false
        /// Those of whom nobody has a role of `to:`, so that another contact is written to.
        package var standIns = 0
        /// Enrollments that begin.
        package var begun = 0
        /// Those of `Life.asked` who would enter, and those of them for whom a goal or exit holds already.
        package var asked = 0
        package var alreadyTrue: [Int: Int] = [:]
        /// What steps write of accounts, and of how many.
        package var sets: [SetValue: Int] = [:]
        /// Text messages that will be sent, by message and locale.
        package var texts: [TextKind: Int] = [:]

        package init() {}

        func adding(_ other: OfPlaybook) -> OfPlaybook {
            var sum = self
            sum.matched += other.matched
            sum.lapsed += other.lapsed
            sum.fresh += other.fresh
            sum.freshAccounts += other.freshAccounts
            sum.verdicts.merge(other.verdicts, uniquingKeysWith: +)
            sum.variants.merge(other.variants, uniquingKeysWith: +)
            sum.ifReleased.merge(other.ifReleased, uniquingKeysWith: +)
            sum.entering += other.entering
            sum.isNews = isNews || other.isNews
            sum.standIns += other.standIns
            sum.begun += other.begun
            sum.asked += other.asked
            sum.alreadyTrue.merge(other.alreadyTrue, uniquingKeysWith: +)
            sum.sets.merge(other.sets, uniquingKeysWith: +)
            sum.texts.merge(other.texts, uniquingKeysWith: +)
            return sum
        }

        package var admitted: Int { Verdict.allCases.reduce(0) { $0 + ($1.arm == nil ? 0 : verdicts[$1] ?? 0) } }
    }

    /// Text messages of one file to people of one locale.
    package struct TextKind: Sendable, Hashable {
        package var message: String
        package var locale: String?
    }

    /// An attribute that steps write, with the value where there are few.
    package struct SetValue: Sendable, Hashable, Comparable {
        package var attribute: String
        /// Nil for numbers, days and the like, of which each account has its own.
        package var value: String?

        init(_ change: AttributeChange) {
            attribute = change.attribute.name
            value =
                switch change.value {
                case .text(let text): text
                case .boolean(let isTrue): isTrue ? "true" : "false"
                default: nil
                }
        }

        package static func < (left: Self, right: Self) -> Bool {
            (left.attribute, left.value ?? "") < (right.attribute, right.value ?? "")
        }
    }

    /// Why the enrollments of a playbook end.
    package struct Ending: Sendable, Hashable {
        package var playbookID: Int64
        package var reason: String
    }

    /// By the playbook's id.
    package var playbooks: [Int64: OfPlaybook] = [:]
    /// Enrollments that go on to another step or moment, and those that end: behind the last step, by a goal or by an exit.
    package var moved = 0
    package var ended = 0
    package var goals = 0
    /// Touches made, those of them that came too late to be sent, those that belong to an enrollment that moves, and
    /// distinct keys among them.
    package var touches = 0
    package var tooLate = 0
    /// Touches that end without being sent, those that waited and those made for nobody, by how they end.
    package var unsent: [TouchState: Int] = [:]
    /// Enrollments that end because their playbook has none any more that goes on: it is retired, or its file is gone.
    package var broughtToEnd: [Ending: Int] = [:]
    package var owned = 0
    package var distinct = 0
    /// Accounts by journey and stage into which they come.
    package var stages: [StageKey: Int] = [:]
    /// Accounts that change.
    package var changed: [Int64] = []

    package init() {}

    /// Counts the account's day once it is over.
    mutating func count(_ account: Account) {
        for enrolled in account.enrollments {
            if enrolled.isNew {
                playbooks[enrolled.enrollment.playbookID, default: OfPlaybook()].begun += 1
            }
            if !enrolled.enrollment.isActive, enrolled.stored?.isActive ?? true {
                ended += 1
                if let reason = enrolled.enrollment.endReason, Version.endings.contains(reason) {
                    broughtToEnd[
                        Ending(playbookID: enrolled.enrollment.playbookID, reason: reason), default: 0] += 1
                }
            } else if let stored = enrolled.stored, stored != enrolled.enrollment {
                moved += 1
            }
            if enrolled.reachedGoal != nil { goals += 1 }
            for value in Set(enrolled.written.map(SetValue.init)) {
                playbooks[enrolled.enrollment.playbookID, default: OfPlaybook()].sets[value, default: 0] += 1
            }
            guard !enrolled.made.isEmpty else { continue }
            let forNobody = enrolled.made.count { $0.state == .suppressed }
            if forNobody > 0 { unsent[.suppressed, default: 0] += forNobody }
            for touch in enrolled.made where touch.kind == .sms && touch.state == .pending && !touch.isGhost {
                playbooks[enrolled.enrollment.playbookID, default: OfPlaybook()].texts[
                    TextKind(message: touch.message, locale: touch.locale), default: 0] += 1
            }
            touches += enrolled.made.count
            tooLate += enrolled.made.count { $0.state == .expired }
            owned += enrolled.isNew || enrolled.enrollment != enrolled.stored ? enrolled.made.count : 0
            distinct +=
                enrolled.made.count == 1
                ? 1 : Set(enrolled.made.map { Key(step: $0.step, recipient: $0.recipient) }).count
        }
        unsent.merge(account.endedTouches, uniquingKeysWith: +)
        if let move = account.stageMove, move.isEntry, let journey = move.journey, let stage = move.stage {
            stages[StageKey(journey, stage), default: 0] += 1
        }
        if account.isChanged { changed.append(account.id) }
    }

    /// Takes in what was counted of other accounts.
    package mutating func add(_ other: Tally) {
        playbooks.merge(other.playbooks) { $0.adding($1) }
        moved += other.moved
        ended += other.ended
        goals += other.goals
        touches += other.touches
        tooLate += other.tooLate
        unsent.merge(other.unsent, uniquingKeysWith: +)
        broughtToEnd.merge(other.broughtToEnd, uniquingKeysWith: +)
        owned += other.owned
        distinct += other.distinct
        stages.merge(other.stages, uniquingKeysWith: +)
        changed += other.changed
    }

    private struct Key: Hashable {
        var step: String
        var recipient: String
    }
}
