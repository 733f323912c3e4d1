extension ConfigurationReader {
    /// Who tells of mail that comes in, each with what its webhooks are proved with.
    func readInbound(_ fields: Fields, into configuration: inout Configuration) {
        guard let table = fields.table("inbound", .inbound) else { return }
        for provider in InboundProvider.allCases {
            configuration.inbound[provider] = table.secret(provider.rawValue)
        }
    }
}

extension KeyTable {
    static let inbound = KeyTable([
        Key("postmark", .secret, "The password or token that the URL of Postmark's inbound webhook has."),
        Key("mailgun", .secret, "Mailgun's HTTP webhook signing key, for routes."),
        Key(
            "sendgrid", .secret,
            "The secret in the URL of Inbound Parse, or the public key of its security policy with signatures."),
        Key("sparkpost", .secret, "The auth_token of the relay webhook."),
        Key("brevo", .secret, "The secret in the URL of the inbound webhook."),
        Key("resend", .secret, "The signing secret of the webhook, whsec_..."),
        Key("plain", .secret, "For an endpoint of your own: what it signs with, or a secret."),
    ])
}
