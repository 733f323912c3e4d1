/// What `sms:` in `keeptouch.yaml` says of text messages: to whom they may go, and how they end.
package struct TextMessaging: Sendable, Hashable {
    /// The attribute of contacts that holds their telephone number, and the one that says whether they have agreed.
    package var phone: String
    package var consent: String
    /// Whose national numbers are meant where a number is not international; nil where all are.
    package var country: PhoneCountry?
    /// The line by which a message says how to end them, by language in small letters; "" for all languages.
    package var optOut: [String: String] = [:]
    /// Messages of more parts are warned of.
    package var mostSegments = 3
    /// What one part costs, in the workspace's currency.
    package var price: Double?
    package var position: Position

    package init(phone: String, consent: String, country: PhoneCountry? = nil, position: Position) {
        self.phone = phone
        self.consent = consent
        self.country = country
        self.position = position
    }
}
