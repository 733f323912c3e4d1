import Decisions
import Playbooks
import Testing

/// Contacts, commitments, journeys, risks, and what playbooks did.
@Suite struct EvaluatorFactsTests {
    private let day: Int64 = 86_400_000
    private var now: Int64 { SmallWorld.now.milliseconds }

    @Test func onlyActiveContactsCountUnlessTheStatusIsAskedFor() throws {
        var block = SmallWorld.block(2)
        var contacts = Block.Contacts(starts: [0, 3, 3])
        contacts.ids = [1, 2, 3]
        contacts.columns = [
            "status": .texts(["active", "left", "active"]), "role": .texts(["owner", "owner", nil]),
        ]
        block.contacts = contacts
        #expect(try SmallWorld.values("contacts()", block) == [.number(2), .number(0)])
        #expect(try SmallWorld.values("contacts(where role == \"owner\")", block) == [.number(1), .number(0)])
        #expect(try SmallWorld.values("contacts(where status == \"left\")", block) == [.number(1), .number(0)])
    }

    @Test func aClosingEventClosesTheOldestOfItsKind() throws {
        var block = SmallWorld.block(2)
        var promises = Block.Events(starts: [0, 3, 4])
        promises.ids = [1, 2, 3, 4]
        promises.at = [1, 2, 3, 1]
        promises.properties = ["what": .texts(["a", "b", "a", nil]), "by": .numbers([1, 1, .nan, 1e9])]
        var kept = Block.Events(starts: [0, 1, 3])
        kept.ids = [5, 6, 7]
        kept.at = [4, 0, now + 1]
        kept.properties = ["what": .texts(["a", nil, nil])]
        block.events = ["promise": promises, "kept": kept]
        #expect(try SmallWorld.values("open(promise)", block) == [.number(2), .number(1)])
        #expect(try SmallWorld.values("overdue(promise)", block) == [.number(1), .number(0)])
    }

    @Test func stuckIsLongerThanExpectedWhereSomethingIsExpected() throws {
        var block = SmallWorld.block(4)
        block.attributes["stage"] = .texts(["setup", "setup", nil, "other"])
        block.attributes["stage_since"] = .numbers([20, 3, 20, 20].map { Double(now - $0 * day) })
        block.attributes[Block.journey] = .texts(["start", "start", "start", nil])
        var context = SmallWorld.context
        #expect(try SmallWorld.values("stuck()", block, context) == [.missing, .missing, .missing, .missing])
        var figures = StageFigures(expected: .days(14))
        context.stages = [StageKey("start", "setup"): figures]
        #expect(
            try SmallWorld.values("stuck()", block, context) == [.boolean(true), .boolean(false), .missing, .missing])
        #expect(
            try SmallWorld.values("weak_point()", block, context)
                == [.boolean(false), .boolean(false), .boolean(false), .missing])
        figures.isWeakAgainstPast = true
        context.stages = [StageKey("start", "setup"): figures]
        #expect(
            try SmallWorld.values("weak_point()", block, context)
                == [.boolean(true), .boolean(false), .boolean(false), .missing])
        #expect(
            try SmallWorld.values("in_stage(setup)", block, context)
                == [.boolean(true), .boolean(true), .missing, .boolean(false)])
    }

    @Test func anAccountIsAtRiskWhileAPlaybookOfTheReasonStands() throws {
        var block = SmallWorld.block(2)
        block.risks = ["win-back": [true, false], "teach": [false, false]]
        #expect(try SmallWorld.values("at_risk()", block) == [.boolean(true), .boolean(false)])
        #expect(try SmallWorld.values("at_risk(price)", block) == [.boolean(true), .boolean(false)])
        #expect(try SmallWorld.values("at_risk(value)", block) == [.boolean(false), .boolean(false)])
    }

    @Test func touchesAndEnrollmentsCountInTheirWindows() throws {
        var block = SmallWorld.block(2)
        block.touches.starts = [0, 0, 1]
        block.touches.elements = [Block.PlaybookMoment(playbook: "a", at: Instant(milliseconds: now - 5 * day))]
        block.enrollments = block.touches
        #expect(try SmallWorld.values("touched(7d)", block) == [.boolean(false), .boolean(true)])
        #expect(try SmallWorld.values("touched(3d)", block) == [.boolean(false), .boolean(false)])
        #expect(try SmallWorld.values("touched(b, 7d)", block) == [.boolean(false), .boolean(false)])
        #expect(try SmallWorld.values("enrolled(a)", block) == [.boolean(false), .boolean(true)])
        let subject = Subject(account: 1, since: Instant(milliseconds: now - 4 * day))
        #expect(try SmallWorld.value("touched(7d)", block, subject) == .boolean(false))
        #expect(try SmallWorld.value("enrolled(a)", block, subject) == .boolean(false))
    }

    @Test func aClickIsAnOpeningAndADelivery() throws {
        let block = SmallWorld.block()
        var steps = StepFacts()
        steps.touches = [
            StepFacts.Touch(
                step: "email_1", state: .sent, settledAt: SmallWorld.now - .days(1),
                outcomes: ["clicked": SmallWorld.now])
        ]
        steps.passages["wait_1"] = StepFacts.Passage(result: .met, at: SmallWorld.now)
        var subject = Subject(account: 0, since: SmallWorld.now - .days(2), steps: steps)
        for function in ["sent", "delivered", "opened", "clicked"] {
            #expect(try SmallWorld.value("\(function)(email_1)", block, subject) == .boolean(true))
        }
        #expect(try SmallWorld.value("replied(email_1)", block, subject) == .boolean(false))
        // Who replies has got the message and has read it, and may have clicked nothing.
        subject.steps?.touches[0].outcomes = ["replied": SmallWorld.now]
        for (function, holds) in [("delivered", true), ("opened", true), ("clicked", false), ("replied", true)] {
            #expect(try SmallWorld.value("\(function)(email_1)", block, subject) == .boolean(holds), "\(function)")
        }
        subject.steps?.touches[0].outcomes = ["replied": SmallWorld.now + .minutes(1)]
        #expect(try SmallWorld.value("replied(email_1)", block, subject) == .boolean(false))
        #expect(try SmallWorld.value("waited(wait_1) == \"met\"", block, subject) == .boolean(true))
        subject.steps = StepFacts()
        #expect(try SmallWorld.value("clicked(email_1)", block, subject) == .boolean(false))
        #expect(try SmallWorld.value("waited(wait_1)", block, subject) == .missing)
        subject.steps = nil
        #expect(try SmallWorld.value("clicked(email_1)", block, subject) == .missing)
    }
}
