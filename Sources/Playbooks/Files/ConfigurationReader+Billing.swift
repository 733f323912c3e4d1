extension ConfigurationReader {
    /// Billing systems by name, each with the secret of its webhooks, and what their trials mean.
    func readBilling(_ fields: Fields, into configuration: inout Configuration) {
        guard let table = fields.table("billing", .billing) else { return }
        for provider in BillingProvider.allCases {
            configuration.billing[provider] = table.secret(provider.rawValue)
        }
        if let trials: Trials = table.choice("trials") { configuration.trialsAreCustomers = trials == .customers }
    }

    fileprivate enum Trials: String, CaseIterable {
        case none, customers
    }
}

extension KeyTable {
    static let billing = KeyTable([
        Key("stripe", .secret, "The signing secret of the endpoint, whsec_..."),
        Key("paddle", .secret, "The secret key of the notification destination."),
        Key("chargebee", .secret, "The password that the webhook's basic authentication has."),
        Key("recurly", .secret, "The password that the endpoint's basic authentication has."),
        Key(
            "trials", .choice(ConfigurationReader.Trials.allCases.map(\.rawValue)),
            "Whether a subscription on trial makes a customer: none (default) or customers."),
    ])
}
