/// Makes and checks the links by which a contact leaves a category (RFC 8058).
///
/// A token names the contact, the category and the touch that carried it; it does not expire.
package struct Unsubscription: Sendable {
    private let base: String
    private let token: SignedToken

    /// - Parameters:
    ///   - baseURL: of the workspace, `https://touch.acme.example`.
    ///   - secret: 32 bytes that stay the same for the life of the workspace.
    package init(baseURL: String, secret: [UInt8]) {
        base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        token = SignedToken(.unsubscribe, secret: secret)
    }

    /// - Parameters:
    ///   - contact: the id of the contact's row.
    ///   - touch: the id of the touch that carries the link; nil for none.
    package func url(contact: Int64, category: String, touch: Int64? = nil) -> String {
        "\(base)/u/\(token.text(of: ["\(contact)", category] + (touch.map { ["\($0)"] } ?? [])))"
    }

    /// What a token names.
    package struct Opened: Sendable, Equatable {
        package var contact: Int64
        package var category: String
        package var touch: Int64?

        package init(contact: Int64, category: String, touch: Int64?) {
            self.contact = contact
            self.category = category
            self.touch = touch
        }
    }

    /// Whom and what a token names; nil when it was not made with this secret.
    package static func open(_ token: String, secret: [UInt8]) -> Opened? {
        guard let names = SignedToken(.unsubscribe, secret: secret).names(in: token), (2...3).contains(names.count),
            let contact = Int64(names[0])
        else { return nil }
        return Opened(contact: contact, category: names[1], touch: names.count == 3 ? Int64(names[2]) : nil)
    }

    /// The headers of the email that make the mail program's own unsubscribe button work.
    package static func headers(url: String) -> [Request.Header] {
        [
            Request.Header("List-Unsubscribe", "<\(url)>"),
            Request.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    }
}
