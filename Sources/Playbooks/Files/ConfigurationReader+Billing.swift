extension ConfigurationReader {
    /// Billing systems by name, each with the secret of its webhooks.
    func billing(_ fields: Fields) -> [BillingProvider: Secret] {
        guard let table = fields.table("billing", .billing) else { return [:] }
        var secrets: [BillingProvider: Secret] = [:]
        for provider in BillingProvider.allCases {
            secrets[provider] = table.secret(provider.rawValue)
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
