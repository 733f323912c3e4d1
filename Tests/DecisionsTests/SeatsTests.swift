import Decisions
import Testing

/// The numbers of seats within strata.
struct SeatsTests {
    private func numbers(_ salt: String, _ stratum: String, _ seats: Range<Int>) -> [Double] {
        seats.map { Seats.number(salt: salt, stratum: stratum, seat: $0) }
    }

    @Test func ofEachTwentySeatsEachArmHasItsShare() {
        for salt in (0..<50).map({ "experiment-\($0)" }) {
            for start in stride(from: 0, to: 200, by: 20) {
                let numbers = numbers(salt, "pro", start..<(start + 20))
                for share in [0.05, 0.1, 0.5] {
                    #expect(numbers.count { $0 < share } == Int(20 * share), "\(salt) \(start)")
                }
                #expect((0...1).contains(numbers.count { $0 < 0.03 }))
                #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
            }
        }
    }

    @Test func everySeatIsHeldOutAsOftenAsAnother() {
        let salts = (0..<4_000).map { "experiment-\($0)" }
        for seat in [0, 1, 7, 19, 20, 33] {
            let held = salts.count { Seats.number(salt: $0, stratum: "free", seat: seat) < 0.1 }
            // Within four standard deviations of 400.
            #expect(abs(held - 400) < 76, "\(seat): \(held)")
        }
    }

    @Test func anotherExperimentOrStratumHasAnotherLot() {
        let own = numbers("a", "free", 0..<40)
        #expect(own == numbers("a", "free", 0..<40))
        #expect(own != numbers("b", "free", 0..<40) && own != numbers("a", "pro", 0..<40))
        #expect(own.prefix(20) != own.suffix(20))
    }
}
