package import Playbooks

/// A stage that an account reached in a journey, once.
package struct StageEntry: Sendable, Equatable {
    package enum How: String, Sendable, CaseIterable {
        case entered
        /// It went further in the same moment.
        case skipped
        /// It was there, or past it, when it was first looked at or when the values that the stage counts begin, and the data do
        /// not say since when.
        case found
    }

    package var journey: String
    package var stage: String
    package var at: Instant
    package var how: How

    package init(journey: String, stage: String, at: Instant, how: How) {
        self.journey = journey
        self.stage = stage
        self.at = at
        self.how = how
    }
}

/// An account that comes into another stage, on another journey, or off all journeys.
package struct StageMove: Sendable, Equatable {
    /// Nil for an account that is on no journey any more; it then has the stage that the data say.
    package var journey: String?
    package var stage: String?
    package var since: Instant?
    package var previous: String?
    /// The entries that come to be with it, and those that turn out to be earlier than was known.
    package var entries: [StageEntry]
    /// Whether it comes into another stage or onto another journey, and not only to other dates.
    package var isEntry = true
}

/// Where an account stands before the journeys are looked at.
package struct StagePlace: Sendable, Equatable {
    package var journey: String?
    package var stage: String?
    package var imported: String?
    package var importedAt: Instant?
    package var createdAt: Instant
    package var entries: [StageEntry]

    package init(
        journey: String? = nil, stage: String? = nil, imported: String? = nil, importedAt: Instant? = nil,
        createdAt: Instant, entries: [StageEntry] = []
    ) {
        self.journey = journey
        self.stage = stage
        self.imported = imported
        self.importedAt = importedAt
        self.createdAt = createdAt
        self.entries = entries
    }

    /// An account that is older when it is first looked at may have come into its stages long ago.
    private static let patience = TimeSpan.days(2)

    /// Whether nobody has looked at the account yet, so that its own dates tell how it came where it is.
    package var isNew: Bool { journey == nil && entries.isEmpty }

    /// Since when the account is on a journey, as far as is known before it is looked at.
    package func begun(on journey: Journey) -> Instant? {
        entries.first { $0.journey == journey.name && $0.stage == journey.stages.first?.name }?.at
            ?? (isNew ? createdAt : nil)
    }

    /// The move onto a journey, in the furthest stage that the account ever reached there; nil when it stays.
    ///
    /// - Parameters:
    ///   - now: the moment of the look; for an account that has left, when it left.
    ///   - reach: when the account met the condition of a stage, by the stage's index.
    package func move(onto journey: Journey, now: Instant, reach: (Int) -> StageReach) -> StageMove? {
        let known = entries.filter { $0.journey == journey.name }
        let reaches = journey.stages.enumerated().map { index, stage -> StageReach in
            journey.isImported ? (imported == stage.name ? .seen : .never) : index == 0 ? .seen : reach(index)
        }
        func rank(_ name: String?) -> Int? {
            name.flatMap { name in journey.stages.firstIndex { $0.name == name } }.map { $0 + 1 }
        }
        let ranked = (self.journey == journey.name ? rank(stage) : nil) ?? known.compactMap { rank($0.stage) }.max()
        let place = max(ranked ?? 0, (reaches.lastIndex { $0 != .never } ?? -1) + 1)
        let stage = place > 0 ? journey.stages[place - 1].name : nil
        let isDated = journey.isImported && imported == stage && stage != nil
        let seenAt = isDated ? importedAt.flatMap { $0 < now ? $0 : nil } ?? now : now
        let isFound = known.isEmpty && createdAt < now - Self.patience
        let path = StagePath(
            journey: journey, known: known, reaches: Array(reaches.prefix(place)), seenAt: seenAt,
            begunAt: begun(on: journey) ?? seenAt, isBeginKnown: isNew && !journey.isImported || !isFound,
            isFound: isFound)
        let made = path.entries
        let isEntry = self.journey != journey.name || self.stage != stage
        guard isEntry || !made.isEmpty else { return nil }
        let since = (made + known).first { $0.stage == stage }?.at
        return StageMove(
            journey: journey.name, stage: stage, since: since, previous: self.stage, entries: made, isEntry: isEntry)
    }

    /// The move off all journeys, back to the stage that the data say.
    package var departure: StageMove? {
        guard journey != nil else { return nil }
        return StageMove(journey: nil, stage: imported, since: importedAt, previous: stage, entries: [])
    }
}
