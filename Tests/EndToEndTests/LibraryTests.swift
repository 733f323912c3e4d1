import Foundation
import Testing

/// The playbooks of the library, as a new workspace gets them.
@Suite struct LibraryTests {
    @Test func everyPlaybookOfTheLibraryPassesItsTests() throws {
        let scratch = try Scratch()
        #expect(try scratch.keeptouch("init", "mine").code == 0)
        let outcome = try scratch.keeptouch("test", "--workspace", "mine")
        #expect(outcome.code == 0, "\(outcome.output)")
        #expect(outcome.output.contains(" of 18 playbooks: "), "\(outcome.output)")
        #expect(outcome.output.hasSuffix(" passed, 0 failed\n"), "\(outcome.output)")
        #expect(!outcome.complaints.contains("without tests"), "\(outcome.complaints)")
    }

    @Test func everyDraftOfTheLibraryCanBePlannedOnSimulatedData() throws {
        let scratch = try Scratch()
        #expect(try scratch.keeptouch("sample", "acme", "--accounts", "1500", "--seed", "2").code == 0)
        let folder = scratch.folder.appendingPathComponent("acme")
        for (kind, flags) in [("accounts", []), ("contacts", []), ("metrics", []), ("events", ["--history"])] {
            let outcome = try Program.run(["import", kind, "data/\(kind).csv"] + flags, in: folder)
            #expect(outcome.code == 0 && outcome.complaints.isEmpty, "\(kind): \(outcome)")
        }
        let names = try FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("playbooks").path)
        let report = try Report(Program.run(["plan", "--format", "json"] + names, in: folder))
        let matched = report.playbooks.filter { $0.value.matched > 0 }.keys
        // Those that look at what accounts are find some; events and the first of the month come later.
        let expected = [
            "first-value", "gone-quiet", "one-user", "overdue-commitment", "pending-cancellation", "renewal-ahead",
            "stalled-onboarding", "support-pain", "untried-feature", "win-back-usage",
        ]
        #expect(Set(expected).subtracting(matched) == [], "\(report.playbooks.mapValues(\.matched))")
        // No goal and no exit holds already; the tip only says when it comes round, others for whom somebody stands in.
        let warned = report.playbooks.filter { $0.value.warnings.contains { !$0.hasSuffix("contact stands in") } }
        #expect(warned.keys.sorted() == ["monthly-tip"])
    }
}
