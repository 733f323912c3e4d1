/// The right to read one contact's inbox: the customer's own server makes it for the pages it serves.
///
/// Base64 for URLs of the account's key, a line break and the contact's key; a dot; and the same of its HMAC-SHA256 under
/// the inbox key. It does not expire.
package enum InboxToken {
    /// 32 bytes; who has them can read every inbox.
    package static func key(secret: [UInt8]) -> [UInt8] { SignedToken.key(for: .inbox, secret: secret) }

    package static func text(account: String, contact: String, secret: [UInt8]) -> String {
        SignedToken(.inbox, secret: secret).text(of: [account, contact])
    }

    /// Nil when it was not made with the inbox key.
    package static func open(_ token: String, secret: [UInt8]) -> (account: String, contact: String)? {
        guard let names = SignedToken(.inbox, secret: secret).names(in: token), names.count == 2 else { return nil }
        return (names[0], names[1])
    }
}
