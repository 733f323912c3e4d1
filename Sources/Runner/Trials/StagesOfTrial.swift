import Decisions
import Playbooks
import Statistics
import Storage

/// The stages that the accounts of a trial came into, as of its moment.
struct StagesOfTrial: StageSource {
    private struct Tenure {
        var entry: StageEntry
        var movedOn: Instant?
        var churned: Instant?
    }

    private let blocks: [TrialBlock]
    private let now: Instant
    private let weak: [StageKey: Day]

    /// - Parameter weak: since when steps are weak by the figures of the days before.
    init(blocks: [TrialBlock], now: Instant, weak: [StageKey: Day]) {
        self.blocks = blocks
        self.now = now
        self.weak = weak
    }

    func weakSince(_ key: StageKey, until day: Day) -> Day? { weak[key] }

    private func stays(_ key: StageKey, to next: String, from: Instant, until: Instant) -> [Tenure] {
        blocks.flatMap { block in
            block.histories.enumerated().flatMap { account, history in
                history.stageEntries.filter {
                    $0.journey == key.journey && $0.stage == key.stage && $0.at > from && $0.at <= until
                }.compactMap { entry -> Tenure? in
                    let following = history.stageEntries.first { $0.journey == key.journey && $0.stage == next }
                    if following?.how == .found { return nil }
                    return Tenure(
                        entry: entry, movedOn: following?.at, churned: block.block.instant("churned_at", account))
                }
            }
        }
    }

    func conversions(
        _ key: StageKey, to next: String, patience: TimeSpan, from oldest: Instant, recent: Instant,
        until matured: Instant
    ) -> (recent: Proportion, past: Proportion) {
        let stays = stays(key, to: next, from: oldest, until: matured).filter { $0.entry.how != .found }
        func proportion(_ stays: [Tenure]) -> Proportion {
            Proportion(
                successes: stays.count { stay in stay.movedOn.map { $0 - stay.entry.at <= patience } ?? false },
                total: stays.count)
        }
        return (
            proportion(stays.filter { $0.entry.at > recent }), proportion(stays.filter { $0.entry.at <= recent })
        )
    }

    func stays(in key: StageKey, to next: String, from: Instant, until: Instant, now: Instant) -> [Lifetime] {
        let day = TimeSpan.days(1).milliseconds
        return stays(key, to: next, from: from, until: until).filter { $0.entry.how == .entered }.map { stay in
            let movedOn = stay.movedOn.flatMap { $0 <= now ? $0 : nil }
            let churned = stay.churned.flatMap { $0 >= stay.entry.at && $0 <= now ? $0 : nil }
            let length = ((movedOn ?? churned ?? now) - stay.entry.at).milliseconds
            // Begun days count whole; of those who are still there, or churned, no more is known.
            return Lifetime(duration: Double(max(1, (length + day - 1) / day)), left: movedOn != nil)
        }
    }
}
