import Foundation
import Playbooks
import Statistics
import Testing

@testable import Measure

struct ReportTests {
    private func report() -> Report {
        var table = Report.Table(
            "Arms", [.init("arm", .left), .init("accounts"), .init("effect, points"), .init("95% interval")])
        table.add([.text("holdout"), .count(1000), .none("It is what the others are compared with."), .none("")])
        table.add([
            .text("=B, \"short\""), .count(9000), .number(0.031, .points),
            .interval(Interval(lower: 0.012, upper: 0.05), .points),
        ])
        table.add([.text("C")])
        return Report(
            title: "Experiment win-back", asOf: Instant(milliseconds: 0),
            sections: [.init("Goal", [.sentence("One sentence."), .table(table), .diff("-a\n+b\n")])])
    }

    @Test func textAlignsTheColumnsAndSaysWhyAFigureIsMissing() {
        #expect(
            report().text() == """
                Experiment win-back
                as of 1970-01-01 00:00 UTC

                Goal
                One sentence.

                arm          accounts  effect, points  95% interval
                holdout          1000               –             –
                =B, "short"      9000            +3.1  +1.2 to +5.0
                C
                – effect, points: It is what the others are compared with.

                -a
                +b
                """)
    }

    /// Each line within the width, and every column somewhere.
    @Test(arguments: [20, 24, 30, 40, 60, 100])
    func noColumnIsCutOffWhereTheTerminalIsNarrow(width: Int) {
        var table = Report.Table(
            "Wide",
            [.init("outcome", .left), .init("arm", .left)]
                + (1...8).map { .init("a long title of column \($0)") } + [.init("what was found", .left)])
        table.add(
            [.text("churned within 90 days"), .text("holdout")] + (1...8).map { .count($0 * 1_111) } + [
                .text("as drawn")
            ])
        table.add(
            [.text("expanded"), .text("treated")] + (1...8).map { .count($0) } + [
                .text("accounts in an arm of weight zero")
            ])
        let report = Report(
            title: "R", asOf: Instant(milliseconds: 0), sections: [.init("S", [.table(table)])])
        let text = report.text(width: width, fits: true)
        let body = text.split(separator: "\n").dropFirst(3)
        #expect(body.allSatisfy { $0.count <= width }, "\(text)")
        for number in 1...8 { #expect(text.contains("\(number * 1_111)"), "\(text)") }
        for word in ["churned", "treated", "weight", "drawn", "found"] {
            #expect(text.contains(word), "\(word): \(text)")
        }
        // Where there is room it is what a pipe gets.
        #expect(report.text(width: 400, fits: true) == report.text(width: 400))
    }

    @Test func whatHasANameInFilesHasItForPrograms() throws {
        var table = Report.Table(
            "Reasons",
            [.init("reason", .left), .init("new since 2026-03-10", key: "new_since"), .init("", .left, key: "bar")])
        table.add([.named("too expensive", key: "price"), .count(3), .bar(0.5)])
        let report = Report(
            title: "Risk", asOf: Instant(milliseconds: 0), sections: [.init("Now", [.table(table)])])
        #expect(report.text().contains("too expensive") && !report.text().contains("price"))
        let json = try report.json
        #expect(json.contains(#""reason":"too expensive","reason_key":"price""#), "\(json)")
        // The name of a column does not change with the day, and every column has one.
        #expect(json.contains(#""new_since":3"#) && json.contains(#""bar":0.5"#), "\(json)")
        #expect(table.csv.hasPrefix("reason,new since 2026-03-10,bar\r\ntoo expensive,3,0.5"), "\(table.csv)")
    }

    @Test func oneTableIsOneFile() {
        #expect(
            report().table(named: "Arms")?.csv
                == [
                    "arm,accounts,\"effect, points\",95% interval from,95% interval to", "holdout,1000,,,",
                    "\"'=B, \"\"short\"\"\",9000,0.031,0.012,0.05", "C,,,,",
                ].joined(separator: "\r\n"))
        #expect(report().table(named: "arms") != nil && report().table(named: "Legs") == nil)
    }

    @Test func csvHasFractionsTwoFieldsForAnIntervalAndNoFormulas() {
        #expect(
            report().csv
                == [
                    "table,arm,accounts,\"effect, points\",95% interval from,95% interval to",
                    "Goal: Arms,holdout,1000,,,", "Goal: Arms,\"'=B, \"\"short\"\"\",9000,0.031,0.012,0.05",
                    "Goal: Arms,C,,,,",
                ].joined(separator: "\r\n"))
    }

    @Test func jsonNamesTheReasonOfAMissingFigure() throws {
        let json = try report().json
        #expect(
            json.hasPrefix(#"{"as_of":"1970-01-01T00:00:00Z","sections":[{"blocks":[{"sentence":"One sentence."},"#))
        #expect(
            json.contains(
                #"{"95_percent_interval":null,"accounts":1000,"arm":"holdout","effect_points":null,"why":"#
                    + #"{"effect_points":"It is what the others are compared with."}}"#))
        #expect(json.contains(#""95_percent_interval":{"lower":0.012,"upper":0.05}"#))
        #expect(json.contains(#""id":"arms","rows":["#) && json.contains(#"],"id":"goal","title":"Goal"}"#), "\(json)")
    }

    @Test(arguments: [
        (0.0431, Report.Unit.share, "4.3%"), (0.0314, .points, "+3.1"), (-0.0004, .points, "0.0"),
        (-0.12, .change, "-12%"), (2.5, .days, "2.5"), (31, .days, "31"), (1_999, .money("USD"), "19.99"),
        (123_456_789, .money("USD"), "1,234,568"), (5_000, .money("JPY"), "5,000"), (.nan, .share, "–"),
        (.infinity, .plain(2), "–"), (1e300, .plain(1), "1e+300"), (-0.5, .plain(1), "-0.5"),
    ])
    func numbersAreWrittenInTheirUnit(value: Double, unit: Report.Unit, text: String) {
        #expect(unit.text(value) == text)
    }

    @Test func aNumberThatIsNoneNeverLeaves() throws {
        var table = Report.Table("T", [.init("a"), .init("b"), .init("c")])
        table.add([.number(.nan, .share), .interval(Interval(lower: -.infinity, upper: .nan), .points), .bar(.nan)])
        let report = Report(title: "R", asOf: Instant(milliseconds: 0), sections: [.init("", [.table(table)])])
        for text in [report.text(), report.csv, try report.json] {
            #expect(!text.lowercased().contains("nan") && !text.lowercased().contains("inf"))
        }
    }

    @Test func barsGrowByEighths() {
        #expect(Report.bar(0.5, width: 4) == "██")
        #expect(Report.bar(1.0 / 32, width: 4) == "▏")
        #expect(Report.bar(2, width: 4) == "████")
        #expect(Report.bar(-1, width: 4) == "")
    }

    @Test func aFunnelIsDrawnAsBars() {
        let funnel = Report.Chart.Funnel(
            title: "F", steps: [.init(label: "matched", count: 200), .init(label: "sent", count: 50)])
        #expect(
            Report.Chart.funnel(funnel).text(width: 40) == """
                matched  200  100.0%  ██████████████████
                sent      50   25.0%  ████▌
                """)
    }
}
