import Decisions
import Playbooks
import Testing

/// Operators over columns of an account each: three-valued, and without traps.
@Suite struct EvaluatorLogicTests {
    private static let truths: [(text: String, value: Bool?)] = [
        ("1 == 1", true), ("1 == 2", false), ("seats == 1", nil),
    ]

    @Test func missingIsNeitherTrueNorFalse() throws {
        func value(_ text: String) throws -> Bool? {
            if case .boolean(let isTrue)? = try SmallWorld.values(text, SmallWorld.block()).first {
                isTrue
            } else {
                nil
            }
        }
        for (left, one) in Self.truths {
            #expect(try value("not \(left)") == one.map { !$0 })
            #expect(try value("(\(left)) is missing") == (one == nil))
            for (right, other) in Self.truths {
                let and = one == false || other == false ? false : one == nil || other == nil ? nil : true
                let or = one == true || other == true ? true : one == nil || other == nil ? nil : false
                #expect(try value("\(left) and \(right)") == and)
                #expect(try value("\(left) or \(right)") == or)
            }
        }
    }

    @Test(arguments: [
        ("seats / 0", Value.missing), ("seats / limit", .missing), ("limit / seats", .number(0)),
        ("seats / 0 == 1", .missing), ("seats / 0 is missing", .boolean(true)), ("not (seats / 0 > 1)", .missing),
        ("since(invoice) / 0", .missing), ("1d / (1d - 1d)", .missing), ("seats in [1, 4]", .boolean(true)),
        ("seats in [1, 2]", .boolean(false)), ("seats in [1, health]", .missing),
        ("seats in [health, 4]", .boolean(true)),
        ("plan == \"pro\"", .missing), ("plan is missing", .boolean(true)), ("1 - seats * 2 + 3", .number(-4)),
        ("-(seats - 6) / 4", .number(0.5)), ("seats > 40%", .boolean(true)), ("2 * 1h + 30m", .duration(.minutes(150))),
        ("renewal_at - 2026-03-01", .duration(.days(31))), ("renewal_at - 30d", .date(Day(number: 20_514))),
        ("days_until(renewal_at)", .number(12)), ("vip == (seats > 2)", .boolean(true)),
    ])
    func operatorsGiveWhatTheySay(_ text: String, _ expected: Value) throws {
        var block = SmallWorld.block()
        block.attributes["seats"] = .numbers([4])
        block.attributes["limit"] = .numbers([0])
        block.attributes["renewal_at"] = .numbers([20_544])
        block.attributes["vip"] = .numbers([1])
        #expect(try SmallWorld.values(text, block) == [expected])
    }

    @Test(arguments: [
        "created_at + 36500d * seats", "renewal_at + 14d", "anniversary(renewal_at)", "seats * seats",
        "since(invoice) * seats", "days_since(created_at)", "created_at - stage_since", "created_at < 2026-03-01",
        "renewal_at == created_at", "anniversary(created_at)", "(created_at - stage_since) / 1d", "seats - seats",
        "days_until(renewal_at) > 1", "time_in_stage()", "-(since(invoice) * seats)", "change(health, 30d)",
        "sum(logins, 7d)", "avg(logins, 7d)", "drop(logins, 7d, 7d)",
        "usage_drop(logins)",
    ])
    func infinitiesAndWhatIsBeyondTheCalendarNeverTrap(_ text: String) throws {
        for extreme: Double in [
            Double.infinity, -Double.infinity, 1e308, -1e308, 9.3e18, -9.3e18, 9_223_372_036_854_775_808,
        ] {
            var block = SmallWorld.block()
            for name in ["seats", "renewal_at", "created_at", "stage_since", "churned_at", "health"] {
                block.attributes[name] = .numbers([extreme])
            }
            _ = try SmallWorld.values(text, block)
        }
    }

    @Test func whatHasAnotherTypeThanDeclaredIsMissingOrItsText() throws {
        var block = SmallWorld.block()
        block.attributes["seats"] = .texts(["many"])
        block.attributes["plan"] = .numbers([2.5])
        #expect(try SmallWorld.values("seats > 1", block) == [.missing])
        #expect(try SmallWorld.values("seats is missing", block) == [.boolean(true)])
        #expect(try SmallWorld.values("plan == \"2.5\"", block) == [.boolean(true)])
    }

    @Test(arguments: [500, 2_000], ["and", "or"])
    func longChainsOfClausesAreAnsweredAndExplained(_ count: Int, _ sign: String) throws {
        var block = SmallWorld.block(3)
        block.attributes["seats"] = .numbers([5, 1, .nan])
        let clauses = (0..<count).map { $0 % 2 == 0 ? "seats > 2" : "seats < 9" }
        let text = clauses.joined(separator: " \(sign) ")
        let missing: Value = .missing
        #expect(
            try SmallWorld.values(text, block)
                == [.boolean(true), .boolean(sign == "or"), missing])
        let term = try SmallWorld.term(text)
        let explanation = Evaluator(SmallWorld.context, block).explanation(of: term, for: Subject(account: 0))
        #expect(explanation.children.count == count && explanation.lines.count == count + 1)
    }

    @Test(arguments: [500, 2_000]) func longSumsAreAnsweredAndExplained(_ count: Int) throws {
        var block = SmallWorld.block(2)
        block.attributes["seats"] = .numbers([1, .nan])
        let text = [String](repeating: "seats", count: count).joined(separator: " + ") + " - 1 >= \(count - 1)"
        #expect(try SmallWorld.values(text, block) == [.boolean(true), .missing])
        let term = try SmallWorld.term(text)
        let explanation = Evaluator(SmallWorld.context, block).explanation(of: term, for: Subject(account: 0))
        #expect(explanation.verdict == "met" && explanation.lines.count > count)
        #expect(Needs(of: [term], in: SmallWorld.dataMap).attributes == ["seats"])
        #expect(term.mayHold(withoutEventsOf: "invoice"))
    }

    @Test func theOrderOfClausesDoesNotMatter() throws {
        var block = SmallWorld.block(4)
        block.attributes["seats"] = .numbers([1, 5, .nan, 5])
        block.attributes["vip"] = .numbers([1, 0, 0, .nan])
        let clauses = ["seats > 2", "vip", "happened(invoice)", "sum(logins, 7d) > 0"]
        for sign in [" and ", " or "] {
            let one = try SmallWorld.values(clauses.joined(separator: sign), block)
            #expect(try SmallWorld.values(clauses.reversed().joined(separator: sign), block) == one)
        }
    }
}
