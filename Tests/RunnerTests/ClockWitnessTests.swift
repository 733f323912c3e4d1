import Playbooks
import Testing

@testable import Runner

/// When the answers of channels are believed more than the machine's clock.
@Suite struct ClockWitnessTests {
    /// Seconds that answers are ahead of the machine's clock, each with its host, and which of them is believed.
    @Test(
        arguments: [
            ("right answers", [("a", 0), ("b", -3), ("a", 590), ("a", -600)], nil),
            ("one or two answers prove nothing", [("a", 86_400), ("a", 86_400)], nil),
            ("three in a row that agree", [("a", 86_400), ("a", 86_459), ("a", 86_345)], 2),
            ("two hosts that agree", [("a", -2_592_000), ("b", -2_591_990)], 1),
            ("two hosts that differ", [("a", 86_400), ("b", 90_000), ("a", 86_400), ("b", 90_000)], nil),
            ("three that differ", [("a", 86_400), ("a", 86_500), ("a", 86_600)], nil),
            ("a right answer in between", [("a", 86_400), ("a", 86_400), ("b", 1), ("a", 86_400), ("a", 86_400)], nil),
            ("others that agree after one that did not", [("a", 7_200), ("b", 3_600), ("c", 3_610)], 2),
        ] as [(String, [(String, Int64)], Int?)])
    func answersAreBelieved(what: String, answers: [(String, Int64)], believed: Int?) {
        var witness = ClockWitness()
        let first = answers.firstIndex { host, seconds in witness.note(.seconds(seconds), from: host) != nil }
        #expect(first == believed, "\(what)")
    }

    @Test func whatIsBelievedNamesItsHosts() {
        var witness = ClockWitness()
        #expect(witness.note(.seconds(3_600), from: "b") == nil)
        #expect(
            witness.note(.seconds(3_610), from: "a")
                == ClockWitness.Testimony(difference: .seconds(3_610), hosts: ["a", "b"]))
    }

    @Test func aDifferenceThatAPersonHasAcceptedIsNoMatterAndAnotherOneIs() {
        var witness = ClockWitness(accepted: [.days(30), .hours(1)])
        for _ in 0..<5 {
            #expect(witness.note(.days(30), from: "a") == nil)
            #expect(witness.note(.seconds(3_900), from: "b") == nil)
        }
        #expect((0..<9).compactMap { _ in witness.note(.days(29), from: "a") }.count == 1)
    }

    @Test func theClocksReadTheWitnessAgainAsTheyWereWritten() throws {
        var reading = ClockReading(wall: noon(20_000), sinceBoot: .hours(3), boot: "boot")
        #expect(ClockReading(text: reading.text) == reading)
        reading.witness = "mail.example.com and push.example.com"
        #expect(ClockReading(text: reading.text) == reading)
        let wrong = ClockReading(wall: noon(20_030, hours: 1), sinceBoot: .hours(4), boot: "boot")
        #expect(
            reading.doubt(of: wrong)
                == "clock: the machine's clock is 2592000 s ahead of the answers of mail.example.com and push.example.com, "
                + "at 2024-11-03T13:00:00Z; see that it is right")
        #expect(
            reading.doubt(of: ClockReading(wall: noon(20_000, hours: 1), sinceBoot: .hours(4), boot: "boot")) == nil)
    }
}
