import Basics
import Playbooks
import Testing

@testable import Web

/// The stretches of days that the picture of a metric marks.
@Suite struct MetricPlotTests {
    private let last = Day(number: 20_000)

    private func stretches(_ signals: MetricSignal...) -> [String] {
        MetricPlot.stretches(of: signals, last: last).map { "\($0.name) \($0.first.number)-\($0.last.number)" }
    }

    @Test func aWindowEndsOnTheLastCompleteDayAndItsBaselineLiesBefore() {
        #expect(stretches(MetricSignal(.sum, "logins", window: 7)) == ["7 d 19994-20000"])
        #expect(
            stretches(MetricSignal(.drop, "logins", window: 14, baseline: 56))
                == ["14 d 19987-20000", "56 d before 19931-19986"])
    }

    @Test func whatTwoConditionsCompareIsMarkedOnce() {
        let drop = MetricSignal(.drop, "logins", window: 14, baseline: 56)
        #expect(stretches(drop, MetricSignal(.avg, "logins", window: 14), drop).count == 2)
        // A metric that only has to have had a value at some time has no window.
        #expect(stretches(MetricSignal(.idle, "logins", window: 0)) == [])
    }

    @Test func theAxisPutsTheLargestNumberAtTheTop() {
        let axis = BarAxis(top: 30, most: 200)
        #expect(axis.height(of: 200) == 120 && axis.height(of: 0) == 0 && axis.height(of: 50) == 30)
    }
}
