package import Playbooks
import Statistics
package import Storage

/// How many accounts leave, when, why, and what the playbooks did about it.
///
/// Formulas: `docs/measuring.md`; the figures come from `Tenures`, the arithmetic from `Statistics`.
package struct AttritionReport {
    /// The days that the figures of a window are about: from the start of the first to the start of the last, as a month is from
    /// its first day to the first of the next.
    package struct Window: Sendable, Hashable {
        package var from: Day
        package var to: Day

        package init(from: Day, to: Day) {
            self.from = from
            self.to = to
        }

        /// The twelve calendar months that are over, or as many as there are since the first customer.
        package static func usual(asOf today: Day, since first: Day?) -> Window {
            let month = Month(of: today)
            let start = (month + -12).first
            guard let first, first > start else { return Window(from: start, to: month.first) }
            // Nobody was there yet when the first day began.
            let beginning = (Month(of: first) + 1).first
            return beginning < month.first
                ? Window(from: beginning, to: month.first) : Window(from: min(first + 1, today), to: today)
        }

        package var days: Int { to - from }
        /// The day at whose end the window begins, and the one at whose end it is over.
        var before: Day { from - 1 }
        var last: Day { to - 1 }
    }

    let workspace: Workspace
    let tenures: Tenures
    let asOf: Instant
    let window: Window
    let segment: String?

    /// - Throws: `MeasureError` for a segment that there is none of, and for a window that is none.
    package static func report(
        _ connection: Connection, workspace: Workspace, segment: String? = nil, from: Day? = nil, to: Day? = nil,
        asOf: Instant
    ) throws -> Report {
        let term = try segment.map { name in
            guard let found = workspace.segments.first(where: { $0.name == name }) else {
                throw MeasureError.unknown("segment", name, among: workspace.segments.map(\.name))
            }
            return found
        }
        if let from, let to, from >= to {
            throw MeasureError("--from \(from) does not lie before --to \(to)")
        }
        let today = workspace.configuration.zone.day(of: asOf)
        if let to, to > today { throw MeasureError("--to \(to) lies after \(today), the day of the report") }
        if let from, to == nil, from >= today {
            throw MeasureError("--from \(from) does not lie before \(today), the day of the report")
        }
        let tenures = try Tenures(
            connection, workspace: workspace, segment: term, asOf: asOf)
        let usual = Window.usual(asOf: today, since: tenures.watchedSince)
        let window = Window(
            from: from ?? min(usual.from, (to ?? usual.to) - 1), to: to ?? max(usual.to, from ?? usual.to))
        return try AttritionReport(
            workspace: workspace, tenures: tenures, asOf: asOf,
            window: window.from < window.to ? window : Window(from: window.from, to: today), segment: segment
        ).report()
    }

    private func report() throws -> Report {
        let title = segment.map { "Attrition of \($0)" } ?? "Attrition"
        guard let first = tenures.firstDay else {
            return Report(title: title, asOf: asOf, sections: [Report.Section("", [.sentence(nobody)])])
        }
        var flow = tenures.flow(from: window.before, to: window.last)
        flow.accountDays = tenures.accountDays(from: window.from, to: window.to)
        let months = tenures.months()
        var sections = [
            headline(flow, first: first), monthByMonth(months), try cohorts(), try survival(), try hazard(),
        ]
        sections += try groups()
        sections += [value()].compactMap(\.self)
        sections += try reasons()
        sections += [try together(), try arms(), try remarks()].compactMap(\.self)
        return Report(title: title, asOf: asOf, sections: sections)
    }

    private var nobody: String {
        let who = segment.map { "No account of \($0)" } ?? "No account"
        return "\(who) was a customer, or known, by \(workspace.configuration.zone.day(of: asOf)): there is nothing to "
            + "lose yet. Facts count from the moment at which they were imported; use --from and --to to look at the past."
    }

    var currency: String { workspace.configuration.currency }

    func money(_ minor: Int64) -> Report.Cell { .number(Double(minor), .money(currency)) }

    private func remarks() throws -> Report.Section? {
        var sentences: [String] = []
        let unknown = tenures.departedUnknownWhen
        if unknown > 0 {
            sentences.append(
                "\(unknown) \(unknown == 1 ? "account" : "accounts") left nobody knows when, imported as churned without a date: "
                    + "not counted anywhere; import `churned_at` to have them in.")
        }
        let erased = tenures.erased
        if erased.left + erased.customers > 0 {
            let all = erased.left + erased.customers
            let parts = [
                erased.left > 0
                    ? "\(erased.left) had left before and \(erased.left == 1 ? "counts with its" : "count with their") dates, MRR and reason"
                    : nil,
                erased.customers > 0
                    ? "\(erased.customers) \(erased.customers == 1 ? "was a customer and counts" : "were customers and count") on no side, "
                        + "as nobody knows whether \(erased.customers == 1 ? "it is" : "they are") still there"
                    : nil,
            ].compactMap(\.self)
            sentences.append(
                "\(all) \(all == 1 ? "account was" : "accounts were") erased since: \(parts.joined(separator: "; ")).")
        }
        return sentences.isEmpty ? nil : Report.Section("What is missing", sentences.map { .sentence($0) })
    }
}

/// A question that has no answer; the text is for the person who asked.
package struct MeasureError: Error, CustomStringConvertible {
    package var description: String
    /// What of the question it is about, where it is one part of it.
    package var about: String?

    package init(_ description: String, about: String? = nil) {
        (self.description, self.about) = (description, about)
    }

    package static func unknown(_ kind: String, _ name: String, among names: [String]) -> MeasureError {
        let near = nearest(to: name, in: names).map { "; did you mean \"\($0)\"?" } ?? ""
        let known = names.isEmpty ? "there are none" : "there are: \(names.joined(separator: ", "))"
        return MeasureError("there is no \(kind) \"\(name)\"\(near); \(known)", about: kind)
    }
}
