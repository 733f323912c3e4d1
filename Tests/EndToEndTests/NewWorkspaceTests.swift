import Foundation
import Testing

/// `init`, and the clock of a simulation.
@Suite struct NewWorkspaceTests {
    private static let export = """
        Account ID,Company,Signed up,Plan,Monthly price,Seats,Email
        c-1,Blue Bakery,03/21/2025,pro,$99.00,4,ann@blue.example
        c-2,Old Mill,11/02/2024,starter,$29.00,1,bo@mill.example
        c-3,Red Labs,07/30/2025,starter,$29.00,2,
        c-4,Iron Gym,01/14/2026,free,$0.00,1,di@iron.example

        """

    @Test func aNewWorkspaceIsInOrderAndKnowsTheLibrary() throws {
        let scratch = try Scratch()
        let made = try scratch.keeptouch("init", "mine")
        #expect(made.code == 0, "\(made)")
        #expect(made.complaints.hasPrefix("next: cd mine; keeptouch check"), "\(made)")
        let check = try scratch.keeptouch("check", "--workspace", "mine")
        #expect(check.code == 0, "\(check)")
        #expect(check.output == "18 playbooks (0 live), 3 channels: 0 errors, 0 warnings\n", "\(check)")
        let plan = try scratch.keeptouch("plan", "-w", "mine")
        #expect(plan.code == 0 && plan.output.contains("No playbook is live."), "\(plan)")

        let again = try scratch.keeptouch("init", "mine")
        #expect(again.code == 0, "\(again)")
        let over = try scratch.keeptouch("init", "mine", "--from", "x.csv")
        #expect(over.code == 1 && over.complaints.contains("mine holds a workspace already"), "\(over)")
    }

    @Test func theFolderMayStandBehindTheFiles() throws {
        let scratch = try Scratch()
        try scratch.write("export.csv", Self.export)
        try scratch.write("more.csv", Self.export)
        let made = try scratch.keeptouch("init", "--from", "export.csv", "more.csv", "mine")
        #expect(made.code == 0 && made.output.hasPrefix("mine is a workspace"), "\(made)")
        let misspelled = try scratch.keeptouch("init", "--from", "export.csv", "mor.csv")
        #expect(misspelled.code != 0 && misspelled.complaints.contains("mor.csv"), "\(misspelled)")
        let bare = try scratch.keeptouch("init")
        #expect(bare.code != 0 && bare.complaints.contains("keeptouch init DIR"), "\(bare)")
    }

    @Test func anExportGivesADataMapThatReadsIt() throws {
        let scratch = try Scratch()
        try scratch.write("export.csv", Self.export)
        let made = try scratch.keeptouch("init", "mine", "--from", "export.csv")
        #expect(made.code == 0, "\(made)")
        #expect(try scratch.keeptouch("check", "-w", "mine").code == 0)
        let outcome = try scratch.keeptouch("import", "accounts", "export.csv", "-w", "mine")
        #expect(outcome.code == 0, "\(outcome) \((try? scratch.text("mine/data.yaml")) ?? "")")
        #expect(outcome.output.hasPrefix("export.csv: 4 accounts read, 4 new"), "\(outcome)")
        let missing = try scratch.keeptouch("init", "other", "--from", "nowhere.csv")
        #expect(missing.code == 1 && missing.complaints.contains("nowhere.csv: cannot be opened"), "\(missing)")
        #expect(!FileManager.default.fileExists(atPath: scratch.folder.appendingPathComponent("other").path))
    }

    @Test func onlyASimulationRunsAtAnotherMoment() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(1)
        for moment in ["2020-01-01", "2100-01-01T10:00Z"] {
            let outcome = try scratch.keeptouch("run", "--now", moment)
            #expect(outcome.code == 1, "\(outcome)")
            #expect(outcome.complaints.hasPrefix("keeptouch: error: run --now works on simulations only"), "\(outcome)")
        }
        #expect(try scratch.number("SELECT count(*) FROM enrollment") == 0)
        // To read at another moment is no harm.
        #expect(try scratch.keeptouch("plan", "--now", "2100-01-01").code == 0)
    }

    @Test func theClockOfASimulationNeverRunsBackwards() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        #expect(try scratch.keeptouch("init", ".", "--simulation").output.contains("(a simulation)"))
        try scratch.write("accounts.csv", "key,name,seats,contact_email\na1,A,3,a@a1.example\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2030-05-01").code == 0)
        let first = try scratch.keeptouch("run", "--now", "2030-05-01T10:00Z")
        #expect(first.code == 0, "\(first)")
        let back = try scratch.keeptouch("run", "--now", "2030-05-01T09:59Z")
        #expect(back.code == 1, "\(back)")
        #expect(back.complaints.hasPrefix("keeptouch: error: the clock would run backwards"), "\(back)")
        // Without --now it stands still.
        let still = try scratch.keeptouch("run")
        #expect(still.code == 0 && still.output.hasPrefix("Cycle at 2030-05-01T10:00:00Z"), "\(still)")
        #expect(still.complaints.contains("keeptouch run --now LATER"), "\(still)")
        #expect(try endpoint.stop().count == 1)
    }

    @Test func aDatabaseWithRealCyclesDoesNotBecomeASimulation() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(1)
        #expect(try scratch.keeptouch("run").code == 0)
        let outcome = try scratch.keeptouch("init", ".", "--simulation")
        #expect(outcome.code == 1 && outcome.complaints.contains("has real cycles"), "\(outcome)")
        _ = try endpoint.stop()
    }

    @Test func aSampleIsReadyToBePlannedAtOnce() throws {
        let scratch = try Scratch()
        #expect(try scratch.keeptouch("sample", "acme", "--accounts", "60", "--seed", "3").code == 0)
        let folder = scratch.folder.appendingPathComponent("acme")
        for kind in ["accounts", "contacts", "metrics"] {
            #expect(try Program.run(["import", kind, "data/\(kind).csv"], in: folder).code == 0)
        }
        #expect(try Program.run(["import", "events", "data/events.csv", "--history"], in: folder).code == 0)
        let plan = try Program.run(["plan"], in: folder)
        #expect(plan.output.hasPrefix("Plan at 2026-03-31T11:00:00Z"), "\(plan)")
        #expect(!plan.output.contains("the last complete day"), "\(plan.output)")
        let again = try scratch.keeptouch("sample", "acme")
        #expect(again.code == 1 && again.complaints.contains("holds a workspace already"), "\(again)")
    }
}
