import Decisions
import Playbooks
import Testing

@Suite struct NeedsTests {
    private func needs(_ texts: String...) throws -> Needs {
        Needs(
            of: try texts.map { try SmallWorld.term($0) }, in: SmallWorld.dataMap, risks: SmallWorld.context.risks)
    }

    @Test func metricsAreNeededAsFarBackAsTheLongestWindowReaches() throws {
        #expect(try needs("sum(logins, 7d) > avg(logins, 28d)").metrics == ["logins": 28])
        #expect(try needs("drop(logins, 14d, 56d) > 0 and sum(score, 3d) > 1").metrics == ["logins": 70, "score": 3])
        #expect(try needs("usage_drop(logins)").metrics == ["logins": 70])
        #expect(try needs("idle(logins) > 10d", "sum(logins, 7d)").metrics == ["logins": 400])
    }

    @Test func eventsAreNeededWithTheirPropertiesAndTheWidestWindow() throws {
        #expect(
            try needs("count(invoice, 14d where paid) > 1", "sum(invoice.amount, 30d)").events == [
                "invoice": Needs.OfEvents(window: .days(30), properties: ["amount", "paid"])
            ])
        #expect(try needs("count(invoice, 14d)", "ever(invoice)").events["invoice"]?.window == nil)
        #expect(
            try needs("overdue(promise)").events == [
                "promise": Needs.OfEvents(window: nil, properties: ["what", "by"]),
                "kept": Needs.OfEvents(window: nil, properties: ["what"]),
            ])
    }

    @Test func theRestIsNeededByItsName() throws {
        #expect(try needs("change(health, 30d) > 1 and plan == \"pro\"").history == ["health"])
        #expect(try needs("change(health, 30d) > 1 and plan == \"pro\"").attributes == ["health", "plan"])
        #expect(try needs("contacts(where role == \"owner\")").contacts == ["role", "status"])
        #expect(try needs("at_risk(price)").risks == ["win-back"])
        #expect(try needs("at_risk()").risks == ["win-back", "teach"])
        #expect(try needs("stuck()").attributes == ["stage", "stage_since", Block.journey])
        let needs = try needs("touched(7d) and not enrolled(a)", "clicked(email_1)")
        #expect(needs.touches && needs.enrollments && needs.steps)
    }

    @Test func aUnionHoldsBoth() throws {
        var union = try needs("sum(logins, 7d) > 1 and count(invoice, 3d) > 1")
        union.formUnion(try needs("sum(logins, 3d) > 1 and contacts() > 1 and happened(invoice)"))
        let expected = try needs("sum(logins, 7d) > 1 and contacts() > 1 and happened(invoice)")
        #expect(union == expected)
    }

    @Test(arguments: [
        ("count(invoice, 14d) >= 1", false), ("happened(invoice) and vip", false), ("since(invoice) > 10d", false),
        ("happened(invoice) or happened(kept)", true), ("not happened(invoice)", true),
        ("count(invoice) == 0 or vip", true), ("vip and happened(invoice)", false), ("first(invoice) is missing", true),
        ("count(invoice) + count(kept) > 0", true), ("latest(invoice.amount) > 1", true),
        ("since(invoice) + 1d + 2d > 3d", false), ("vip and seats > 1 and (vip or seats > 1) and ever(invoice)", false),
    ])
    func aConditionSaysWhetherItCanHoldWithoutEvents(_ text: String, _ mayHold: Bool) throws {
        let term = try SmallWorld.term(text)
        #expect(term.mayHold(withoutEventsOf: "invoice") == mayHold)
        #expect(term.mayHold(withoutEventsOf: "promise"))
        #expect((term.necessaryEvents == nil) == mayHold)
    }

    @Test func necessaryEventsReachAsFarBackAsTheLongestWindow() throws {
        let term = try SmallWorld.term("count(invoice, 14d) > 1 and happened(invoice, 30d)")
        #expect(term.necessaryEvents == NecessaryEvents(kind: "invoice", window: .days(30)))
        #expect(try SmallWorld.term("happened(invoice) and happened(invoice, 1d)").necessaryEvents?.window == nil)
    }
}
