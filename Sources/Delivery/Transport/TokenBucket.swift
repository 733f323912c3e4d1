package import Playbooks

/// A rate limit: `perSecond` tokens flow in, one leaves with each request, and at most one second's worth is kept.
package struct TokenBucket: Sendable, Equatable {
    package private(set) var perSecond: Double
    private var tokens: Double
    private var filledAt: Instant

    /// Starts full.
    ///
    /// - Parameter perSecond: more than 0; a rate below one a second keeps one token.
    package init(perSecond: Double, at now: Instant) {
        self.perSecond = max(perSecond, 1e-6)
        tokens = max(self.perSecond, 1)
        filledAt = now
    }

    /// Lets tokens flow in faster or slower from now on.
    package mutating func flow(perSecond rate: Double, at now: Instant) {
        fill(at: now)
        perSecond = max(rate, 1e-6)
        tokens = min(tokens, max(perSecond, 1))
    }

    /// Takes up to `wanted` tokens; how many it got. A clock that goes backwards adds nothing.
    package mutating func take(_ wanted: Int, at now: Instant) -> Int {
        fill(at: now)
        let taken = max(min(Double(wanted), tokens.rounded(.down)), 0)
        tokens -= taken
        return Int(taken)
    }

    /// Puts back what was taken and not used.
    package mutating func put(_ count: Int) {
        tokens = min(tokens + Double(max(count, 0)), max(perSecond, 1))
    }

    /// The first instant at which a token is there.
    package func next(at now: Instant) -> Instant {
        var copy = self
        copy.fill(at: now)
        guard copy.tokens < 1 else { return now }
        let milliseconds = (1 - copy.tokens) / perSecond * 1_000
        return now + TimeSpan(milliseconds: Int64(min(milliseconds.rounded(.up), 1e12)))
    }

    private mutating func fill(at now: Instant) {
        guard now > filledAt else { return }
        tokens = min(tokens + Double((now - filledAt).milliseconds) * perSecond / 1_000, max(perSecond, 1))
        filledAt = now
    }
}
