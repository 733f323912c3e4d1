import Playbooks
import Testing

/// The form of conditions: what is read, and as what.
struct ConditionGrammarTests {
    /// The tree with brackets around everything, so that precedence shows.
    private func tree(_ term: Term) -> String {
        switch term.node {
        case .binary(let found, let left, let right): "(\(tree(left)) \(found.rawValue) \(tree(right)))"
        case .not(let inner): "(not \(tree(inner)))"
        case .negative(let inner): "(-\(tree(inner)))"
        case .isMissing(let inner): "(\(tree(inner)) is missing)"
        case .isPresent(let inner): "(\(tree(inner)) is present)"
        case .isIn(let inner, let items): "(\(tree(inner)) in [\(items.map(tree).joined(separator: ", "))])"
        default: term.text
        }
    }

    @Test(arguments: [
        ("seats > 1 or seats > 2 and seats > 3", "((seats > 1) or ((seats > 2) and (seats > 3)))"),
        ("not vip and vip", "((not vip) and vip)"),
        ("not seats > 1", "(not (seats > 1))"),
        ("seats + 1 * 2 > 3 - 1 - 1", "((seats + (1 * 2)) > ((3 - 1) - 1))"),
        ("seats / 2 / 3 == 1", "(((seats / 2) / 3) == 1)"),
        ("-seats * 2 < -1", "(((-seats) * 2) < (-1))"),
        ("(seats + 1) * 2 > 3", "(((seats + 1) * 2) > 3)"),
        ("seats + 1 in [1, 2 + 3]", "((seats + 1) in [1, (2 + 3)])"),
        ("not plan in [\"pro\"] or vip", "((not (plan in [\"pro\"])) or vip)"),
        ("seats is missing and plan is present", "((seats is missing) and (plan is present))"),
        ("not not vip", "(not (not vip))"),
        ("vip == (seats > 1)", "(vip == (seats > 1))"),
    ])
    func operatorsBindByPrecedence(_ text: String, _ expected: String) throws {
        let (term, complaints) = ConditionFixture.signal(text)
        #expect(complaints == [])
        #expect(try tree(#require(term)) == expected)
    }

    @Test(arguments: [
        ("sum(logins, 7d) > 3", ValueType.boolean), ("avg(logins, 2w)", .number), ("min(logins, 1d)", .number),
        ("max(score, 800d)", .number), ("active_days(logins, 28d)", .number), ("drop(logins, 14d, 56d)", .percent),
        ("rise(logins, 14d, 56d) > 40%", .boolean), ("usage_drop(logins)", .boolean),
        ("usage_drop(logins, 7d, 28d)", .boolean), ("idle(logins) > 3d", .boolean),
        ("count(invoice)", .number), ("count(invoice, 36h)", .number),
        ("count(invoice where plan == \"pro\" and amount > 10)", .number),
        ("count(invoice, 30d where not paid)", .number), ("happened(first_report)", .boolean),
        ("not happened(first_report, 14d)", .boolean), ("since(invoice) > 30d", .boolean),
        ("first(invoice) < last(invoice)", .boolean), ("ever(invoice where due_at < 2026-03-01)", .boolean),
        ("latest(invoice.plan)", .text), ("latest(invoice.amount, 90d) > 3", .boolean),
        ("sum(invoice.amount, 90d)", .money), ("sum(invoice.amount where plan == event.plan)", .money),
        ("days_since(created_at) > 70", .boolean), ("days_until(renewal_at)", .number),
        ("anniversary(created_at)", .date), ("change(mrr, 30d)", .money), ("fall(health, 30d)", .percent),
        ("was(status, 30d) == \"active\"", .boolean),
        ("contacts() > 1", .boolean), ("contacts(where role == \"owner\" and status == \"active\")", .number),
        ("in_stage(activated)", .boolean), ("time_in_stage() > 14d", .boolean), ("at_risk()", .boolean),
        ("at_risk(price)", .boolean), ("touched(7d)", .boolean), ("touched(`win-back`, 7d)", .boolean),
        ("enrolled(welcome)", .boolean), ("enrolled(`win-back`, 30d)", .boolean),
        ("entry.base * 0.8", .number), ("event.amount > 100", .boolean), ("tech_touch and base > 1", .boolean),
        ("`Contract Type` == \"yearly\"", .boolean), ("main_risk == \"price\"", .boolean),
        ("renewal_at - 30d", .date), ("created_at + 36h", .instant), ("last(invoice) - created_at > 30d", .boolean),
        ("created_at >= 2026-03-01", .boolean), ("renewal_at in [2026-03-01, 2026-04-01]", .boolean),
        ("2 * 36h", .duration), ("since(invoice) / 1d", .number), ("mrr * 12", .money), ("mrr / seats", .money),
        ("sum(invoice.amount, 30d) / mrr", .number), ("drop(logins, 7d, 28d) - 10%", .percent),
        ("drop(logins, 7d, 28d) > 0.4", .boolean), ("true", .boolean), ("\"a \\\"b\\\" c\"", .text), ("'x'", .text),
    ])
    func everyFunctionHasItsType(_ text: String, _ type: ValueType) throws {
        let (term, complaints) = ConditionFixture.signal(text)
        #expect(complaints == [])
        #expect(term?.type == type)
        #expect(term?.text == text)
    }

    @Test func windowsAndBaselinesAreDays() throws {
        let (term, _) = ConditionFixture.signal("drop(logins, 2w, 56d)")
        #expect(term?.node == .metric(MetricSignal(.drop, "logins", window: 14, baseline: 56)))
        let (usage, _) = ConditionFixture.signal("usage_drop(logins)")
        #expect(usage?.node == .metric(MetricSignal(.usageDrop, "logins", window: 14, baseline: 56)))
        let (strict, _) = ConditionFixture.signal("usage_drop(logins, strict)")
        #expect(strict?.node == .metric(MetricSignal(.usageDrop, "logins", window: 14, baseline: 56, isStrict: true)))
        let (short, _) = ConditionFixture.signal("usage_drop(logins, 1w, 28d, strict)")
        #expect(short?.node == .metric(MetricSignal(.usageDrop, "logins", window: 7, baseline: 28, isStrict: true)))
    }

    @Test func percentsAreShares() throws {
        #expect(ConditionFixture.signal("14.5%").0?.node == .literal(.number(0.145)))
    }

    @Test func aTermKnowsItsTextOnOneLine() throws {
        let (term, _) = ConditionFixture.signal("seats > 1\n  and seats < 9")
        #expect(term?.text == "seats > 1 and seats < 9")
    }

    @Test func whereLooksAtPropertiesFirst() throws {
        let (term, _) = ConditionFixture.signal("count(invoice where plan == \"anything\") > 1")
        #expect(term?.reads.attributes == [])
    }

    @Test func aTermSaysWhatItReads() throws {
        let text = """
            tech_touch and drop(logins, 7d, 28d) > 40% and count(invoice where amount > 3) > 1 and entry.base > 1 \
            and contacts() > 0 and change(health, 7d) < 0 and event.paid
            """
        let reads = try #require(ConditionFixture.signal(text).0).reads
        #expect(reads.metrics == ["logins"])
        #expect(reads.attributes == ["mrr", "status", "health"])
        #expect(reads.events == ["invoice"])
        #expect(reads.contacts)
        #expect(reads.entries == ["base"])
        #expect(reads.triggeringProperties == ["paid"])
    }
}
