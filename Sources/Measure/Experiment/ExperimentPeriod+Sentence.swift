import Playbooks
import Statistics
import Storage

extension ExperimentPeriod {
    private static func days(_ count: Int) -> String { "about \(count) \(count == 1 ? "day" : "days")" }

    /// An arm behind the control, as the first word of a sentence.
    private func name(_ arm: Int) -> String { arms.arms[arm + 1].name }

    private func effect(_ arm: Int) -> String {
        let reading = primaryComparison.readings[arm]
        let difference = reading.difference ?? 0
        let direction = difference >= 0 ? "above" : "below"
        let label = rule == .fixed ? "of this look only" : "holds at any look"
        let interval = reading.interval.map { " (\(effectUnit.text($0)), \(label))" } ?? ""
        return "\(goalPhrase) is \(amount(difference)) \(direction) that of \(arms.control)\(interval)"
    }

    /// By which rule a claim was made, with its numbers.
    private func rule(_ arm: Int) -> String {
        let reading = primaryComparison.readings[arm]
        switch rule {
        case .groupSequential:
            guard let z = reading.z, let bound = reading.bound, primaryComparison.looks.indices.contains(reading.look)
            else {
                return ""
            }
            let look = primaryComparison.looks[reading.look]
            let week = Int((look.at - period.startedAt).milliseconds / PlaybookEntries.week)
            let early = reading.stopped.map { stopped in
                " Corrected for the early stop it is \(effectUnit.text(stopped.corrected)) \(effectUnitName), where the look saw "
                    + "\(effectUnit.text(stopped.naive))."
            }
            return " The weekly look \(week) of \(look.at.text(in: zone)) decided it: |z| \(Self.fixed(abs(z))) "
                + "over the bound \(Self.fixed(bound)).\(early ?? "")"
        case .alwaysValid:
            return " The confidence sequence leaves out zero (p \(Self.p(reading.p ?? 1))), however often one looks."
        case .fixed:
            return " p \(Self.p(reading.p ?? 1)), which holds if this is the only look."
        }
    }

    static func fixed(_ value: Double) -> String { Report.Unit.plain(2).text(value) }

    static func p(_ value: Double) -> String { value < 0.001 ? "under 0.001" : Report.Unit.plain(3).text(value) }

    /// The verdict in one sentence, and the rule behind it with its numbers.
    var sentence: String {
        guard arms.isComparison else {
            return "There is nothing to compare with: no holdout and fewer than two variants. "
                + "Set `holdout: 10%` in playbook.yaml; it begins a new period."
        }
        guard entered > 0 else { return "Nobody has entered yet." }
        switch verdict {
        case .broken:
            let check = checks.first { $0.ratio.isAlarm }
            let weights = zip(arms.names, check?.observed ?? []).map { "\($1) \($0)" }.joined(separator: ", ")
            return
                "No verdict: the arms are not as they were drawn. At \"\(check?.point ?? "")\" there are \(weights), "
                + "which chance gives with p \(Self.p(check?.ratio.p ?? 0)) (alarm under 0.001). "
                + "Find what drops accounts of one arm before anything here is believed."
        case .ship(let arm):
            return "Ship \(name(arm)): \(effect(arm)).\(rule(arm))\(others(than: []))"
        case .harmful(let harmful):
            let first = harmful[0]
            let all = harmful.map(name).joined(separator: ", ")
            return "Stop \(all): harmful; \(effect(first)).\(rule(first))\(waiting)\(others(than: harmful))"
        case .breaksGuardrail(let arm, let outcome):
            return "Do not ship \(name(arm)): \(effect(arm)), but \(outcome) grew by more than its margin.\(rule(arm))"
                + others(than: [arm])
        case .awaitsGuardrail(let arm, let outcome):
            return "Keep running: \(name(arm)) is better (\(effect(arm))), but it is not shown yet that \(outcome) "
                + "stays within its margin.\(rule(arm))\(others(than: []))"
        case .noDifference(let largest):
            return "No difference larger than \(amount(largest)): the plan of \(planned) accounts is full and "
                + (rule == .groupSequential ? "no look passed its bound." : "no arm differs.") + others(than: [])
        case .keepRunning(let days): return keepRunning(days) + others(than: [])
        case .undetectable(let days): return undetectable(days) + others(than: [])
        }
    }

    /// What is shown of arms that the verdict is not about: which of them do harm.
    private func others(than arms: [Int]) -> String {
        let label = rule == .fixed ? "of this look only" : "holds at any look"
        return harms.enumerated().filter { !$0.element.isEmpty && !arms.contains($0.offset) }.map { arm, harmed in
            harmed.first == goalName && primaryComparison.readings[arm].standing == .worse
                ? " Harmful: \(name(arm)); \(effect(arm))."
                : " \(name(arm)) does harm: \(harmed.joined(separator: ", ")) grew by more than its margin (\(label))."
        }.joined()
    }

    /// The better arms of which it is not shown yet that they do no harm, beside one that is harmful.
    private var waiting: String {
        primaryComparison.readings.indices.filter { primaryComparison.readings[$0].standing == .better }.map { arm in
            let open = guardrailStandings[arm].filter { $0.standing != .holds }.map(\.outcome)
            return " \(name(arm)) is better (\(effect(arm)))"
                + (open.isEmpty
                    ? "."
                    : ", but it is not shown yet that \(open.joined(separator: ", ")) "
                        + (open.count == 1 ? "stays within its margin." : "stay within their margins."))
        }.joined()
    }

    private var planned: Int { (try? plan?.get())?.accounts ?? 0 }
    private var matured: Int { primary.counts.reduce(0) { $0 + $1.matured } }

    /// Why there is no plan yet, where it is not for want of time.
    private var unplanned: String {
        let hits = primary.counts.reduce(0) { $0 + $1.hits }
        let (few, all) = (hits < 10, matured - hits < 10)
        if measured == nil, matured >= ExperimentPlan.leastHistory, few || all {
            return
                ", \(hits) of them with it: \(few ? "a goal that hardly anybody reaches" : "what nearly everybody reaches") tells no arms apart"
        }
        return facts.recent == 0 && matured < ExperimentPlan.leastHistory
            ? ", and nobody has entered in the last four weeks" : ""
    }

    /// Of a period that is over nothing more is waited for.
    var sentenceOfPast: String {
        switch verdict {
        case .keepRunning, .undetectable:
            let share =
                planned > 0 ? "\(matured) of \(planned) planned accounts" : "\(matured) accounts, and no plan was made,"
            return "Over before anything was shown: \(share) have matured.\(soFar)"
        default: return sentence
        }
    }

    private func keepRunning(_ days: Int?) -> String {
        switch plan {
        case nil:
            return
                "Keep running: the plan is made when \(ExperimentPlan.leastHistory) accounts have matured"
                + (measured == nil ? ", 10 with and 10 without \(goalName) among them" : "")
                + "; \(matured) have so far\(unplanned)."
        case .failure(let reason): return "Keep running: there is no plan yet. \(reason.sentence)"
        case .success(let plan):
            let share = Report.Unit.share.text(Double(matured) / Double(max(1, plan.accounts)))
            let rest = days.map { $0 > 0 ? ", " + Self.days($0) : "" } ?? ""
            var text = "Keep running\(rest): \(matured) of \(plan.accounts) planned accounts have matured (\(share))"
            if !primaryComparison.permitsVerdict {
                let few = zip(arms.names, primary.counts).filter { $1.hits < 10 || $1.matured - $1.hits < 10 }
                let small = zip(arms.names, figures).filter { !$1.permitsVerdict }
                text +=
                    measured != nil
                    ? "; no verdict before every arm has \(ArmFigure.fewestOfMean) accounts ("
                        + small.map { "\($0) has \($1.total)" }.joined(separator: ", ") + ")"
                    : few.isEmpty
                        ? ""
                        : "; no verdict before every arm has 10 with and 10 without \(goalName) ("
                            + few.map { "\($0) has \($1.hits) and \($1.matured - $1.hits)" }.joined(separator: ", ")
                            + ")"
            } else if rule == .groupSequential {
                let asks = primaryComparison.readings.indices.compactMap { arm -> String? in
                    let reading = primaryComparison.readings[arm]
                    guard let z = reading.z, let bound = reading.bound else { return nil }
                    return "\(name(arm)) |z| \(Self.fixed(abs(z))) of \(Self.fixed(bound))"
                }
                if !asks.isEmpty { text += "; this look asks: " + asks.joined(separator: ", ") }
            }
            return text + "."
        }
    }

    private func undetectable(_ days: Int?) -> String {
        guard case .success(let plan) = plan else { return "Keep running: there is no plan yet." }
        let change = amount(plan.detect)
        let pace =
            days.map { "which takes \(Self.days($0)) more" } ?? "and nobody has entered in the last four weeks"
        return
            "The plan will not be full within a year: a change of \(change) from \(level(plan.base)) needs "
            + "\(plan.accounts) accounts, \(pace); so far \(matured) have matured. A larger effect may still be seen at any look."
            + "\(soFar)\(reachable)\(instead(of: plan))"
    }

    /// What could be detected: with more time, a larger holdout, or a goal that more accounts reach.
    private func instead(of plan: ExperimentPlan) -> String {
        var offers: [String] = []
        /// From the beginning of a new period.
        func days(_ accounts: Int) -> Int? {
            guard facts.perDay > 0 else { return nil }
            let days = (Double(accounts) / facts.perDay).rounded(.up) + Double(window.milliseconds) / 86_400_000
            return days < 1e6 ? Int(days) : nil
        }
        func said(_ days: Int?) -> String { days.map { " (\(Self.days($0)))" } ?? "" }
        let waiting = daysToFull
        // Who has entered counts no more in a new period: what would take longer than waiting is no offer.
        func isSooner(_ accounts: Int) -> Bool {
            guard let waiting, let days = days(accounts) else { return accounts < plan.accounts }
            return days < waiting
        }
        offers.append("waiting for all \(plan.accounts) accounts\(said(waiting))")
        let treated = Array(repeating: 0.5 / Double(max(1, arms.arms.count - 1)), count: max(1, arms.arms.count - 1))
        let wider =
            plan.deviation.map {
                ExperimentPlan.make(
                    Sample(count: 0, mean: plan.base, variance: $0 * $0), detect: plan.detect, weights: [0.5] + treated)
            } ?? ExperimentPlan.make(base: plan.base, detect: plan.detect, weights: [0.5] + treated)
        if arms.hasHoldout, arms.weights[0] < 0.4, case .success(let wider) = wider, isSooner(wider.accounts) {
            offers.append("`holdout: 50%`, which needs \(wider.accounts)\(said(days(wider.accounts)))")
        }
        let nearer = min(0.5, 3 * plan.base)
        if measured == nil, nearer > plan.base,
            case .success(let near) = ExperimentPlan.make(base: nearer, weights: arms.weights), isSooner(near.accounts)
        {
            offers.append(
                "a nearer goal: one that \(Report.Unit.share.text(nearer)) reach needs \(near.accounts) for a fifth of it"
                    + said(days(near.accounts)))
        }
        return " What could be: \(offers.joined(separator: "; "))."
    }

    /// Where the effects lie by now.
    private var soFar: String {
        let parts = primaryComparison.readings.indices.compactMap { arm in
            primaryComparison.readings[arm].interval.map { "\(name(arm)) \(effectUnit.text($0))" }
        }
        return parts.isEmpty ? "" : " The effect in \(effectUnitName) lies within: \(parts.joined(separator: ", "))."
    }

    /// What a year from the launch would show, with those who have entered by now.
    private var reachable: String {
        guard case .success(let plan) = plan, facts.recent > 0 else { return "" }
        let rest = max(0, ExperimentVerdict.patience - Int((asOf - period.startedAt).milliseconds / 86_400_000))
        let year = Double(entered) + facts.perDay * Double(rest)
        let sum = arms.weights.reduce(0, +)
        func size(_ arm: Int) -> Int {
            Int((year * arms.weights[arm] / sum / ExperimentPlan.costOfLooks).rounded(.down))
        }
        guard let least = arms.arms.indices.dropFirst().min(by: { size($0) < size($1) }), sum > 0 else { return "" }
        if measured != nil { return reachableMean(plan, Design.Size(control: size(0), treatment: size(least))) }
        let design = Design(alpha: 0.05 / Double(arms.arms.count - 1))
        let found = design.detectable(
            control: plan.base, size: Design.Size(control: size(0), treatment: size(least)), change: .up)
        switch found {
        case .success(let share): return " A year shows a change of \(amount(share - plan.base)) or more."
        case .failure(let reason): return " \(reason.sentence)"
        }
    }

    /// What else must be known to read the figures.
    var notes: [String] {
        var notes: [String] = []
        switch rule {
        case .groupSequential:
            if let last = primaryComparison.looks.last, primaryComparison.isFull {
                notes.append(
                    "The plan was full at the look of \(last.at.text(in: zone)); what matured later changes no verdict."
                )
            } else {
                let weeks = (asOf - period.startedAt).milliseconds / PlaybookEntries.week
                let next = Instant(milliseconds: period.startedAt.milliseconds + (weeks + 1) * PlaybookEntries.week)
                notes.append(
                    "Figures are as of the weekly look of \(moment.text(in: zone)); the next look is on \(next.text(in: zone))."
                )
            }
        case .alwaysValid: notes.append("Always valid: this may be looked at on any day.")
        case .fixed: notes.append("A single look: the numbers hold only if nobody acts on an earlier one.")
        }
        if case .success(let plan) = plan {
            let source =
                plan.isFromHistory
                ? "from entries before the period"
                : "from all arms together at the first look with \(ExperimentPlan.leastHistory) matured"
            notes.append(
                "Plan: \(plan.accounts) accounts, to find \(amount(plan.detect)) on a base of "
                    + "\(level(plan.base)) (\(source)), 5% error, 80% power.")
        }
        notes += meanNotes
        if let stratify {
            notes.append(
                "Drawn within \(stratify). The effect weighs its values as all arms together have them, so that what they explain "
                    + "is in neither the difference nor its interval.")
        }
        let open = primary.counts.reduce(0) { $0 + $1.open }
        if open > 0 {
            let (accounts, have) = open == 1 ? ("account", "has") : ("accounts", "have")
            let who =
                rule == .groupSequential
                ? "\(open) \(accounts) that \(have) entered by now had no outcome yet at the look"
                : "\(open) \(accounts) still \(have) time"
            let late =
                lateness.milliseconds > 0 ? ", with \(lateness.words) after the window for what is told late," : ""
            notes.append("\(who)\(late) and \(open == 1 ? "counts" : "count") in no rate.")
        }
        return notes + entryNotes
    }

    /// What must be known of who entered, in whatever period.
    var entryNotes: [String] {
        var notes: [String] = []
        if globalHoldout > 0 {
            notes.append(
                globalHoldout == 1
                    ? "1 account of the global holdout is not compared: it gets no playbook at all."
                    : "\(globalHoldout) accounts of the global holdout are not compared: they get no playbook at all.")
        }
        if facts.again > 0 {
            notes.append(
                facts.again == 1
                    ? "1 later entry of the same account is left out."
                    : "\(facts.again) later entries of the same accounts are left out.")
        }
        if facts.otherwise > 0 {
            notes.append(
                "\(facts.otherwise) \(facts.otherwise == 1 ? "entry" : "entries") had \(period.hasGoal ? "no goal" : "a goal") "
                    + "and \(facts.otherwise == 1 ? "counts" : "count") in no table of this period."
            )
        }
        for edit in edits {
            notes.append(
                "The message \(edit.message) was edited: from \(edit.since.text(in: zone)) on another text went out. The figures hold both; "
                    + "`strict: true` in playbook.yaml begins a new period with an edit.")
        }
        if facts.erased > 0 {
            notes.append(
                facts.erased == 1
                    ? "1 account was erased since; it stays in its arm with what was known of it."
                    : "\(facts.erased) accounts were erased since; they stay in their arms with what was known of them."
            )
        }
        return notes
    }
}
