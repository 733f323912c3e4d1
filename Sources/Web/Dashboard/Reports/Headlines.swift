import Foundation
import Measure
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// What the reports of the day say first, for pages that only name it: the verdict of an experiment, whether attrition falls.
///
/// A report is read once after it was made, for everybody who looks.
final class Headlines: Sendable {
    struct Headline: Sendable {
        var sentence: String
        /// Of an experiment: each arm's effect with its interval, how full the plan is, and when it is looked at next.
        var effects: [String] = []
        var plan: String?
        var nextLook: String?
        /// The first picture of the report.
        var chart: Report.Chart?
        var asOf: Instant
    }

    private let known = NIOLockedValueBox<[KeptReports.Key: (madeAt: Instant, headline: Headline?)]>([:])

    /// Nil where none is kept: in a simulation, and before the first cycle of a workspace.
    func headline(of daily: DailyReport, _ connection: Connection) throws -> Headline? {
        let reports = KeptReports(connection)
        guard let madeAt = try reports.madeAt(daily.key) else { return nil }
        if let kept = known.withLockedValue({ $0[daily.key] }), kept.madeAt == madeAt { return kept.headline }
        // A body that another version of the program wrote is made anew with the next cycle.
        let report = try reports.kept(daily.key).flatMap { try? ReportBody(text: $0.body).report }
        let headline = report.flatMap(Self.headline)
        known.withLockedValue { $0[daily.key] = (madeAt, headline) }
        return headline
    }

    private static func headline(_ report: Report) -> Headline? {
        let blocks = report.sections.flatMap(\.blocks)
        let sentence = blocks.lazy.compactMap { if case .sentence(let text) = $0 { text } else { nil } }.first
        let chart = blocks.lazy.compactMap { if case .chart(let chart) = $0 { chart } else { nil } }.first
        guard let sentence else { return nil }
        var headline = Headline(sentence: sentence, chart: chart, asOf: report.asOf)
        // Of earlier periods the report says the same below.
        if let table = report.tables.first(where: { $0.title.hasPrefix("Against ") }) { headline.addEffects(table) }
        if let found = sentence.firstMatch(of: /\d+ of \d+ planned accounts|plan of \d+ accounts is full/) {
            headline.plan = String(found.0).replacing(" planned accounts", with: "")
        }
        headline.nextLook =
            blocks.lazy.compactMap { block -> String? in
                guard case .sentence(let text) = block else { return nil }
                return text.firstMatch(of: /the next look is on (\d{4}-\d\d-\d\d)/).map { String($0.1) }
            }.first
        return headline
    }
}

extension Headlines.Headline {
    fileprivate mutating func addEffects(_ table: Report.Table) {
        let unit = table.columns[1].title.replacing("effect, ", with: "")
        effects = table.rows.compactMap { row in
            guard case .number = row[1] else { return nil }
            let isKnown = if case .interval = row[2] { true } else { false }
            return "\(row[0].text) \(row[1].text)\(isKnown ? " (\(row[2].text))" : "") \(unit)"
        }
    }
}

/// The verdict of an experiment, by the sentence that its report begins with.
struct VerdictWords {
    private let headline: Headlines.Headline

    init(_ headline: Headlines.Headline) {
        self.headline = headline
    }

    var sentence: String { headline.sentence }
    var effects: String { headline.effects.joined(separator: "; ") }
    var plan: String? { headline.plan }
    var nextLook: String? { headline.nextLook }

    /// What it says before its reasons: `Keep running`, `Ship lessons`.
    var short: String {
        let ends = [": ", ", ", ". ", " in this segment"].compactMap { sentence.range(of: $0)?.lowerBound }
        let words = sentence[..<(ends.min() ?? sentence.endIndex)]
        return String(words.hasSuffix(".") ? words.dropLast() : words)
    }

    /// Whether somebody has to do something: ship or stop an arm, or mend the draw.
    var isToBeActedOn: Bool {
        ["Ship ", "Stop ", "Do not ship ", "No verdict"].contains { sentence.hasPrefix($0) }
    }
}
