import Foundation
import Playbooks
import Reliability
import Runner
import Testing

/// Files that are cut off or damaged while `serve` runs.
@Suite struct CorruptPlaybookTests {
    private static let path = "playbooks/one/playbook.yaml"
    private static let good = """
        playbook: one
        title: Teach accounts whose usage fell
        state: live
        audience: everyone_active
        category: education
        signals:
          base: avg(logins, 56d)
        when: drop(logins, 14d, 56d) > 40% and plan == "free"
        reentry: after 90d
        holdout: 10%
        variants: { lessons: 1, checklist: 1 }
        to: [owner, billing]
        steps:
          - email: { lessons: hello.md, checklist: hello.md }
          - wait_for: sum(logins, 3d) > 0
            at_most: 4d
          - choose:
              - if: clicked(email_1)
                then:
                  - wait: 7d
              - else:
                  - in_app: hello.md
        goal:
          when: avg(logins, 7d) >= 0.8 * entry.base
          within: 21d

        """

    private func files(_ text: String) -> CheckedFiles {
        CheckedFiles(texts: [
            "keeptouch.yaml": TestWorkspace.configuration, "data.yaml": TestWorkspace.dataMap,
            "channels/mail.yaml": TestWorkspace.channel("mail", "email"),
            "channels/app.yaml": TestWorkspace.channel("app", "in_app"), Self.path: text,
            "playbooks/one/hello.md": "---\nsubject: One\n---\nHello.\n",
            "playbooks/two/playbook.yaml": TestWorkspace.playbook("two"),
            "playbooks/two/hello.md": "---\nsubject: Two\n---\nHello.\n",
        ])
    }

    /// What is wrong with the edition that follows a change of the file.
    private func flaw(after text: String, first: Edition) -> String? {
        let next = first.followed(by: files(text))
        guard next.workspace.playbooks.contains(where: { $0.name == "two" && $0.state == .live }) else {
            return "the other playbook is gone"
        }
        let lines = text.utf8.count { $0 == 10 || $0 == 13 } + 1
        for complaint in next.complaints where complaint.position.file == Self.path {
            guard (1...lines + 1).contains(complaint.position.line), !complaint.message.isEmpty else {
                return "a complaint without its place: \(complaint)"
            }
        }
        if next.complaints.isEmpty {
            return next.files.texts[Self.path] == text ? nil : "a good edit is not taken up"
        }
        guard next.files.texts[Self.path] == Self.good,
            next.workspace.playbooks.contains(where: { $0.name == "one" && $0.state == .live })
        else { return "the old version does not go on" }
        return nil
    }

    @Test func theOldVersionGoesOnWhateverBecomesOfTheFile() throws {
        let first = try #require(Edition(files(Self.good)))
        #expect(first.complaints.isEmpty, "\(first.complaints)")
        let words = ["when: ", "steps:\n", "  - email: x.md\n", "holdout: ", "{{", "state: draft\n", "playbook: two\n"]
        let findings = Fuzzer([Self.good], words: words, inputs: Rounds.count(350, long: 20_000)).run { bytes in
            flaw(after: String(decoding: bytes, as: UTF8.self), first: first)
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, "damaged: \(findings.figures)")
    }

    @Test func theOldVersionGoesOnWhereverTheFileIsCutOff() throws {
        let first = try #require(Edition(files(Self.good)))
        var cuts = 0
        for length in stride(from: 0, to: Self.good.utf8.count, by: 5) {
            let text = String(decoding: Self.good.utf8.prefix(length), as: UTF8.self)
            if let flaw = flaw(after: text, first: first) { Issue.record("cut at \(length): \(flaw)") }
            cuts += 1
        }
        Rounds.tell(cuts, "cut off")
    }
}
