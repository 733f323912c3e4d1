import Foundation
import Playbooks
import Reliability
import Testing

/// The same facts give the same messages, however often somebody looks.
@Suite struct CycleMomentsTests {
    private static let shards: UInt64 = 4

    @Test(arguments: 0..<shards)
    func aRunADayAndOneAnHourSayTheSame(shard: UInt64) async throws {
        let lives = Rounds.count(1, long: 500)
        var total = 0
        for number in 0..<UInt64(lives) {
            let life = RandomLife(seed: 1 + shard + number * Self.shards)
            let hourly = try await life.touches(
                runningAt: every(1, from: RandomLife.start + .hours(1), through: RandomLife.end))
            total += hourly.count
            // At the hour at which it ends, so that all have seen the same in the end.
            let daily = every(24, from: RandomLife.start + .hours(12), through: RandomLife.end)
            expect(try await life.touches(runningAt: daily), hourly, "once a day", life)
            expect(try await life.touches(runningAt: life.anyMoments()), hourly, "now and then", life)
        }
        // They are about something.
        #expect(total > lives * 5)
        Rounds.tell(lives, "\(total) messages, the same hourly, daily and at random")
    }

    private func expect(_ found: [String], _ hourly: [String], _ regime: String, _ life: RandomLife) {
        var (lost, more): ([String], [String]) = ([], [])
        for change in found.difference(from: hourly) {
            switch change {
            case .remove(_, let line, _): lost.append(line)
            case .insert(_, let line, _): more.append(line)
            }
        }
        #expect(lost.isEmpty && more.isEmpty, "\(regime): lost \(lost), besides \(more); \(life)")
    }
}
