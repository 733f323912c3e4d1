import Foundation
import Measure
import Playbooks
import Reliability
import Storage
import Testing

/// A workspace and its database, whose accounts tests write day by day.
final class AttritionWorld {
    let workspace: Workspace
    let store: Store
    private let folder: URL

    static let configuration = """
        workspace: test
        timezone: UTC
        currency: USD
        evaluate: daily at 06:00
        """
    static let dataMap = """
        attributes:
          plan: { type: text, values: [free, pro] }
        reasons:
          price: { theme: value, avoidable: yes }
          payment_failed: { theme: payment, avoidable: yes }
          out_of_business: { theme: external, avoidable: no }
        attrition: { target: 2.5% per month }
        segments:
          small: mrr < 50 and status == "active"
        """

    init(
        configuration: String = AttritionWorld.configuration, dataMap: String = AttritionWorld.dataMap,
        files: [String: String] = [:]
    ) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var texts = ["keeptouch.yaml": configuration, "data.yaml": dataMap]
        texts.merge(files) { $1 }
        let (read, diagnostics) = WorkspaceReader.read(texts)
        let errors = diagnostics.filter { $0.severity == .error }
        try #require(errors.isEmpty, "\(errors)")
        workspace = try #require(read)
        store = try Store.underTest(folder.appendingPathComponent("test.db").path)
        try AttributeColumns(workspace.dataMap).apply(to: store)
        try store.write { connection in
            try connection.executeScript(
                "INSERT INTO event_kind (name) VALUES ('churned'), ('reactivated'), ('cancel_requested')")
        }
    }

    static let channel = """
        channel: mail
        kind: email
        request: { method: POST, url: "https://mail.test.example/send" }
        auth: { kind: none }
        body: { kind: json, template: { to: "{{ to.email }}" } }
        """

    /// With a playbook `fallen` that warns of the reason `price`, which the database knows.
    ///
    /// - Parameter condition: lines of the playbook that say whom it matches.
    convenience init(warnedWhere condition: String, dataMap: String = AttritionWorld.dataMap) throws {
        let playbook = """
            playbook: fallen
            title: Fallen
            state: live
            category: service
            risk: price
            \(condition)
            to: [owner]
            steps:
              - email: hello.md
            """
        try self.init(
            configuration: Self.configuration
                + "\nsender: { name: T, email: t@test.example, postal_address: X }\nchannels: { email: mail }\n",
            dataMap: dataMap,
            files: [
                "playbooks/fallen/playbook.yaml": playbook, "channels/mail.yaml": Self.channel,
                "playbooks/fallen/hello.md": "---\nsubject: Hello\n---\nHello\n",
            ])
        try store.write { try $0.execute("INSERT INTO playbook (name, state) VALUES ('fallen', 'live')") }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Accounts that came on a day of 2025, counted from 1 January, and left on another.
    func add(
        _ count: Int = 1, came: Int, left: Int? = nil, mrr: Int64? = 4_000, plan: String = "pro", reason: String? = nil
    ) throws {
        try store.write { connection in
            for _ in 0..<count {
                let id = try connection.integer(
                    """
                    INSERT INTO account (key, created_at, mrr, status, churned_at, a_plan)
                    SELECT 'a' || (count(*) + 1), :came, :mrr, :status, :left, :plan FROM account RETURNING id
                    """,
                    [
                        "came": .instant(Self.day(came)), "mrr": .optional(mrr), "plan": .text(plan),
                        "status": .text(left == nil ? "active" : "churned"),
                        "left": .optional(left.map { Self.day($0).milliseconds }),
                    ])
                guard let left else { continue }
                try connection.execute(
                    """
                    INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
                    VALUES (:id, 1, :left, :left, :dedup, :properties)
                    """,
                    [
                        "id": .integer(id), "left": .instant(Self.day(left)), "dedup": .text("\(id)"),
                        "properties": .optional(reason.map { "{\"reason\":\"\($0)\"}" }),
                    ])
            }
        }
    }

    /// An MRR that an account has from a day on; nil where nobody knows it any more.
    func pay(_ mrr: Int64?, account: Int, from day: Int) throws {
        try store.write { connection in
            func stored(_ value: SQLValue) -> SQLValue { connection.dialect.stored(value) }
            try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                SELECT id, 'mrr', :at, :value, :previous FROM account WHERE id = :account
                """,
                [
                    "account": .integer(Int64(account)), "at": .instant(Self.day(day)),
                    "value": stored(.optional(mrr)),
                    "previous": stored(
                        .optional(
                            connection.first(
                                "SELECT mrr FROM account WHERE id = :id", ["id": .integer(Int64(account))])?[0].integer)
                    ),
                ])
            try connection.execute(
                "UPDATE account SET mrr = :mrr WHERE id = :account",
                ["mrr": .optional(mrr), "account": .integer(Int64(account))])
        }
    }

    static func day(_ number: Int) -> Instant { Instant(milliseconds: Int64(20_089 + number) * 86_400_000) }

    func attrition(
        on day: Int, segment: String? = nil, from: Day? = nil, to: Day? = nil
    ) throws -> Report {
        try store.read {
            try AttritionReport.report(
                $0, workspace: workspace, segment: segment, from: from, to: to, asOf: Self.day(day))
        }
    }

    func journey(on day: Int) throws -> Report {
        try store.read { try JourneyReport.report($0, workspace: workspace, asOf: Self.day(day)) }
    }

    func risk(on day: Int) throws -> Report {
        try store.read { try RiskReport.report($0, workspace: workspace, asOf: Self.day(day)) }
    }
}

extension Report {
    func section(_ prefix: String) throws -> Section {
        try #require(sections.first { $0.title.hasPrefix(prefix) }, "\(sections.map(\.title))")
    }

    /// What every form of the report must never hold.
    func expectNoNonsense() throws {
        for text in [text(), csv, try json, page] {
            for word in ["nan", "inf,", "Optional(", "-0.0%", "inf%"] {
                #expect(!text.lowercased().contains(word.lowercased()), "\(word)")
            }
        }
        #expect(!sections.isEmpty)
    }
}

extension Report.Section {
    var sentences: [String] { blocks.compactMap { if case .sentence(let text) = $0 { text } else { nil } } }
    var tables: [Report.Table] { blocks.compactMap { if case .table(let table) = $0 { table } else { nil } } }
}
