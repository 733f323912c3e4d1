/// Those who tell of mail that comes in, so that replies are known of.
package enum InboundProvider: String, Sendable, CaseIterable, Hashable {
    case postmark, mailgun, sendgrid, sparkpost, brevo, resend
    /// Keeptouch's own words, for mailboxes that a team reads itself.
    case plain
}
