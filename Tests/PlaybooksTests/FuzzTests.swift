import Foundation
import Playbooks
import Reliability
import Testing

/// Whatever people write, it is read or complained about at its place, and soon.
@Suite struct FuzzTests {
    /// The YAML files of the library and the samples.
    private static let files: [String: String] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
            .standardizedFileURL
        var files: [String: String] = [:]
        for folder in ["playbooks", "samples/acme"] {
            let base = root.appendingPathComponent(folder)
            for case let path as String in FileManager.default.enumerator(atPath: base.path) ?? .init() {
                guard path.hasSuffix(".yaml") || path.hasSuffix(".md"), !path.contains("/data/") else { continue }
                files["\(folder)/\(path)"] = try? String(
                    contentsOf: base.appendingPathComponent(path), encoding: .utf8)
            }
        }
        return files
    }()

    private static func texts(_ ending: String) -> [String] {
        files.sorted { $0.key < $1.key }.filter { $0.key.hasSuffix(ending) && $0.value.utf8.count < 6_000 }.map(\.value)
    }

    /// What is wrong with complaints about a text of so many lines.
    private func flaw(in diagnostics: [Diagnostic], lines: Int) -> String? {
        for diagnostic in diagnostics {
            let position = diagnostic.position
            if position.line < 1 || position.column < 1 || position.line > lines + 1 {
                return "a complaint at \(position): \(diagnostic.message)"
            }
            if diagnostic.message.isEmpty { return "a complaint without words at \(position)" }
            if "\(diagnostic)".unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" && $0 != "\t" }) {
                return "control characters in \(diagnostic)"
            }
        }
        return nil
    }

    private func lines(_ bytes: [UInt8]) -> Int { bytes.count { $0 == 10 || $0 == 13 } + 1 }

    @Test func brokenYAMLIsReadOrComplainedAboutAtItsPlace() {
        let findings = Fuzzer(Self.texts(".yaml"), words: ["<<: ", "&a ", "*a", "!!binary ", "--- ", "...", "? "]).run {
            bytes in
            let (root, diagnostics) = YAMLFile.read(String(decoding: bytes, as: UTF8.self), file: "a.yaml")
            if root == nil, diagnostics.isEmpty { return "nothing was read, and nothing was said" }
            // Unicode's own line ends count as lines, too.
            return flaw(in: diagnostics, lines: lines(bytes) + bytes.count { $0 == 0x85 || $0 == 0xa8 || $0 == 0xa9 })
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }

    @Test(arguments: ["keeptouch.yaml", "data.yaml", "channels/", "playbook.yaml", ".md"])
    func aWorkspaceWithABrokenFileIsReadOrComplainedAbout(file: String) throws {
        let root = "samples/acme/"
        let sample = Dictionary(
            uniqueKeysWithValues: Self.files.filter { $0.key.hasPrefix(root) }.map {
                (String($0.key.dropFirst(root.count)), $0.value)
            })
        let path = try #require(sample.keys.sorted().first { $0.contains(file) })
        var small = sample.filter { !$0.key.hasPrefix("playbooks/") }
        let folder = try #require(sample.keys.sorted().first { $0.hasPrefix("playbooks/") })
            .split(separator: "/").prefix(2).joined(separator: "/")
        for (other, text) in sample where other.hasPrefix(folder) || other.hasPrefix(path.prefix { $0 != "." }) {
            small[other] = text
        }
        let corpus = sample.filter { $0.key.contains(file) }.sorted { $0.key < $1.key }.map(\.value).prefix(8)
        let words = [
            "when: ", "on: ", "at: ", "steps:\n", "  - email: x.md\n", "wait: 3d", "{{#if", "reentry: ", "holdout: ",
            "type: ", "env:X", "status: 200-", "channel: ", "kind: ", "playbook: ", "state: live\n",
        ]
        let findings = Fuzzer(
            Array(corpus), words: words, seconds: Rounds.seconds(0.4, long: 10),
            test: "aWorkspaceWithABrokenFile-\(file.filter(\.isLetter))"
        ).run { bytes in
            var texts = small
            texts[path] = String(decoding: bytes, as: UTF8.self)
            let (workspace, diagnostics) = WorkspaceReader.read(texts)
            if workspace == nil, !diagnostics.contains(where: { $0.severity == .error }) {
                return "nothing was read, and nothing was said"
            }
            let own = diagnostics.filter { $0.position.file == path }
            return flaw(in: own, lines: lines(bytes) + bytes.count { $0 == 0x85 || $0 == 0xa8 || $0 == 0xa9 })
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, "\(file): \(findings.figures)")
    }

    @Test func aBrokenConditionIsComplainedAboutAtItsPlace() {
        let corpus = [
            "mrr < 100 and status == \"active\"", "drop(logins, 14d, 56d) > 40% and not vip",
            "count(invoice, 30d where amount > 20 and paid) >= 2", "anniversary(renewal_at) - 30d < 2026-03-01",
            "contacts(where role == \"owner\" and status == \"active\") == 0 or at_risk(price)",
            "latest(invoice.plan) in [\"pro\", \"free\"]", "clicked(email_1) and waited(wait_for_1) == met",
            "avg(logins, 7d) >= 0.8 * entry.base", "`Contract Type` is present", "open(commitment) > 0",
            "event.amount * 2 - -3 / (1 + seats)", "in_stage(activated) and time_in_stage() > 14d and stuck()",
            "touched(win-back, 30d) or enrolled(welcome)", "change(health, 30d) < -10 and was(health, 30d) > 50",
        ]
        let words = [
            " and ", " or ", " not ", " in ", " is missing", " where ", "(", ")", "sum(", "logins", "invoice.",
            "event.",
            "entry.", "14d", "40%", "2026-02-30", "\"", "`", "==", "!=", "<=", "9e99",
        ]
        let findings = Fuzzer(corpus, words: words).run { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let source = SourceText(name: "when", text: text, position: Position(file: "a.yaml", line: 10, column: 7))
            let (term, diagnostics) = ConditionParser(ConditionFixture.scope()).condition(source)
            if term == nil, diagnostics.isEmpty { return "nothing was read, and nothing was said" }
            return flaw(in: diagnostics, lines: 10 + lines(bytes))
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }

    @Test func brokenTimesAreRefused() {
        let corpus = [
            "daily at 06:00", "weekly on tue at 10:00 local", "monthly on 1 at 10:00", "once 2026-12-01 09:00",
            "*/15 9-17 * * mon-fri", "0 0 29 2 *", "30 2 * * *", "14d", "36525d", "2026-03-08T02:30:00Z",
            "2026-02-29", "2026-03-01T09:00+05:45", "3 per 7d", "09:00-17:00",
        ]
        let findings = Fuzzer(corpus, words: ["at", "on", "last", "local", "mon", "31", "99", "*/0", "-1", "T", "Z"])
            .run {
                bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                if case .success(let schedule) = Schedule.parse(text), let zone = Zone("America/New_York") {
                    let start = Instant(milliseconds: 1_700_000_000_000)
                    if let next = schedule.next(after: start, in: zone), next <= start { return "it goes backwards" }
                }
                _ = TimeSpan.parse(text)
                _ = Instant.parse(text, in: .utc)
                _ = Day.parse(text)
                _ = Cap.parse(text)
                return nil
            }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }
}
