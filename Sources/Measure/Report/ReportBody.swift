import Basics
import Foundation
import Playbooks
import Statistics

/// A report as a database keeps it: whole, so that the page, the CSV and the JSON of it are those of the day it was made.
///
/// `Report.json` is for programs and leaves out how numbers are written.
package struct ReportBody {
    package let report: Report

    package init(_ report: Report) {
        self.report = report
    }

    /// - Throws: when the text is none of `text`, as that of another version of the program may be.
    package init(text: String) throws {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "+", negativeInfinity: "-", nan: "?")
        report = try decoder.decode(Whole.self, from: Data(text.utf8)).report
    }

    package var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "+", negativeInfinity: "-", nan: "?")
            return String(decoding: try encoder.encode(Whole(report)), as: UTF8.self)
        }
    }
}

private struct Whole: Codable {
    var title: String
    var asOf: Instant
    var zone: String
    var sections: [Section]

    init(_ report: Report) {
        (title, asOf, zone) = (report.title, report.asOf, report.zone.name)
        sections = report.sections.map { Section(title: $0.title, blocks: $0.blocks.map(Block.init)) }
    }

    var report: Report {
        var report = Report(
            title: title, asOf: asOf, sections: sections.map { .init($0.title, $0.blocks.map(\.block)) })
        report.zone = Zone(zone) ?? .utc
        return report
    }

    struct Section: Codable {
        var title: String
        var blocks: [Block]
    }

    struct Table: Codable {
        var title: String
        var columns: [Report.Table.Column]
        var rows: [[Report.Cell]]
        var leads: [[Report.Table.Lead?]]
    }

    enum Block: Codable {
        case sentence(String)
        case diff(String)
        case table(Table)
        case survival(Report.Chart.Survival)
        case heat(Report.Chart.Heat)
        // The JSON of their points and steps leads nowhere.
        case control(Report.Chart.Control, [Report.Table.Lead?])
        case funnel(Report.Chart.Funnel, [Report.Table.Lead?])
        // The JSON of these two has no unit.
        case intervals(Report.Chart.Intervals, Report.Unit)
        case line(Report.Chart.Line, Report.Unit)

        init(_ block: Report.Block) {
            switch block {
            case .sentence(let text): self = .sentence(text)
            case .diff(let text): self = .diff(text)
            case .table(let table):
                self = .table(
                    Table(title: table.title, columns: table.columns, rows: table.rows, leads: table.leads))
            case .chart(.survival(let chart)): self = .survival(chart)
            case .chart(.control(let chart)): self = .control(chart, chart.points.map(\.lead))
            case .chart(.funnel(let chart)): self = .funnel(chart, chart.steps.map(\.lead))
            case .chart(.heat(let chart)): self = .heat(chart)
            case .chart(.intervals(let chart)): self = .intervals(chart, chart.unit)
            case .chart(.line(let chart)): self = .line(chart, chart.unit)
            }
        }

        var block: Report.Block {
            switch self {
            case .sentence(let text): return .sentence(text)
            case .diff(let text): return .diff(text)
            case .table(let kept):
                var table = Report.Table(kept.title, kept.columns)
                for (row, leads) in zip(kept.rows, kept.leads) { table.add(row, leads: leads) }
                return .table(table)
            case .survival(let chart): return .chart(.survival(chart))
            case .control(var chart, let leads):
                for (index, lead) in zip(chart.points.indices, leads) { chart.points[index].lead = lead }
                return .chart(.control(chart))
            case .funnel(var chart, let leads):
                for (index, lead) in zip(chart.steps.indices, leads) { chart.steps[index].lead = lead }
                return .chart(.funnel(chart))
            case .heat(let chart): return .chart(.heat(chart))
            case .intervals(var chart, let unit):
                chart.unit = unit
                return .chart(.intervals(chart))
            case .line(var chart, let unit):
                chart.unit = unit
                return .chart(.line(chart))
            }
        }
    }
}
