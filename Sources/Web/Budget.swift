import Delivery
import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers
import Playbooks

/// How many requests without a key each client may make, so that none takes the server from the others.
final class Budget: Sendable {
    /// Kinds of routes: a client that asks too often for one has its budget of the others.
    enum Kind: Hashable {
        /// What monitors and developers ask.
        case status
        /// What people, and webhooks of providers, come for.
        case work

        /// Requests a second; as many may come at once.
        var perSecond: Double {
            switch self {
            case .status: 50
            case .work: 1_000
            }
        }

        /// Nil for a route that wants an API key, which has a rate of its own.
        init?(path: String) {
            switch path {
            case "/healthz", "/openapi.json": self = .status
            case "/metrics": return nil
            default:
                guard !path.hasPrefix("/v1/") || path.hasPrefix("/v1/inbox/") else { return nil }
                self = .work
            }
        }
    }

    private struct Client: Hashable {
        var network: ClientAddress
        var kind: Kind
    }

    /// So many clients are told apart at a time; who comes when there are more finds all of them with fresh budgets.
    private static let mostClients = 20_000
    private let buckets = NIOLockedValueBox<[Client: TokenBucket]>([:])
    private let began = ContinuousClock.now

    /// Counts one request; answers how long to wait when there are too many.
    func take(_ kind: Kind, of address: ClientAddress) -> TimeSpan? {
        let now = Instant(milliseconds: Int64(began.duration(to: .now) / .milliseconds(1)))
        return buckets.withLockedValue { buckets in
            let client = Client(network: address.network, kind: kind)
            if buckets.count >= Self.mostClients, buckets[client] == nil { buckets.removeAll(keepingCapacity: true) }
            var bucket = buckets[client] ?? TokenBucket(perSecond: kind.perSecond, at: now)
            defer { buckets[client] = bucket }
            return bucket.take(1, at: now) == 0 ? bucket.next(at: now) - now : nil
        }
    }
}

/// Refuses clients that have used up their budget.
struct BudgetMiddleware: RouterMiddleware {
    typealias Context = SiteContext

    let budget: Budget
    /// Whose `X-Forwarded-For` is believed.
    let proxies: Set<ClientAddress>

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        if let kind = Budget.Kind(path: request.uri.path) {
            let client = ClientAddress.of(request.headers, peer: context.remoteAddress, proxies: proxies)
            if let wait = budget.take(kind, of: client) {
                throw Problem.tooMany(
                    "more than \(Int(kind.perSecond)) requests a second from one address; wait a moment", wait: wait)
            }
        }
        return try await next(request, context)
    }
}
