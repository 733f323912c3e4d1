import Playbooks
import Testing

@Suite struct JourneyReaderTests {
    private func complaints(_ text: String) -> [String] {
        // The sample's playbook asks for a stage of the sample's journey.
        SampleWorkspace.complaints("journeys/tech-touch.yaml", text).filter { $0.hasPrefix("journeys/") }
    }

    @Test func aGoodJourneyHasItsValues() throws {
        let (workspace, diagnostics) = WorkspaceReader.read(SampleWorkspace.files)
        #expect(diagnostics.isEmpty)
        let journey = try #require(workspace?.journeys.first)
        #expect(journey.name == "tech-touch")
        #expect(journey.audience?.term.text == "tech_touch")
        #expect(journey.isImported == false)
        #expect(journey.stages.map(\.name) == ["signed_up", "activated"])
        #expect(journey.stages.map { $0.enter?.text } == [nil, "happened(first_report)"])
        #expect(journey.stages.map(\.expected) == [nil, .days(14)])
    }

    @Test func journeysStandInTheOrderOfTheirFiles() {
        var files = SampleWorkspace.files
        files["journeys/a.yaml"] = "journey: zz\nstages: { one: {} }\n"
        files["journeys/z.yaml"] = "journey: aa\nsource: import\nstages: { one: {}, two: { expect: 3d } }\n"
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(diagnostics.isEmpty)
        #expect(workspace?.journeys.map(\.name) == ["zz", "tech-touch", "aa"])
        #expect(workspace?.journeys.map(\.isImported) == [false, false, true])
    }

    @Test func everyMistakeIsToldWithItsPlace() {
        let text = """
            journey: x
            for: tech_tuch
            sourse: import
            stages:
              first:
                enter: happened(first_report)
              second: {}
              third:
                enter: mrr + 1
                expect: soon
            """
        #expect(
            complaints(text) == [
                "journeys/tech-touch.yaml:2:6: error: unknown name \"tech_tuch\"; did you mean \"tech_touch\"?",
                "journeys/tech-touch.yaml:3:1: error: unknown key \"sourse\"; did you mean \"source\"?",
                "journeys/tech-touch.yaml:6:12: error: every account of the journey begins in its first stage; leave out \"enter\"",
                "journeys/tech-touch.yaml:7:3: error: \"enter\" is missing: what brings an account into \"second\"?",
                "journeys/tech-touch.yaml:9:12: error: \"mrr + 1\" is money; a condition is true or false, so compare it with something",
                "journeys/tech-touch.yaml:10:13: error: \"expect\": expected a duration such as 30s, 90m, 36h, 14d or 2w, got \"soon\"",
            ])
    }

    @Test func aStageIsThereOnce() {
        let text = "journey: x\nstages:\n  one: {}\n  two: { enter: mrr > 1 }\n  two: { enter: mrr > 2 }\n"
        #expect(complaints(text).count == 1)
        #expect(complaints(text)[0].hasPrefix("journeys/tech-touch.yaml:5:3: error: "))
    }

    @Test func anImportedStageHasNoCondition() {
        let text = "journey: x\nsource: import\nstages:\n  one: {}\n  two:\n    enter: mrr > 1\n"
        #expect(
            complaints(text) == [
                "journeys/tech-touch.yaml:6:12: error: with \"source: import\" the stages come with the data; leave out \"enter\""
            ])
    }

    @Test func aStageThatNobodyCanBeInIsAWarning() {
        let text = "journey: x\nstages:\n  one: {}\n  two:\n    enter: mrr > 1\n  three:\n    enter: mrr  > 1\n"
        #expect(
            complaints(text) == [
                "journeys/tech-touch.yaml:4:3: warning: no account will ever be in \"two\": \"three\" has the same \"enter\""
            ])
    }

    @Test func twoJourneysHaveTwoNames() {
        #expect(
            SampleWorkspace.complaints("journeys/z.yaml", "journey: tech-touch\nstages: { one: {} }\n") == [
                "journeys/z.yaml:1:1: error: the journey \"tech-touch\" is also in journeys/tech-touch.yaml; names must differ"
            ])
    }

    @Test func conditionsKnowTheStagesOfAllJourneys() {
        let complaints = SampleWorkspace.complaints(
            "data.yaml", (SampleWorkspace.files["data.yaml"] ?? "") + "  stage_x: in_stage(activatd)\n")
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains("did you mean \"activated\"?") == true)
    }

    @Test func aTeamIsToldOverAWebhook() {
        let complaints = SampleWorkspace.complaints("data.yaml", replacing: "notify: slack", with: "notify: sendgrid")
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains("a team needs a webhook") == true)
    }

    @Test func aDigestHasAKnownReport() {
        let complaints = SampleWorkspace.complaints("keeptouch.yaml", replacing: "report: risk", with: "report: risks")
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains("unknown report \"risks\"") == true)
    }
}
