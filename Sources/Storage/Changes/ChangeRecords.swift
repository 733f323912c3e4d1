import Basics
import Decisions
import Playbooks

/// Writes the ledger of changes; every call is part of the transaction of what has changed.
struct ChangeRecords {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// A touch that has been sent, whoever found out.
    func sent(touch: Int64, at moment: Instant) throws {
        _ = try connection.execute(
            """
            INSERT INTO change (type, at, account_id, touch_id)
            SELECT 'sent', :at, account_id, id FROM touch WHERE id = :touch
            """, inOrder: [.instant(moment), .integer(touch)])
    }

    /// The same, where its account is known.
    func sent(touch: Int64, of account: Int64, at moment: Instant) throws {
        _ = try connection.execute(
            "INSERT INTO change (type, at, account_id, touch_id) VALUES ('sent', :at, :account, :touch)",
            inOrder: [.instant(moment), .integer(account), .integer(touch)])
    }

    /// An outcome that was not known before.
    func outcome(
        _ kind: Change.Kind, account: Int64, touch: Int64?, enrollment: Int64?, detail: String?, at moment: Instant
    ) throws {
        _ = try connection.execute(
            """
            INSERT INTO change (type, at, account_id, touch_id, playbook_id, detail)
            VALUES (:type, :at, :account, :touch, (SELECT playbook_id FROM enrollment WHERE id = :enrollment), :detail)
            """,
            inOrder: [
                .word(kind), .instant(moment), .integer(account), .optional(touch),
                .optional(touch == nil ? enrollment : nil), .optional(detail),
            ])
    }

    /// An enrollment that ends outside a cycle; the risk that its event brought ends with it.
    func exited(_ enrollment: Int64, because reason: String, at moment: Instant) throws {
        _ = try connection.execute(
            """
            INSERT INTO change (type, at, account_id, playbook_id, detail)
            SELECT 'exited', :at, account_id, playbook_id, :detail FROM enrollment WHERE id = :enrollment
            """,
            inOrder: [.instant(moment), .text(Self.json([("reason", .text(reason))])), .integer(enrollment)])
        _ = try connection.execute(
            """
            INSERT INTO change (type, at, account_id, playbook_id, detail)
            SELECT 'risk_off', :at, e.account_id, e.playbook_id, json_object('reason', p.risk)
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.id = :enrollment AND e.event_id IS NOT NULL AND p.risk IS NOT NULL
            """, inOrder: [.instant(moment), .integer(enrollment)])
    }

    /// The reasons for which playbooks put accounts at risk, by the playbook's id.
    func risks() throws -> [Int64: String] {
        try connection.query("SELECT id, risk FROM playbook WHERE risk IS NOT NULL").reduce(into: [:]) { risks, row in
            if let id = row["id"].integer { risks[id] = row["risk"].text }
        }
    }

    static let insertion = Insertion(
        into: "change", ["type", "at", "account_id", "playbook_id", "step", "detail"], onConflict: "DO NOTHING")

    /// A change of an account by one of its playbooks, as a row of `insertion`.
    static func values(
        _ kind: Change.Kind, of account: Int64, in playbook: Int64, step: String? = nil, _ detail: [(String, JSON)],
        at moment: Instant
    ) -> [SQLValue] {
        [
            .word(kind), .instant(moment), .integer(account), .integer(playbook), .optional(step),
            .text(json(detail)),
        ]
    }

    static func json(_ members: [(String, JSON)]) -> String {
        JSON.object(members.map { JSON.Member($0.0, $0.1) }).encodedText
    }
}
