package import Playbooks

/// By what a touch reaches a contact.
package enum Reach: Sendable, CaseIterable {
    /// An e-mail address that may be written to.
    case address
    /// A telephone number whose owner has agreed to text messages.
    case number
    /// The team's own product, which knows the contact.
    case product
}

extension Channel.Kind {
    /// Nil for what goes to a team.
    package var reach: Reach? {
        switch self {
        case .email: .address
        case .sms: .number
        case .inApp, .push: .product
        case .webhook: nil
        }
    }
}
