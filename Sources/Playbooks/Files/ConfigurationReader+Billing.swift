extension ConfigurationReader {
    /// Billing systems by name, each with the secret of its webhooks.
    func billing(_ fields: Fields) -> [BillingProvider: Secret] {
        guard let table = fields.table("billing", .billing) else { return [:] }
        var secrets: [BillingProvider: Secret] = [:]
        for provider in BillingProvider.allCases {
            secrets[provider] = table[provider.rawValue].flatMap { diagnostics.secret($0, provider.rawValue) }
        }
        return secrets
    }
}

extension KeyTable {
    static let billing = KeyTable([
        Key("stripe", .secret, "The signing secret of the endpoint, whsec_..."),
        Key("paddle", .secret, "The secret key of the notification destination."),
        Key("chargebee", .secret, "The password that the webhook's basic authentication has."),
        Key("recurly", .secret, "The password that the endpoint's basic authentication has."),
    ])
}

extension Diagnostics {
    /// `env:NAME` or `file:PATH`; a secret in clear is taken with a warning.
    func secret(_ node: YAMLNode, _ key: String) -> Secret? {
        guard let text = text(node, key) else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, ["env", "file"].contains(parts[0]) else {
            warning(node.position, "\"\(key)\" holds the secret itself; write env:NAME or file:PATH instead")
            return Secret(.literal(text))
        }
        guard !parts[1].isEmpty, !parts[1].contains(where: \.isNewline) else {
            error(node.position, "expected env:NAME or file:PATH for \"\(key)\", got \(node.summary)")
            return nil
        }
        return Secret(parts[0] == "env" ? .environment(parts[1]) : .file(parts[1]))
    }
}
