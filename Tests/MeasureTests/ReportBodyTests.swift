import Foundation
import Measure
import Playbooks
import Statistics
import Testing

struct ReportBodyTests {
    @Test func aKeptReportIsTheOneThatWasMade() throws {
        var stuck = AccountQuestion()
        stuck.isStuck = true
        var table = Report.Table("Figures", [.init("what", .left), .init("figure")])
        table.add([.text("a \"b\"\u{7}"), .count(3)], leads: [nil, .accounts(stuck)])
        for cell: Report.Cell in [
            .number(0.25, .share), .number(.infinity, .plain(2)), .number(-.infinity, .change),
            .number(1_999, .money("USD")), .interval(Interval(lower: -1, upper: 2), .points), .day(Day(number: 20_000)),
            .bar(0.5), .none("nobody"),
        ] { table.add([.text("x"), cell]) }
        let band = Interval(lower: 0.1, upper: 0.9)
        let charts: [Report.Chart] = [
            .survival(
                .init(title: "s", unit: "days", curves: [.init(name: "c", points: [.init(time: 1, survival: 0.5)])])),
            .control(
                .init(
                    title: "c", center: 0.1, target: nil,
                    points: [.init(label: "p", value: nil, limits: band, isOutside: true)])),
            .funnel(.init(title: "f", steps: [.init(label: "a", count: 2)])),
            .intervals(
                .init(title: "i", unit: .points, rows: [.init(label: "r", estimate: 0.1, interval: band)])),
            .heat(.init(title: "h", columns: ["0"], rows: [.init(label: "r", values: [nil, 0.5], complete: 1)])),
            .line(
                .init(
                    title: "l", unit: .money("USD"), labels: ["a"],
                    series: [.init(name: "n", values: [1, nil], bands: [band])])),
        ]
        var report = Report(
            title: "All", asOf: Instant(milliseconds: 1_234),
            sections: [.init("S", [.sentence("One."), .diff("+a"), .table(table)] + charts.map { .chart($0) })])
        report.zone = try #require(Zone("America/Chicago"))
        #expect(try ReportBody(text: ReportBody(report).text).report == report)
    }

    @Test func aBodyOfAnotherProgramIsNoReport() {
        #expect(throws: (any Error).self) { try ReportBody(text: "{}") }
    }
}
