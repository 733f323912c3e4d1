package import Playbooks

/// How fast a channel goes: never above the limits of its file, and slower for as long as the endpoint says so.
///
/// Additive increase, multiplicative decrease (Chiu and Jain, 1989): when the endpoint throttles, both limits are halved
/// and nothing leaves until it wants to be asked again; each answer that is none of that gives a little back.
package struct Pace: Sendable, Equatable {
    private let perSecond: Double?
    private let inFlight: Int
    /// The share of both limits that is used, from `least` to 1.
    package private(set) var share = 1.0
    /// Nothing leaves before.
    package private(set) var quietUntil: Instant?
    private var bucket: TokenBucket?
    /// When it was slowed down last, and how often without an answer of another kind in between.
    private var slowedAt: Instant?
    private var slowings = 0

    package static let least = 1.0 / 64
    /// What the answers to as many requests as make up a second, or as are under way at once, give back.
    private static let step = 0.05
    /// Its own wait, where the endpoint names none: doubled each time, up to a minute.
    private static let firstWait = TimeSpan(milliseconds: 250)
    private static let longestWait = TimeSpan.minutes(1)
    /// An endpoint that throttles so often in a row is not believed when it asks for less.
    private static let mostSlowings = 8

    /// - Parameters:
    ///   - perSecond: requests a second; no limit when nil.
    ///   - inFlight: requests under way at once.
    package init(perSecond: Double?, inFlight: Int, at now: Instant) {
        self.perSecond = perSecond
        self.inFlight = inFlight
        bucket = perSecond.map { TokenBucket(perSecond: $0, at: now) }
    }

    /// How many requests may be under way at once.
    package var places: Int { max(1, Int((Double(inFlight) * share).rounded(.down))) }

    package var isSlowed: Bool { share < 1 }

    package func isQuiet(at now: Instant) -> Bool { quietUntil.map { now < $0 } ?? false }

    /// How many of so many requests may leave now, as far as the rate goes.
    package func room(for wanted: Int, at now: Instant) -> Int {
        guard !isQuiet(at: now) else { return 0 }
        guard var bucket else { return wanted }
        return bucket.take(wanted, at: now)
    }

    /// Counts requests against the rate; how many of them it allows.
    @discardableResult
    package mutating func take(_ count: Int, at now: Instant) -> Int { bucket?.take(count, at: now) ?? count }

    /// Takes back what was counted and has not left.
    package mutating func put(_ count: Int) { bucket?.put(count) }

    /// The first instant at which a request may leave; nil when nothing stands in its way.
    package func next(at now: Instant) -> Instant? {
        let quiet = quietUntil.flatMap { now < $0 ? $0 : nil }
        return [quiet, bucket?.next(at: quiet ?? now)].compactMap { $0 }.max()
    }

    /// The endpoint took a request for one too many.
    ///
    /// - Parameters:
    ///   - wait: what it asks for.
    ///   - left: when the request left: those that were under way when it was slowed down do not slow it down again.
    package mutating func slowDown(for wait: TimeSpan?, left: Instant, at now: Instant) {
        if slowedAt.map({ left >= $0 }) ?? true {
            slowedAt = now
            slowings += 1
            use(max(share / 2, Self.least), at: now)
        }
        let doublings = Int64(min(max(slowings, 1), 16) - 1)
        let own = min(TimeSpan(milliseconds: Self.firstWait.milliseconds << doublings), Self.longestWait)
        let span = slowings > Self.mostSlowings ? max(wait ?? own, own) : wait ?? own
        quietUntil = max(quietUntil ?? now, now + span)
    }

    /// The endpoint took a request, and said how many more it takes before its reset.
    ///
    /// - Parameter underWay: requests that it has not counted yet.
    package mutating func speedUp(_ notice: RateNotice, underWay: Int, at now: Instant) {
        slowings = 0
        if isSlowed {
            let size = perSecond ?? Double(inFlight)
            use(min(share + Self.step / max(share * size, 1), 1), at: now)
        }
        if let remaining = notice.remaining, let wait = notice.wait, remaining <= underWay {
            quietUntil = max(quietUntil ?? now, now + wait)
        }
    }

    private mutating func use(_ share: Double, at now: Instant) {
        self.share = share
        if let perSecond { bucket?.flow(perSecond: perSecond * share, at: now) }
    }
}
