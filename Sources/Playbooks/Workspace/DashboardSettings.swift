/// What somebody may do on the dashboard; each may what the one before it may.
package enum Role: String, Sendable, CaseIterable, Comparable {
    /// Reads; addresses are masked.
    case viewer
    /// Also releases, pauses, settles, suppresses and exports.
    case `operator`
    /// Also people and API keys.
    case admin

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

/// Where the dashboard is reached, and how people sign in to it.
package struct DashboardSettings: Sendable, Equatable {
    package enum SignIn: String, Sendable, CaseIterable {
        case password
        /// The proxy in front says who it is.
        case header
    }

    /// As people reach it: `https://ops.acme.example/keeptouch`; nil for the address on which it listens.
    package var url: String?
    package var signIn = SignIn.password
    /// The header in which a proxy names the person.
    package var header = "X-Forwarded-User"
    /// The addresses of the proxies that are believed.
    package var proxies: [String] = ["127.0.0.1"]
    /// The role of somebody whom a proxy names and `users` does not know; nil when nobody else may come in.
    package var role: Role?

    package init() {}
}
