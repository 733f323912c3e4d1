import Storage

/// Why a message bounced although nothing is wrong with its address: nobody is suppressed for it.
enum BounceCause: String, CaseIterable {
    case mailboxFull = "mailbox full"
    /// Of our own server, by its address, its name or how much it sends.
    case blocked
    case tooOld = "too old"
    /// What the message says or carries.
    case content

    /// What a server or a provider wrote, read by its enhanced status code (RFC 3463), else by its words.
    init?(in text: String) {
        let text = text.lowercased().replacing("_", with: " ").replacing("-", with: " ")
        let codes = Self.codes(in: text)
        let isOfAddress =
            codes.contains { $0.hasPrefix("1.") } || Self.ofAddress.contains { text.contains($0) }
        if isOfAddress { return nil }
        if let cause = codes.lazy.compactMap({ Self.cause(of: $0) }).first {
            self = cause
            return
        }
        guard let found = Self.words.first(where: { cause in cause.words.contains { text.contains($0) } }) else {
            return nil
        }
        self = found.cause
    }

    private static let ofAddress = [
        "user unknown", "unknown user", "does not exist", "doesn't exist", "no such user", "no mailbox",
        "unknown recipient",
        "recipient unknown", "invalid recipient", "bad mailbox", "account disabled", "mailbox disabled",
        "mailbox not found",
    ]

    private static let words: [(cause: BounceCause, words: [String])] = [
        (
            .mailboxFull,
            [
                "mailbox full", "mailbox is full", "over quota", "overquota", "quota exceed", "exceeded its quota",
                "exceeded the quota", "exceeded storage", "out of storage", "insufficient storage", "inbox full",
                "mailbox size limit",
            ]
        ),
        (.tooOld, ["too old", "time expired", "message expired", "retry time", "retry timeout", "delivery timeout"]),
        (
            .blocked,
            [
                "blocked", "blacklist", "black list", "blocklist", "block list", "denylist", "spamhaus", "barracuda",
                "dnsbl",
                "reputation", "rate limit", "too many", "relay denied", "relaying denied", "access denied",
            ]
        ),
        (.content, ["rejected as spam", "spam", "virus", "too large", "too big", "message size", "content rejected"]),
    ]

    /// The codes of a text without their class: `2.2` of `552 5.2.2 over quota`.
    private static func codes(in text: String) -> [String] {
        text.split { !($0.isNumber || $0 == ".") }.compactMap { word in
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "4" || parts[0] == "5", (1...3).contains(parts[1].count),
                (1...3).contains(parts[2].count)
            else { return nil }
            return "\(parts[1]).\(parts[2])"
        }
    }

    private static func cause(of code: String) -> BounceCause? {
        switch code {
        case "2.2": .mailboxFull
        case "4.7": .tooOld
        case "2.3", "3.4": .content
        case _ where code.hasPrefix("7."): .blocked
        case _ where code.hasPrefix("6."): .content
        default: nil
        }
    }
}

/// What a report of a recipient's provider says (RFC 5965): not all of them are complaints.
enum FeedbackType {
    static func kind(_ type: String?) -> Outcome.Kind? {
        switch type?.lowercased() {
        // The recipient took the message out of the spam folder, or machines speak of signatures and viruses.
        case "not-spam", "virus", "auth-failure", "dmarc", "dkim", "spf": nil
        case "opt-out", "opt-out-list": .unsubscribed
        default: .complained
        }
    }
}
