import Decisions
import Foundation
import Measure
import Playbooks
import Reliability
import Storage
import Testing

/// A store whose enrollments and outcomes are written at once, with chances drawn from salts.
final class ExperimentWorld {
    let folder: URL
    let store: Store
    private(set) var workspace: Workspace

    static let start: Int64 = 20_000 * 86_400_000

    static func instant(_ day: Double) -> Instant {
        Instant(milliseconds: start + Int64(day * 86_400_000))
    }

    static func playbook(_ name: String, holdout: String = "20%", more: [String] = []) -> String {
        ([
            "playbook: \(name)", "title: \(name)", "state: live", "category: education", "when: plan == \"free\"",
            "holdout: \(holdout)", "goal:", "  when: sum(logins, 7d) > 10", "  within: 30d",
        ] + more + ["steps:", "  - email: hello.md"]).joined(separator: "\n") + "\n"
    }

    static let plan = "plan: { type: text, values: [free, pro] }"

    init(_ playbooks: [String: String], attributes: String = plan) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store.underTest(folder.appendingPathComponent("test.db").path)
        workspace = try Self.workspace(playbooks, attributes: attributes)
        try AttributeColumns(workspace.dataMap).apply(to: store)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    static func workspace(
        _ playbooks: [String: String], metric: String = "{ title: Logins }", attributes: String = plan
    ) throws -> Workspace {
        var texts = [
            "keeptouch.yaml": """
            workspace: test
            timezone: UTC
            sender: { name: Test, email: success@test.example, postal_address: "1 Main St" }
            base_url: https://touch.test.example
            channels: { email: mail }
            categories: { education: Tips }
            """,
            "data.yaml": """
            attributes:
              \(attributes)
            metrics:
              logins: \(metric)
            """,
            "channels/mail.yaml": """
            channel: mail
            kind: email
            request: { method: POST, url: "http://127.0.0.1:1/send" }
            allow_private: true
            auth: { kind: none }
            body: { kind: json, template: { to: "{{ to.email }}", subject: "{{ subject }}", text: "{{ text }}" } }
            """,
        ]
        for (name, text) in playbooks {
            texts["playbooks/\(name)/playbook.yaml"] = text
            texts["playbooks/\(name)/hello.md"] = "---\nsubject: Hello\n---\nHello!\n"
            texts["playbooks/\(name)/other.md"] = "---\nsubject: Hello\n---\nHello!\n"
        }
        let (read, diagnostics) = WorkspaceReader.read(texts)
        let errors = diagnostics.filter { $0.severity == .error }
        try #require(errors.isEmpty, "\(errors)")
        return try #require(read)
    }

    func edit(_ playbooks: [String: String], metric: String = "{ title: Logins }") throws {
        workspace = try Self.workspace(playbooks, metric: metric)
    }

    /// Accounts `a1` ... that were created long before the start.
    func addAccounts(_ count: Int, after last: Int = 0) throws {
        try execute(
            """
            WITH RECURSIVE number (n) AS (
                SELECT \(last + 1) UNION ALL SELECT n + 1 FROM number WHERE n < \(last + count))
            INSERT INTO account (key, created_at, mrr) SELECT 'a' || n, \(Self.start) - 31536000000, 5000 FROM number
            """)
    }

    /// Registers a playbook of the workspace with a period of its experiment that starts on a day.
    ///
    /// - Parameter more: members of the design besides the shares.
    func launch(
        _ name: String, holdout: Double = 0.2, variants: [String: Double] = [:], more: String = "", on day: Double = 0
    ) throws {
        let texts = variants.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        try store.write { connection in
            let playbook = try #require(workspace.playbook(name))
            _ = try Registry(connection).register(
                playbook, design: "{\"holdout\":\(holdout),\"variants\":{\(texts)}\(more)}", now: Self.instant(day))
        }
    }

    /// Lets accounts enter, evenly over days, and reach the goal with the chance of their arm.
    ///
    /// - Parameters:
    ///   - holdout: the share that is drawn, which may be another than the design's.
    ///   - chances: by `holdout`, `treated`, or a variant's name.
    func enroll(
        _ name: String, accounts: ClosedRange<Int>, days: ClosedRange<Double>, holdout: Double = 0.2,
        variants: [String: Double] = [:], chances: [String: Double], seed: String = "1"
    ) throws {
        let sum = variants.values.reduce(0, +)
        let begin = Double(Self.start) + days.lowerBound * 86_400_000
        let length = (days.upperBound - days.lowerBound) * 86_400_000
        try store.write { connection in
            let statement = try connection.prepare(
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, variant,
                    entered_at, state, ended_at, goal_until, goal_at, exclusive)
                SELECT :account, p.id, p.version_id, '', x.id, :arm, :variant, CAST(:at AS bigint), 'ended',
                    CAST(:at AS bigint), CAST(:at AS bigint) + 2592000000,
                    :goal, 0
                FROM playbook AS p JOIN experiment AS x ON x.name = p.name
                    AND x.period = (SELECT max(period) FROM experiment WHERE name = p.name)
                WHERE p.name = :name
                """)
            for account in accounts {
                let key = "a\(account)"
                func draw(_ purpose: String) -> Double { Draw.number(salt: "\(name)/\(purpose)\(seed)", key: key) }
                var bound = 0.0
                let place = draw("variant/")
                let variant = variants.sorted { $0.key < $1.key }.first { variant in
                    bound += variant.value / sum
                    return place < bound
                }?.key
                let arm: Arm = draw("") < holdout ? .holdout : .treated
                let at = Int64(begin + draw("at/") * length)
                let chance = chances[arm == .treated ? variant ?? "treated" : arm.rawValue] ?? 0
                let goal = draw("goal/") < chance ? at + Int64(draw("when/") * 30 * 86_400_000) : nil
                try statement.bind([
                    "account": .integer(Int64(account)), "arm": .word(arm), "variant": .optional(variant),
                    "at": .integer(at), "goal": .optional(goal), "name": .text(name),
                ])
                try statement.run()
            }
        }
    }

    /// A touch for each enrollment, sent when it entered; ghosts for holdouts.
    func touchAll() throws {
        try execute(
            """
            INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, variant, recipient, kind, channel,
                category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                settled_at)
            SELECT id, account_id, playbook_id, version_id, 'email_1', variant, 'a' || account_id || '@example.com',
                'email', 'mail', 'education', 'hello.md', CASE arm WHEN 'treated' THEN 0 ELSE 1 END, CASE arm WHEN 'treated' THEN 'sent' ELSE
                'ghost' END, 50, entered_at, entered_at, entered_at + 604800000, '{}', entered_at, entered_at
            FROM enrollment WHERE true ORDER BY id ON CONFLICT DO NOTHING
            """)
    }

    /// Lets a share of the accounts leave at a moment drawn from the days.
    func churn(_ share: Double, accounts: ClosedRange<Int>, days: ClosedRange<Double>, seed: String = "1") throws {
        try execute("INSERT INTO event_kind (name) VALUES ('churned') ON CONFLICT DO NOTHING")
        let begin = Double(Self.start) + days.lowerBound * 86_400_000
        let length = (days.upperBound - days.lowerBound) * 86_400_000
        try store.write { connection in
            for account in accounts where Draw.number(salt: "churn/\(seed)", key: "a\(account)") < share {
                let place = Draw.number(salt: "churn/at/\(seed)", key: "a\(account)")
                try connection.execute(
                    """
                    INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                    SELECT :id, id, :at, :at, :dedup FROM event_kind WHERE name = 'churned'
                    """,
                    [
                        "id": .integer(Int64(account)), "at": .integer(Int64(begin + place * length)),
                        "dedup": .text("churn/\(seed)/\(account)"),
                    ])
            }
        }
    }

    func execute(_ sql: String) throws { _ = try store.write { try $0.execute(sql) } }

    func report(_ name: String, day: Double, rule: ArmComparison.Rule = .groupSequential) throws -> Report {
        try store.read { connection in
            try ExperimentReport(name, in: workspace, rule: rule, connection, asOf: Self.instant(day)).make()
        }
    }

    /// The first sentence of the report.
    func verdict(_ name: String, day: Double, rule: ArmComparison.Rule = .groupSequential) throws -> String {
        let report = try report(name, day: day, rule: rule)
        guard case .sentence(let text) = report.sections.first?.blocks.first else { return "" }
        return text
    }
}
