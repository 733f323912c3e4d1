import NIOConcurrencyHelpers
import Playbooks
import Storage

/// The sessions of a database that may only be read: they are over when the dashboard ends.
final class SessionBoard: Sendable {
    private struct Session {
        var user: Int64
        var begun: Instant
        var seen: Instant
    }

    private static let most = 1_000
    /// By the hash of the token that the browser holds.
    private let sessions = NIOLockedValueBox<[String: Session]>([:])

    func begin(of user: Int64, hash: String, at now: Instant) {
        sessions.withLockedValue { sessions in
            sessions = sessions.filter { Self.isOpen($0.value, at: now) }
            if sessions.count >= Self.most, let oldest = sessions.min(by: { $0.value.seen < $1.value.seen }) {
                sessions[oldest.key] = nil
            }
            sessions[hash] = Session(user: user, begun: now, seen: now)
        }
    }

    /// Whose session it is; nil for one that is over.
    ///
    /// - Parameter isSeen: whether a person asks, and not a page by itself.
    func user(_ hash: String, isSeen: Bool, at now: Instant) -> Int64? {
        sessions.withLockedValue { sessions in
            guard let session = sessions[hash], Self.isOpen(session, at: now) else { return nil }
            if isSeen { sessions[hash]?.seen = now }
            return session.user
        }
    }

    func end(_ hash: String) {
        sessions.withLockedValue { $0[hash] = nil }
    }

    private static func isOpen(_ session: Session, at now: Instant) -> Bool {
        now - session.seen <= DashboardSession.idle && now - session.begun <= DashboardSession.longest
    }
}
