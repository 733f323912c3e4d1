package import Playbooks

/// Something that has happened and that others may want to know: one row of the ledger of changes.
package struct Change: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case sent, delivered, opened, clicked, replied, bounced, complained, unsubscribed, resubscribed, answered
        case enrolled, exited, goal
        case riskOn = "risk_on"
        case riskOff = "risk_off"
        /// A step has written an attribute.
        case set
        case churned, reactivated

        /// What an outcome is as a change; nil for those that nobody outside asks for.
        init?(of outcome: String) {
            switch outcome {
            case "delivered", "opened", "clicked", "replied", "bounced", "complained", "unsubscribed", "resubscribed",
                "answered", "goal":
                self.init(rawValue: outcome)
            default: return nil
            }
        }
    }

    package var id: Int64
    package var kind: Kind
    package var at: Instant
    /// Keys and names as they are by now.
    package var account: String
    package var playbook: String?
    package var step: String?
    package var contact: String?
    /// JSON.
    package var detail: String?
}
