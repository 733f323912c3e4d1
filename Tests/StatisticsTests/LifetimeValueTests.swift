import Statistics
import Testing

/// What accounts are worth, against sums over days in Python (`Vectors/lifetime_value.py`).
struct LifetimeValueTests {
    private struct Case: Decodable {
        struct Ahead: Decodable {
            var age: Double
            var days: Double
        }

        var lives: [[Double]]
        var payments: [Double]
        var margin: Double
        var horizon: Double
        var value: Double
        var error: Double
        var rate: Double
        var ahead: [Ahead]

        var curve: SurvivalCurve {
            SurvivalCurve(lives.map { Lifetime(duration: $0[0], left: $0[1] == 1) }, least: 10)
        }
    }

    @Test func theValueAndItsErrorAreThoseOfSumsOverDays() throws {
        let cases: [Case] = try Vectors.read("lifetime_value")
        #expect(cases.count == 2)
        for item in cases {
            let found = try LifetimeValue.of(
                item.curve, payments: Sample(item.payments), margin: item.margin, horizon: item.horizon
            ).get()
            #expect(isClose(found.value, item.value), "\(found.value) for \(item.value)")
            #expect(isClose(found.standardError, item.error), "\(found.standardError) for \(item.error)")
            #expect(found.interval().contains(item.value))
        }
    }

    @Test func theTimeAheadIsOfThoseOfTheSameAge() throws {
        let cases: [Case] = try Vectors.read("lifetime_value")
        for item in cases {
            let curve = item.curve
            #expect(isClose(curve.rate, item.rate))
            for ahead in item.ahead {
                let days = curve.meanTime(ahead: item.horizon, from: ahead.age)
                #expect(isClose(days, ahead.days), "\(ahead.age): \(days) for \(ahead.days)")
            }
        }
    }

    @Test func withoutDeparturesEverybodyStays() {
        let curve = SurvivalCurve((0..<30).map { Lifetime(duration: 100 + Double($0), left: false) }, least: 10)
        #expect(curve.rate == 0)
        #expect(curve.meanTime(ahead: 365, from: 10) == 365)
        #expect(curve.meanTime(ahead: 0, from: 10) == 0)
        let nobody = LifetimeValue.of(curve, payments: Sample([]), margin: 0.8, horizon: 50)
        #expect(nobody == .failure(.noAccounts))
    }
}
