package import Decisions
package import Playbooks

/// Turns checked conditions and signals into SQL: for matching, for explaining, and for the variables of messages.
///
/// A boolean comes out as 1, 0 or NULL; the rest in the units in which people read it: money in major units, percents as
/// shares, days as day numbers, moments and durations in milliseconds.
package struct ConditionSQL: Sendable {
    /// The rows over which terms are evaluated.
    package enum Population: Sendable {
        /// Every account, as `a`.
        case accounts
        /// The rows of a table or of a bracketed SELECT, as `p`, with the columns `row_id, account_id, since, event_id,
        /// entry`, beside their accounts, as `a`.
        ///
        /// Rows must come in the order of `account_id`. What is dated at or before `since` does not count (nothing is
        /// left out where it is NULL), `event.X` reads the event, `entry.X` the JSON `{"fall": ["percent", 0.43]}`. A term
        /// that asks about steps (`clicked(email_1)`) needs the column `enrollment_id` too.
        case table(String)
        /// The rows of `plan_population`, of a playbook's enrollments that walk in this cycle: what their waits came to in
        /// it stands in `plan_passage`.
        case walking(playbookID: Int64)
    }

    /// A part of a statement: `SELECT p.row_id, <expressions> FROM <from> WHERE ...`, with its arguments.
    ///
    /// The names of arguments begin with `c_`; inner aliases of tables with `in_`.
    package struct Query: Sendable {
        package var from: String
        package var expressions: [String]
        package var arguments: [String: SQLValue]
    }

    package let context: EvaluationContext
    let calendar: CalendarSQL

    package init(_ context: EvaluationContext) {
        self.context = context
        calendar = CalendarSQL(context.zone, until: context.now)
    }

    package var dataMap: DataMap { context.dataMap }

    /// The values of the terms for every row of the population.
    ///
    /// - Parameter audience: whose benchmarks `usage_drop` uses; "" for those of all active accounts.
    package func compile(_ terms: [Term], over population: Population, audience: String = "") -> Query {
        var writer = ConditionWriter(context, calendar, population, audience: audience)
        let expressions = terms.map { writer.fragment($0).text }
        return Query(from: writer.from, expressions: expressions, arguments: writer.arguments)
    }

    /// The accounts for which a condition may hold, with its value: rows for which it is false or missing may be left
    /// out, so that a condition on rare events looks at few accounts. Of `a`, only `a.id` may be used beside it.
    package func matching(_ condition: Term, audience: String = "") -> Query {
        var writer = ConditionWriter(context, calendar, .accounts, audience: audience)
        writer.drive(by: condition)
        let expression = writer.fragment(condition).text
        return Query(from: writer.from, expressions: [expression], arguments: writer.arguments)
    }

    /// A value as the database gave it, by its type.
    package static func value(_ value: SQLValue, _ type: ValueType) -> Value {
        switch type {
        case .number, .percent, .money: value.real.map { .number($0) } ?? .missing
        case .text, .reason: text(value).map { .text($0) } ?? .missing
        case .boolean: value.real.map { .boolean($0 != 0) } ?? .missing
        case .date: value.integer.flatMap { Int(exactly: $0) }.map { .date(Day(number: $0)) } ?? .missing
        case .instant: value.integer.map { .instant(Instant(milliseconds: $0)) } ?? .missing
        case .duration: value.integer.map { .duration(TimeSpan(milliseconds: $0)) } ?? .missing
        }
    }

    private static func text(_ value: SQLValue) -> String? {
        switch value {
        case .text(let text): text
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .null, .blob: nil
        }
    }
}
