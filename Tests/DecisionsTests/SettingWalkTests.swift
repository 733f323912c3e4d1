import Decisions
import Playbooks
import Testing

/// A step that writes, as it is walked.
@Suite struct SettingWalkTests {
    private static let noon = Instant(milliseconds: 20_000 * 86_400_000 + 43_200_000)
    private static let settings = [
        Step.Setting(
            Attribute("seats", .number), .term(Term(.attribute(Attribute("seats", .number)), .number, text: "seats")))
    ]

    private func next(_ arm: Arm, isFresh: Bool = true) -> Action {
        let enrollment = Enrollment(
            playbookID: 1, versionID: 1, matchKey: "", experimentID: 1, arm: arm, enteredAt: Self.noon)
        let step = Step(id: "set_1", action: .set(Self.settings), position: Position(file: "playbook.yaml"))
        let questions = StepQuestions(isFresh: { _ in isFresh }, value: { _, _ in .missing }, localZone: { .utc })
        return Walk(now: Self.noon, zone: .utc).next(enrollment, in: [step], isSkipping: true) { questions }
    }

    @Test func whoIsTreatedIsWrittenToAndHoldoutsWalkOn() {
        #expect(next(.treated) == .set(Self.settings, at: Self.noon))
        for arm in [Arm.holdout, .globalHoldout] {
            #expect(next(arm) == .move(to: 1, at: Self.noon, passage: nil, skips: nil))
        }
    }

    @Test func lateDataAreWaitedFor() {
        #expect(next(.treated, isFresh: false) == .stay)
    }
}
