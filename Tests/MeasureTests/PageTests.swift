import Foundation
import Measure
import Playbooks
import Statistics
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct PageTests {
    private static let report = Report(
        title: "A <b> & \"c\"", asOf: Instant(milliseconds: 1_750_000_000_000),
        sections: [
            Report.Section(
                "Pictures <1>",
                [
                    .sentence("5 < 6 & 7"),
                    .chart(
                        .survival(
                            .init(
                                title: "Survival", unit: "days",
                                curves: [
                                    .init(
                                        name: "a<b",
                                        points: [
                                            .init(time: 10, survival: 0.9, band: Interval(lower: 0.8, upper: 0.95)),
                                            .init(time: 30, survival: 0.5),
                                        ]), .init(name: "none", points: []),
                                ]))),
                    .chart(
                        .control(
                            .init(
                                title: "Control", center: 0.025, target: 0.025,
                                points: [
                                    .init(label: "1", value: nil, limits: nil, isOutside: false),
                                    .init(
                                        label: "2", value: 0.4, limits: Interval(lower: 0, upper: 0.1), isOutside: true),
                                ]))),
                    .chart(
                        .funnel(
                            .init(title: "Funnel", steps: [.init(label: "x", count: 9), .init(label: "y", count: 0)]))),
                    .chart(
                        .intervals(
                            .init(
                                title: "Effects", unit: .points,
                                rows: [
                                    .init(label: "p", estimate: 0.03, interval: Interval(lower: -0.01, upper: 0.07)),
                                    .init(label: "q", estimate: nil, interval: nil),
                                ]))),
                    .chart(
                        .heat(
                            .init(
                                title: "Heat", columns: ["0", "1"],
                                rows: [.init(label: "2025-01", values: [1, nil], complete: 1)]))),
                    .chart(
                        .line(
                            .init(
                                title: "Line", unit: .share, labels: ["1", "2"],
                                series: [
                                    .init(name: "s", values: [0.1, .nan], bands: [Interval(lower: 0, upper: 1), nil])
                                ]))),
                    .chart(.line(.init(title: "Empty", unit: .share, labels: [], series: []))),
                    .diff("--- a\n+++ b\n-<x>\n+<y>\n"),
                ])
        ])

    /// Everything but the doctype is XML, so that a parser finds what is not closed or not escaped.
    private final class Watch: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        var ids: [String] = []
        var references: [String] = []
        var failure: String?

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements[name, default: 0] += 1
            if let id = attributes["id"] { ids.append(id) }
            references += (attributes["aria-labelledby"] ?? "").split(separator: " ").map(String.init)
            for (key, value) in attributes where key != "class" && (value.contains("nan") || value.contains("inf")) {
                failure = "\(name) \(key)=\(value)"
            }
        }
    }

    @Test func aPageIsWellFormedAndNamesItsPictures() throws {
        let page = Self.report.page
        var text = page
        for void in ["<meta charset=\"utf-8\">", "<!DOCTYPE html>\n"] { text = text.replacing(void, with: "") }
        text = text.replacing(#/<meta [^>]*>/#, with: "")
        let watch = Watch()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = watch
        #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
        #expect(watch.failure == nil)
        // The empty one is left out.
        #expect(watch.elements["svg"] == 6)
        #expect(watch.elements["desc"] == 6)
        // The cells of a heat map hold their figures.
        #expect(watch.elements["details"] == (watch.elements["figure"] ?? 0) - 1)
        #expect(Set(watch.ids).count == watch.ids.count)
        #expect(watch.references.allSatisfy(watch.ids.contains))
        #expect(watch.elements["h1"] == 1)
    }

    @Test func aPageNeedsNothingElseAndRunsNothing() {
        let page = Self.report.page
        for word in ["<script", "http://", "https://", "@import", "url(", "onload", "javascript:"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("lang=\"en\""))
        #expect(page.contains("prefers-color-scheme: dark"))
        #expect(page.contains("@media print"))
        #expect(page.contains("A &lt;b&gt; &amp; &quot;c&quot;"))
    }

    @Test func theSummaryIsTheFirstSentenceOfEachSection() {
        #expect(Self.report.summary == ["Pictures <1>: 5 < 6 & 7"])
    }

    @Test func aControlChartIsASparklineWithItsAlarms() {
        let points = [(0.01, false), (0.02, false), (0.08, true), (0, true)].enumerated().map { index, item in
            Report.Chart.Control.Point(
                label: "2025-0\(index + 1)", value: item.0, limits: Interval(lower: 0.001, upper: 0.05),
                isOutside: item.1)
        }
        let chart = Report.Chart.control(.init(title: "Churn", center: nil, target: nil, points: points))
        #expect(chart.text(width: 80) == "Churn, 2025-01 to 2025-04\n▂▃█▁  0 to 8.0%\n  ▲▼")
    }
}
