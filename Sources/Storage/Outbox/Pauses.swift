package import Playbooks

/// The kill switches as they stand: for everything, a playbook, or a channel.
package struct Pauses: Sendable {
    private var reasons: [String: String]

    /// Nothing is paused.
    package static let none = Pauses(reasons: [:])

    private init(reasons: [String: String]) {
        self.reasons = reasons
    }

    package init(_ connection: Connection) throws {
        let rows = try connection.query("SELECT scope, reason FROM pause")
        reasons = Dictionary(uniqueKeysWithValues: rows.map { ($0[0].text ?? "", $0[1].text ?? "") })
    }

    package var isEmpty: Bool { reasons.isEmpty }

    package var all: String? { reasons["all"] }

    /// Whether there is a pause of exactly that scope.
    func isSet(_ scope: String) -> Bool { reasons[scope] != nil }

    /// Why a playbook neither plans nor sends, or nil.
    package func reason(for playbook: String) -> String? { reason("playbook:", playbook) }

    package func reason(forChannel channel: String) -> String? { reason("channel:", channel) }

    /// Asked of every touch, while there is seldom any pause.
    private func reason(_ scope: String, _ name: String) -> String? {
        reasons.isEmpty ? nil : all ?? reasons[scope + name]
    }

    /// Why a playbook was paused at a moment that is over, as the audit log tells; nil when it was not.
    package static func reason(for playbook: String, at moment: Instant, _ connection: Connection) throws -> String? {
        for scope in ["all", "playbook:\(playbook)"] {
            let last = try connection.first(
                """
                SELECT action, reason FROM audit WHERE object = :scope AND is_done = 1 AND at <= :moment
                    AND (action = 'pause' OR action = 'resume') ORDER BY id DESC LIMIT 1
                """, ["scope": .text(scope), "moment": .instant(moment)])
            if let last, last["action"].text == "pause" { return "paused: \(last["reason"].text ?? "")" }
        }
        return nil
    }

    /// Whoever pauses something is an `Author`, who writes it into the audit log, too.
    package static func set(_ scope: String, reason: String, at: Instant, _ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO pause (scope, reason, at) VALUES (:scope, :reason, :at)
            ON CONFLICT (scope) DO UPDATE SET reason = excluded.reason, at = excluded.at
            """, ["scope": .text(scope), "reason": .text(reason), "at": .instant(at)])
    }

    /// False when nothing of that scope was paused.
    package static func clear(_ scope: String, _ connection: Connection) throws -> Bool {
        try connection.execute("DELETE FROM pause WHERE scope = :scope", ["scope": .text(scope)]) > 0
    }
}
