package import Decisions
package import Playbooks
import Storage

extension CycleReport {
    /// An account with its verdict, as `plan --who` lists it.
    package struct Who: Sendable, Encodable {
        package var playbook: String
        package var account: String
        package var name: String?
        package var verdict: Verdict
        /// For one that is held: what a release would give.
        package var ifReleased: Verdict?
        /// Of the verdict that a release would give, for one that is held.
        package var reason: String
        package var variant: String?
        /// When the first touch may go out, and to whom, for an account that enters, or would.
        package var firstTouchAt: Instant?
        package var recipient: String?

        enum CodingKeys: String, CodingKey {
            case playbook, account, name, verdict, reason, variant, recipient
            case ifReleased = "if_released"
            case firstTouchAt = "first_touch_at"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(playbook, forKey: .playbook)
            try container.encode(account, forKey: .account)
            try container.encodeIfPresent(name, forKey: .name)
            try container.encode(verdict.rawValue, forKey: .verdict)
            try container.encodeIfPresent(ifReleased?.rawValue, forKey: .ifReleased)
            try container.encode(reason, forKey: .reason)
            try container.encodeIfPresent(variant, forKey: .variant)
            try container.encodeIfPresent(firstTouchAt?.description, forKey: .firstTouchAt)
            try container.encodeIfPresent(recipient, forKey: .recipient)
        }
    }
}
