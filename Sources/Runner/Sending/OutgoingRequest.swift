import Delivery
import Storage

/// One request and the touches that it carries; belongs to one thread at a time.
final class OutgoingRequest: @unchecked Sendable {
    /// At least one, in the order of their results; all of one channel.
    let claims: [ClaimedTouch]
    /// Nil when it cannot be made.
    let request: Request?
    let channel: String
    /// A touch is in one request at a time.
    let token: Int64
    /// The `EndpointPrint` of the request.
    var endpoint: String?

    init(_ claims: [ClaimedTouch], _ request: Request?) {
        self.claims = claims
        self.request = request
        channel = claims.first?.touch.channel ?? ""
        token = claims.first?.touch.id ?? 0
    }

    convenience init(alone claim: ClaimedTouch) {
        self.init([claim], claim.request)
    }

    /// Puts the rendered touches of one channel into requests: a pure function of them.
    ///
    /// Touches whose earlier request may have arrived go together again, exactly as then, or not at all.
    static func pack(_ claims: [ClaimedTouch], _ plan: BatchPlan?) -> [OutgoingRequest] {
        guard let plan else { return claims.map(OutgoingRequest.init(alone:)) }
        var requests: [OutgoingRequest] = []
        var open: [BatchPlan.Shell: Load] = [:]
        var repeated: [String: [ClaimedTouch]] = [:]
        func close(_ load: Load) {
            let claims = load.claims.sorted { $0.touch.id < $1.touch.id }
            requests.append(
                claims.count == 1
                    ? OutgoingRequest(alone: claims[0]) : OutgoingRequest(claims, plan.request(of: claims.parts)))
        }
        for claim in claims {
            if let earlier = claim.group {
                repeated[earlier, default: []].append(claim)
            } else if let part = claim.part, !claim.isAlone, !claim.touch.isAmbiguous {
                if let load = open[part.shell], !load.hasRoom(for: part, most: plan.most) {
                    close(load)
                    open[part.shell] = nil
                }
                open[part.shell, default: Load()].add(claim, part)
            } else {
                requests.append(OutgoingRequest(alone: claim))
            }
        }
        for group in repeated.values {
            let claims = group.sorted { $0.touch.id < $1.touch.id }
            let isWhole = claims.parts.count == claims.count && Set(claims.parts.map(\.shell)).count == 1
            requests.append(OutgoingRequest(claims, isWhole ? plan.request(of: claims.parts) : nil))
        }
        open.values.forEach(close)
        return requests.sorted { $0.token < $1.token }
    }

    /// A request that is being filled.
    private struct Load {
        var claims: [ClaimedTouch] = []
        private var bytes = 0
        private var addresses: Set<String> = []

        /// What every provider takes at once.
        private static let mostBytes = 5_000_000

        mutating func add(_ claim: ClaimedTouch, _ part: BatchPlan.Part) {
            claims.append(claim)
            bytes += part.alone.body.count
            if let address = part.address { addresses.insert(address.lowercased()) }
        }

        func hasRoom(for part: BatchPlan.Part, most: Int) -> Bool {
            claims.count < most && bytes + part.alone.body.count <= Self.mostBytes
                && part.address.map { !addresses.contains($0.lowercased()) } ?? true
        }
    }
}

extension [ClaimedTouch] {
    fileprivate var parts: [BatchPlan.Part] { compactMap(\.part) }
}
