extension Channel {
    /// How a provider words the webhooks that tell what became of a message.
    package enum Dialect: String, Sendable, CaseIterable, Hashable {
        case sendgrid, postmark, mailgun
        case amazonSES = "amazon_ses"
        case resend, brevo, mandrill, sparkpost, customerio
        /// Of text messages.
        case twilio, vonage, messagebird
        /// Keeptouch's own, for endpoints that a team builds itself.
        case plain

        /// Whether its webhooks also bring what people write back.
        package var hearsTexts: Bool { [.twilio, .vonage, .messagebird, .plain].contains(self) }
    }

    /// What `events:` says: in which dialect the provider reports back, and how its webhooks prove where they are from.
    package struct Events: Sendable, Hashable {
        package var dialect: Dialect
        /// The signing key, or the shared secret where the provider signs nothing; without it no webhook is believed.
        package var key: Secret?
        /// Files with the certificates of Amazon SNS, named as in `SigningCertURL`.
        package var certificates: [String] = []
        /// The SNS topics that are believed, by ARN.
        package var topics: [String] = []

        package init(_ dialect: Dialect, key: Secret? = nil) {
            self.dialect = dialect
            self.key = key
        }

        /// Whether there is anything by which a webhook can be told from a forged one.
        package var canVerify: Bool { key != nil || !certificates.isEmpty }
    }
}
