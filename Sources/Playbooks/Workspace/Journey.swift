/// The ordered stages that a segment should pass through, with expected times (`journeys/*.yaml`).
///
/// An account is on the first journey, by the name of its file, whose segment holds, and in the furthest stage that it
/// ever reached there; it never falls back.
package struct Journey: Sendable, Hashable {
    package struct Stage: Sendable, Hashable {
        package var name: String
        /// Brings an account into the stage; nil for the first, where all begin, and when the stages come with the data.
        package var enter: Term?
        /// How long an account is expected to stay.
        package var expected: TimeSpan?
        /// What others do there, for the map: a call, a business review.
        package var touchpoints: [String] = []
        package var position: Position

        package init(_ name: String, enter: Term? = nil, expected: TimeSpan? = nil, position: Position) {
            self.name = name
            self.enter = enter
            self.expected = expected
            self.position = position
        }
    }

    package var name: String
    /// The segment whose accounts are on it; nil for all active accounts.
    package var audience: NamedTerm?
    /// Whether the stages come with the data (`source: import`).
    package var isImported = false
    package var stages: [Stage]
    package var position: Position

    package init(_ name: String, audience: NamedTerm? = nil, stages: [Stage], position: Position) {
        self.name = name
        self.audience = audience
        self.stages = stages
        self.position = position
    }

    package func stage(_ name: String) -> Stage? { stages.first { $0.name == name } }

    /// Every condition by which it decides.
    package var terms: [Term] { (audience.map { [$0.term] } ?? []) + stages.compactMap(\.enter) }
}
