package import Playbooks

/// The rules that hold a playbook back when data look wrong; pure functions of counts.
package struct Safety: Sendable {
    package enum Trigger: Sendable {
        case when, on, at
    }

    /// What one match of a playbook found.
    package struct Counts: Sendable {
        /// Accounts that matched for the first time, summed over the cycles: for `when` of this day, for `on` of the last
        /// 24 hours, for `at` all.
        package var fresh: Int
        /// The same without counting an account twice.
        package var freshAccounts: Int
        package var matched: Int
        package var audience: Int
        /// The same of earlier days, or of the last occurrence, without what was held; newest first, at most 8.
        package var recent: [Int]

        package init(fresh: Int, matched: Int, audience: Int, recent: [Int]) {
            self.fresh = fresh
            freshAccounts = fresh
            self.matched = matched
            self.audience = audience
            self.recent = recent
        }
    }

    let rules: Configuration.Safety

    package init(_ rules: Configuration.Safety) {
        self.rules = rules
    }

    /// Why the playbook must be held, or nil.
    ///
    /// A campaign's audience is all it matches, so `max_share` does not speak of it; its occurrences are compared with
    /// each other. Source of the thresholds: the defaults of `safety:` in the playbook reference.
    package func hold(_ trigger: Trigger, _ counts: Counts, wasReleased: Bool, isLetThrough: Bool) -> String? {
        guard counts.matched > 0, !isLetThrough else { return nil }
        if rules.asksFirst, !wasReleased {
            let matching = counts.matched == 1 ? "1 account matches" : "\(counts.matched) accounts match"
            return "first run: \(matching); look at them with plan --who, then release it"
        }
        if trigger != .at, counts.audience > 0 {
            let share = Double(counts.freshAccounts) / Double(counts.audience)
            if share > rules.maxShare {
                return """
                    max_share: \(counts.freshAccounts) of \(counts.audience) accounts of the audience match anew \
                    (\(Self.percent(share)), more than \(Self.percent(rules.maxShare)))
                    """
            }
        }
        if let usual = median(counts.recent) {
            let most = max(rules.jump * usual, usual + 50)
            if Double(counts.fresh) > most {
                let what = trigger == .at ? "match" : "match anew"
                return "jump: \(counts.fresh) accounts \(what); usual are \(Int(usual)), and \(Int(most)) is the most"
            }
        }
        return nil
    }

    private func median(_ counts: [Int]) -> Double? {
        guard !counts.isEmpty else { return nil }
        let sorted = counts.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? Double(sorted[middle]) : Double(sorted[middle - 1] + sorted[middle]) / 2
    }
}
