/// Accounts that have left by an event or by their billing, and of which a file says what it said before: that they are
/// customers. That is no news, and brings nobody back.
struct DepartedAccounts {
    /// Whether a staged row `s` is about such an account `a`.
    static let areToldAsBefore = "s.status = 'active' AND a.status = 'churned' AND a.status_told = 'active'"

    private var examples = KeyExamples()

    mutating func add(_ key: String) { examples.add(key) }

    var warning: String? {
        examples.text.map {
            "\($0) active here as before, and left since by an event or by billing; they stay so. The event `reactivated` brings "
                + "them back, or a status that changes here"
        }
    }
}
