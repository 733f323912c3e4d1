import Delivery
import NIOConcurrencyHelpers
import Playbooks

/// Sentences that the next page shows once: what a change came to.
final class NoteBoard: Sendable {
    struct Note: Sendable {
        enum Kind: String, Sendable {
            case good, warn
        }

        var kind: Kind
        var text: String
    }

    private static let most = 200
    private let notes = NIOLockedValueBox<[(token: String, note: Note)]>([])

    /// - Returns: the token by which the next page finds it.
    func post(_ note: Note) -> String {
        let token = RandomToken.make(bytes: 12)
        notes.withLockedValue { notes in
            notes.append((token, note))
            if notes.count > Self.most { notes.removeFirst(notes.count - Self.most) }
        }
        return token
    }

    func take(_ token: String) -> Note? {
        notes.withLockedValue { notes in
            notes.firstIndex { $0.token == token }.map { notes.remove(at: $0).note }
        }
    }
}
