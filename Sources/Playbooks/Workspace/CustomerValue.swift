/// What the team says of what customers are worth (`ltv` in data.yaml).
package struct CustomerValue: Sendable, Hashable {
    /// The share of MRR that is left when what it costs to serve an account is paid, 0 to 1.
    package var margin: Double
    /// How far ahead is counted.
    package var horizon: TimeSpan
    /// What one case costs in which somebody is touched, in the currency; nil when nobody says.
    package var touchCost: Double?

    package static let usualHorizon = TimeSpan.days(365)

    package init(margin: Double, horizon: TimeSpan = usualHorizon, touchCost: Double? = nil) {
        (self.margin, self.horizon, self.touchCost) = (margin, horizon, touchCost)
    }

    package var days: Int { Int(horizon.milliseconds / 86_400_000) }
}
