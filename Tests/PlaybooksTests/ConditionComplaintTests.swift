import Playbooks
import Testing

/// What people are told when a condition is wrong.
struct ConditionComplaintTests {
    @Test(arguments: [
        // Names.
        ("plann == \"pro\"", "unknown name \"plann\"; did you mean \"plan\"?"),
        ("tech_tuch", "unknown name \"tech_tuch\"; did you mean \"tech_touch\"?"),
        ("plan == pro", "nothing has the name \"pro\", and text stands in quotes; did you mean \"pro\"?"),
        ("plan == prp", "nothing has the name \"prp\", and text stands in quotes; did you mean \"pro\"?"),
        ("logins > 3", "\"logins\" is a metric; say which days are meant, such as sum(logins, 7d)"),
        ("invoice", "\"invoice\" is an event; ask happened(invoice), count(invoice, 30d) or since(invoice)"),
        ("role == \"owner\"", "\"role\" is an attribute of contacts; ask contacts(where ...)"),
        ("usage_drop", "\"usage_drop\" is a function and needs its brackets: usage_drop(...)"),
        ("summ(logins, 7d) > 1", "unknown function \"summ\"; did you mean \"sum\"?"),
        ("sum(login, 7d) > 1", "unknown metric \"login\"; did you mean \"logins\"?"),
        ("avg(invoice, 7d) > 1", "unknown metric \"invoice\"; it is an event"),
        ("happened(invoic)", "unknown event \"invoic\"; did you mean \"invoice\"?"),
        ("happened(logins)", "unknown event \"logins\"; it is a metric"),
        ("sum(invoice.amont, 7d) > 1", "unknown property \"amont\" of the event \"invoice\"; did you mean \"amount\"?"),
        ("latest(first_report.x) > 1", "unknown property \"x\" of the event \"first_report\"; the event has none"),
        (
            "count(invoice where seats > 1) > 1",
            "unknown property \"seats\" of the event \"invoice\"; it is an attribute of the account, and \"where\" looks at the event"
        ),
        ("contacts(where rol == \"x\") > 1", "unknown contact attribute \"rol\"; did you mean \"role\"?"),
        ("entry.bse > 1", "unknown signal \"bse\"; did you mean \"base\"?"),
        ("event.amont > 1", "unknown property \"amont\" of the event \"invoice\"; did you mean \"amount\"?"),
        ("in_stage(activate)", "unknown stage \"activate\"; did you mean \"activated\"?"),
        ("at_risk(prise)", "unknown reason \"prise\"; did you mean \"price\"?"),
        ("enrolled(welcom)", "unknown playbook \"welcom\"; did you mean \"welcome\"?"),
        ("change(helth, 7d) > 1", "unknown attribute \"helth\"; did you mean \"health\"?"),
        ("change(seats, 7d) > 1", "\"seats\" keeps no history; give it \"track: true\" in data.yaml"),
        ("change(timezone, 7d) > 1", "\"timezone\" keeps no history"),
        ("change(status, 7d) > 1", "\"status\" is text; \"change\" takes a number or money"),
        // Types.
        ("plan > 3", "\"plan\" is text and cannot be compared with a number"),
        ("3 < plan", "\"plan\" is text and cannot be compared with a number"),
        ("plan == seats", "\"plan\" is text and cannot be compared with \"seats\", which is a number"),
        ("created_at > 3", "\"created_at\" is a moment and cannot be compared with a number"),
        ("since(invoice) > 3", "\"since(invoice)\" is a duration and cannot be compared with a number"),
        ("plan == \"prp\"", "\"plan\" never has the value \"prp\"; did you mean \"pro\"?"),
        (
            "plan in [\"free\", \"gold\"]",
            "\"plan\" never has the value \"gold\"; it has \"free\", \"starter\", \"pro\""
        ),
        ("status == \"Active\"", "\"status\" never has the value \"Active\"; did you mean \"active\"?"),
        ("main_risk == \"prices\"", "\"main_risk\" never has the value \"prices\"; did you mean \"price\"?"),
        (
            "was(status, 7d) == \"chuned\"",
            "\"was(status, 7d)\" never has the value \"chuned\"; did you mean \"churned\"?"
        ),
        ("plan < \"pro\"", "\"plan\" is text, which compares only by == and !="),
        ("vip > true", "\"vip\" is true or false, which compares only by == and !="),
        ("seats", "\"seats\" is a number; a condition is true or false, so compare it with something"),
        ("not seats", "\"seats\" is a number; \"not\" joins conditions, so compare it with something"),
        ("vip and seats", "\"seats\" is a number; \"and\" joins conditions, so compare it with something"),
        ("plan + 1 > 2", "\"plan\" is text; \"1\", a number, cannot be added to it"),
        ("mrr * mrr > 2", "\"mrr\" is money; cannot be multiplied by \"mrr\", money"),
        ("renewal_at - 36h < 2026-03-01", "a date moves by whole days, such as 30d"),
        ("-plan == \"pro\"", "\"plan\" is text and has no sign"),
        ("days_since(seats) > 1", "\"seats\" is a number; \"days_since\" takes a date"),
        ("sum(invoice.plan, 7d) > 1", "\"plan\" is text and cannot be added up"),
        (
            "sum(invoice, 7d) > 1",
            "\"invoice\" is an event; say which property to add up, such as sum(invoice.amount, 30d)"
        ),
        // Windows.
        ("sum(logins, 36h) > 1", "metrics are daily, so their windows are whole days"),
        ("sum(logins, 0d) > 1", "a window is longer than nothing and at most 800d long"),
        ("sum(logins, 801d) > 1", "a window is longer than nothing and at most 800d long"),
        ("count(invoice, 900d) > 1", "a window is longer than nothing and at most 800d long"),
        ("drop(logins, 400d, 401d) > 1", "window and baseline together are at most 800d long"),
        (
            "usage_drop(logins, strcit)",
            "expected a window such as 14d, or strict, got \"strcit\"; did you mean \"strict\"?"
        ),
        ("usage_drop(logins, 7d, 28d, 3d)", "expected strict, or no comma, got a value"),
        ("usage_drop(logins, strict, 7d)", "expected \")\" after the arguments of \"usage_drop\", got \",\""),
        ("usage_drop(logins, 14d, 50d)", "the baseline of usage_drop is two weeks or more, and whole weeks"),
        ("sum(logins, 7) > 1", "expected a window such as 14d, got a value"),
        ("sum(logins) > 1", "expected \",\" after the metric, got \")\""),
        // Form.
        ("", "the condition is empty"),
        ("seats >", "expected a name or a value, got the end"),
        ("seats = 1", "write \"==\" to compare"),
        ("seats > 1 && vip", "write \"and\" instead of \"&&\""),
        ("!vip", "write \"not\" instead of \"!\""),
        ("vip AND vip", "expected an operator or the end, got \"AND\"; write \"and\""),
        (
            "1 < seats < 3",
            "expected an operator or the end, got \"<\"; comparisons do not chain, join them with \"and\""
        ),
        ("plan not in [\"pro\"]", "expected an operator or the end, got \"not\"; write not (x in [...])"),
        ("plan is not missing", "write \"is present\" instead of \"is not missing\""),
        ("plan in []", "the list is empty"),
        ("(vip", "expected \")\" after \"vip\", got the end"),
        ("plan == \"pro", "this text is not closed; put \" at its end"),
        ("enrolled(win-back)", "names with signs in them stand in backticks: `win-...`"),
        ("enrolled(\"welcome\")", "expected a playbook; names stand without quotes: welcome"),
        ("seats > 3x", "\"3x\" is neither a number nor a duration such as 36h, 14d or 2w"),
        ("renewal_at > 2026-02-30", "there is no date 2026-02-30"),
        ("plan == “pro”", "text stands in straight quotes: \"...\""),
        ("seats > 1 #", "\"#\" means nothing here"),
        (
            "count(invoice where count(invoice) > 1) > 1",
            "\"count\" cannot stand inside \"where\", which looks at one thing at a time"
        ),
        ("clicked(emial_1)", "unknown step \"emial_1\"; did you mean \"email_1\"?"),
        ("clicked(nudge)", "unknown step \"nudge\"; only a step that comes before can be asked about"),
        ("clicked(wait_for_1)", "\"wait_for_1\" is not a step that sends"),
        ("waited(email_1) == \"met\"", "\"email_1\" is not a step that waits for a condition"),
        ("open(first_report) > 0", "\"first_report\" is never closed; give it \"closed_by\" in data.yaml"),
    ])
    func theComplaintNamesWhatIsWrong(_ text: String, _ message: String) {
        let complaints = ConditionFixture.complaints(text)
        #expect(complaints.contains(message), "\(text): \(complaints)")
        #expect(complaints.count == 1)
    }

    @Test func allNamesAreComplainedAboutAtOnce() {
        #expect(ConditionFixture.complaints("seat > 1 and happened(invoic) and plan > 3").count == 3)
    }

    @Test func theComplaintHasLineAndColumn() throws {
        let text = "vip and\n  (seats > 1 or\n   plann == 1)"
        let (term, diagnostics) = ConditionParser(ConditionFixture.scope()).condition(ConditionFixture.source(text))
        #expect(term == nil)
        #expect(diagnostics.map(\.position) == [Position(file: "playbook.yaml", line: 12, column: 4)])
        let first = ConditionParser(ConditionFixture.scope()).condition(ConditionFixture.source("vip and seat > 1")).1
        #expect(first.map(\.position) == [Position(file: "playbook.yaml", line: 10, column: 15)])
    }

    @Test func entryAndEventNeedTheirPlaybook() {
        let scope = ConditionFixture.scope {
            $0.allowsEntry = false
            $0.triggeringEvent = nil
        }
        let parser = ConditionParser(scope)
        let entry = parser.condition(ConditionFixture.source("entry.base > 1")).1.first?.message
        #expect(entry == "\"entry.base\" is known only after the enrollment: in waits, choices, exits and goals")
        let event = parser.condition(ConditionFixture.source("event.amount > 1")).1.first?.message
        #expect(event == "\"event.amount\" is known only in a playbook that an event triggers (`on:`)")
    }

    @Test func unknownStagesAreTakenWhereNoneIsKnown() {
        let parser = ConditionParser(ConditionFixture.scope { $0.stages = [] })
        #expect(parser.condition(ConditionFixture.source("in_stage(anything)")).1.isEmpty)
        #expect(parser.condition(ConditionFixture.source("stage == \"anything\"")).1.isEmpty)
    }

    @Test func aTextIsAtMostSixtyFourKilobytes() {
        let long = String(repeating: " ", count: 65_536) + "vip"
        #expect(
            ConditionFixture.complaints(long) == ["the condition is longer than 64 KiB; name parts of it as segments"])
    }

    @Test(arguments: ["(", "not ", "-", "-(", "days_since(", "[", "count(invoice where ", "((((((((vip)"])
    func deepNestingIsRefusedAndNeverOverflowsTheStack(_ piece: String) {
        let text = String(String(repeating: piece, count: 8_192 / piece.utf8.count).prefix(8_192))
        #expect(!ConditionFixture.complaints(text).isEmpty)
    }

    @Test func whatNestsDeeplyIsTaken() {
        let deep = String(repeating: "not (vip and ", count: 30) + "vip" + String(repeating: ")", count: 30)
        #expect(ConditionFixture.complaints(deep) == [])
        let brackets = String(repeating: "(", count: 60) + "vip" + String(repeating: ")", count: 60)
        #expect(ConditionFixture.complaints(brackets) == [])
    }

    @Test(arguments: [("vip", " or "), ("seats > 1", " and "), ("vip", " and ")])
    func longChainsAreTaken(_ clause: String, _ sign: String) throws {
        for count in [500, 2_000] {
            let text = Array(repeating: clause, count: count).joined(separator: sign)
            let (term, diagnostics) = ConditionParser(ConditionFixture.scope()).condition(
                ConditionFixture.source(text))
            #expect(diagnostics.isEmpty)
            let chain = try #require(term)
            #expect(chain.text == text && chain == chain && chain.parts.count >= count)
            #expect(!chain.reads.attributes.isEmpty && !chain.asksAboutTouches)
        }
    }

    @Test func aSumOfTwoThousandIsTakenAndComparedWithItself() throws {
        let text = Array(repeating: "seats", count: 2_000).joined(separator: " + ")
        let source = ConditionFixture.source(text)
        let terms = (0...1).compactMap { _ in ConditionParser(ConditionFixture.scope()).signal(source).0 }
        #expect(terms.count == 2 && terms.first == terms.last && Set(terms).count == 1)
    }

    @Test func chainsOfMoreThanTwentyThousandTermsAreRefused() {
        let chain = Array(repeating: "1>2", count: 6_000).joined(separator: " or ")
        #expect(
            ConditionFixture.complaints(chain) == [
                "the condition is too large, with the segments and signals that it names"
            ])
    }

    @Test func namesThatMultiplyAreRefused() throws {
        var scope = ConditionFixture.scope()
        for level in 1...8 {
            let name = level == 1 ? "base" : "s\(level - 1)"
            let text = Array(repeating: name, count: 100).joined(separator: " + ")
            let (term, diagnostics) = ConditionParser(scope).signal(ConditionFixture.source(text))
            guard let term else {
                #expect(
                    diagnostics.map(\.message) == [
                        "the condition is too large, with the segments and signals that it names"
                    ])
                return
            }
            scope.signals.append(NamedTerm(name: "s\(level)", term: term, position: ConditionFixture.place))
        }
        Issue.record("a hundred to the eighth terms were taken")
    }

    @Test func garbageOfAnyKindGivesComplaintsAndNoCrash() {
        let pieces = [
            "plan", "seats", "==", "(", ")", "[", "]", ",", ".", "\"x\"", "`", "'", "40%", "14d", "2026-03-01", "and",
            "or",
            "not", "in", "is", "missing", "where", "count(", "sum(", "invoice", "logins", "entry", "event", "\n", "\\",
            "é", "🙂",
            "-", "1e9", "99999999999999999999999999999999999999", "999999999999d", "\u{0}", "drop(logins,", "contacts(",
        ]
        var random = SeededRandom(seed: 7)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined(separator: Bool.random(using: &random) ? " " : "")
            let (term, diagnostics) = ConditionParser(ConditionFixture.scope()).condition(ConditionFixture.source(text))
            #expect((term == nil) == !diagnostics.isEmpty)
        }
    }
}
