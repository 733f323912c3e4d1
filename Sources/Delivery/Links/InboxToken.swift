package import Playbooks

/// The right to read one contact's inbox: the customer's own server makes it for the pages it serves.
///
/// Base64 for URLs of the account's key, a line break and the contact's key, and where it ends another line break and the
/// seconds since 1970; a dot; and the same of its HMAC-SHA256 under the inbox key. All end when the key is renewed.
package struct InboxToken: Sendable {
    private let secret: [UInt8]

    /// - Parameter generation: how often the inbox key was renewed.
    package init(secret: [UInt8], generation: Int = 0) {
        // The first key has no number in it: tokens made before keys could be renewed stay good.
        self.secret =
            generation == 0 ? secret : SignedToken.key(for: .inbox, secret: secret + Array("\(generation)".utf8))
    }

    /// 32 bytes; who has them can read every inbox.
    package var key: [UInt8] { SignedToken.key(for: .inbox, secret: secret) }

    /// - Parameter end: from when it is good no more; nil for one that lasts as long as the key.
    package func text(account: String, contact: String, until end: Instant? = nil) -> String {
        let names = [account, contact] + (end.map { ["\($0.milliseconds / 1_000)"] } ?? [])
        return SignedToken(.inbox, secret: secret).text(of: names)
    }

    /// Nil when it was not made with the inbox key of today, or is over.
    package func open(_ token: some StringProtocol, now: Instant) -> (account: String, contact: String)? {
        guard let names = SignedToken(.inbox, secret: secret).names(in: token), 2...3 ~= names.count else { return nil }
        if names.count == 3 {
            guard let end = Int64(names[2]), now.milliseconds / 1_000 < end else { return nil }
        }
        return (names[0], names[1])
    }
}
