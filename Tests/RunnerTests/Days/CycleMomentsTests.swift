import Foundation
import Playbooks
import Reliability
import Testing

/// The same facts give the same messages, however often somebody looks.
@Suite struct CycleMomentsTests {
    @Test func aRunADayAndOneAnHourSayTheSame() async throws {
        let lives = Rounds.count(40, long: 2_000)
        var total = 0
        for seed in 1...UInt64(lives) {
            let life = RandomLife(seed: seed)
            var dice = Dice(seed &+ 1_000_000)
            let hourly = try await life.touches(
                runningAt: every(1, from: RandomLife.start + .hours(1), through: RandomLife.end))
            // At the hour at which it ends, so that all have seen the same in the end.
            let daily = try await life.touches(
                runningAt: every(24, from: RandomLife.start + .hours(12), through: RandomLife.end))
            var moments: [Instant] = []
            var moment = RandomLife.start
            while moment < RandomLife.end {
                moment = min(RandomLife.end, moment + .minutes(Int64(60 + dice.below(19 * 60))))
                moments.append(moment)
            }
            let now = try await life.touches(runningAt: moments)
            total += hourly.count
            expect(daily, hourly, "once a day", life)
            expect(now, hourly, "now and then", life)
        }
        // They are about something.
        #expect(total > lives * 10)
        Rounds.tell(lives, "\(total) messages, the same hourly, daily and at random")
    }

    private func expect(_ found: [String], _ hourly: [String], _ regime: String, _ life: RandomLife) {
        let difference = found.difference(from: hourly)
        let lost = difference.removals.map { change in
            if case .remove(_, let element, _) = change { element } else { "" }
        }
        let more = difference.insertions.map { change in
            if case .insert(_, let element, _) = change { element } else { "" }
        }
        #expect(lost.isEmpty && more.isEmpty, "\(regime): lost \(lost), besides \(more); \(life)")
    }
}
