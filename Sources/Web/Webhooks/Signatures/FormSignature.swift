import Crypto
package import Playbooks

/// HMAC-SHA1 in base64 over the endpoint's URL and the fields of the form, sorted by name.
///
/// It has no date, so that what it brings must have an id of its own.
package struct FormSignature: Signature {
    /// Who signs so, each in a header of its own.
    package enum Style: String, Sendable {
        case mandrill = "X-Mandrill-Signature"
        case twilio = "X-Twilio-Signature"
    }

    private let style: Style
    private let key: SymmetricKey

    package init(_ style: Style, key: String) {
        self.style = style
        self.key = SymmetricKey(data: Array(key.utf8))
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        let signature = try webhook.required(style.rawValue)
        guard let form = FormFields(webhook.body) else { throw Refusal("its body is no form") }
        let fields = form.fields.sorted { $0.name < $1.name }.map { $0.name + $0.value }.joined()
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array((webhook.url + fields).utf8), using: key)
        guard isEqual(signature.utf8, code.base64.utf8) else { throw Refusal("its signature is wrong") }
    }
}
