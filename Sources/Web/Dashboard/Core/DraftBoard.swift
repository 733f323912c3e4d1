import Delivery
import NIOConcurrencyHelpers

/// What somebody had typed into a form when the session was over: the page that follows the sign-in shows it once.
final class DraftBoard: Sendable {
    /// What people type, and what of a form is no state of the page.
    private static let names = ["reason", "text", "as", "category", "address"]
    private static let (most, longest) = (50, 50_000)
    private let drafts = NIOLockedValueBox<[(token: String, fields: [Form.Field])]>([])

    /// - Returns: the token by which the next page finds it; nil when nothing was typed.
    func post(_ form: Form) -> String? {
        let fields = Self.typed(in: form)
        guard !fields.isEmpty, fields.reduce(0, { $0 + $1.value.utf8.count }) <= Self.longest else { return nil }
        let token = RandomToken.make(bytes: 12)
        drafts.withLockedValue { drafts in
            drafts.append((token, fields))
            if drafts.count > Self.most { drafts.removeFirst(drafts.count - Self.most) }
        }
        return token
    }

    static func typed(in form: Form) -> [Form.Field] {
        form.fields.filter { names.contains($0.name) && !$0.value.isEmpty }
    }

    func take(_ token: String) -> [Form.Field]? {
        drafts.withLockedValue { drafts in
            drafts.firstIndex { $0.token == token }.map { drafts.remove(at: $0).fields }
        }
    }
}
