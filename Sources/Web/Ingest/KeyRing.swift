import Delivery
import Foundation
import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers
import Playbooks
import Storage

/// The API keys in use, read again every two seconds, and how fast each may go.
final class KeyRing: Sendable {
    private struct State {
        var keys: [String: APIKeys.Entry] = [:]
        var readAt: Instant?
        var buckets: [Int64: TokenBucket] = [:]
    }

    /// So long a key that was revoked may still work, and one that was made may not yet.
    private static let lifetime = TimeSpan(milliseconds: 2_000)

    private let state = NIOLockedValueBox(State())

    /// The key with this digest; nil when it is not known. `read` answers those in use.
    func entry(
        _ digest: String, at now: Instant, read: () async throws -> [String: APIKeys.Entry]
    ) async throws -> APIKeys.Entry? {
        let (known, isFresh) = state.withLockedValue { state in
            (state.keys[digest], state.readAt.map { now < $0 + Self.lifetime && now >= $0 } ?? false)
        }
        if isFresh, known != nil { return known }
        // A wrong key must not make the database work for every guess.
        if isFresh, state.withLockedValue({ $0.readAt == now }) { return nil }
        let keys = try await read()
        return state.withLockedValue { state in
            state.keys = keys
            state.readAt = now
            return keys[digest]
        }
    }

    /// Counts one request of a key; answers the moment from which it may come again when it goes too fast.
    func take(_ entry: APIKeys.Entry, at now: Instant) -> Instant? {
        state.withLockedValue { state in
            var bucket = state.buckets[entry.id] ?? TokenBucket(perSecond: Double(entry.perSecond), at: now)
            if bucket.perSecond != Double(entry.perSecond) {
                bucket = TokenBucket(perSecond: Double(entry.perSecond), at: now)
            }
            defer { state.buckets[entry.id] = bucket }
            return bucket.take(1, at: now) == 1 ? nil : bucket.next(at: now)
        }
    }
}

extension Site {
    /// Lets a request pass that comes with a key of this scope.
    ///
    /// The key stands in `Authorization: Bearer KEY`, or `Basic` with the key as the user, or, where a protocol puts it
    /// into the body, there.
    ///
    /// - Throws: `Problem` 401 without a good key, 403 without the scope, 429 when it goes too fast.
    @discardableResult
    func authorize(_ request: Request, _ scope: APIKey.Scope, keyInBody: String? = nil) async throws -> APIKeys.Entry {
        guard let text = Self.key(in: request.headers) ?? keyInBody else {
            throw Self.unauthorized(
                "this needs an API key: Authorization: Bearer KEY; make one with keeptouch keys create")
        }
        let now = processNow()
        guard
            let entry = try await keys.entry(
                APIKey(text).digest, at: now, read: { try await self.read { try APIKeys.inUse($0) } })
        else {
            throw Self.unauthorized(
                "the API key is not known or has been revoked; keeptouch keys list shows those in use")
        }
        guard entry.scopes.contains(scope.rawValue) else {
            throw Problem(
                .forbidden,
                "the key \"\(entry.name)\" may \(entry.scopes.joined(separator: ", ")); this needs \(scope.rawValue)")
        }
        if let next = keys.take(entry, at: now) {
            throw Problem.tooMany(
                "the key \"\(entry.name)\" may make \(entry.perSecond) requests a second; wait a moment",
                wait: next - now)
        }
        return entry
    }

    private static func unauthorized(_ detail: String) -> Problem {
        var problem = Problem(.unauthorized, detail)
        problem.headers[.wwwAuthenticate] = "Bearer realm=\"keeptouch\""
        return problem
    }

    static func key(in headers: HTTPFields) -> String? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return parts[1]
        case "basic":
            guard let data = Data(base64Encoded: parts[1]) else { return nil }
            return String(decoding: data, as: UTF8.self).split(separator: ":").first.map(String.init)
        default: return nil
        }
    }
}
