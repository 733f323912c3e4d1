package import Playbooks

/// A stage that an account reached in a journey, once.
package struct StageEntry: Sendable, Equatable {
    package enum How: String, Sendable, CaseIterable {
        case entered
        /// It went further in the same moment.
        case skipped
        /// It was there, or past it, when it was first looked at, so that nobody knows since when.
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
    /// The entries that come to be with it.
    package var entries: [StageEntry]
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

    /// An account that is older when it is first looked at has come into its stages nobody knows when.
    private static let patience = TimeSpan.days(2)

    /// The move onto a journey, in the furthest stage that the account ever reached there; nil when it stays.
    ///
    /// - Parameter isMet: whether the account meets the condition of a stage, by the stage's index.
    package func move(onto journey: Journey, now: Instant, isMet: (Int) -> Bool) -> StageMove? {
        func rank(_ name: String?) -> Int? {
            name.flatMap { name in journey.stages.firstIndex { $0.name == name } }.map { $0 + 1 }
        }
        let known = entries.filter { $0.journey == journey.name }
        var reached = self.journey == journey.name ? rank(stage) : nil
        reached = reached ?? known.compactMap { rank($0.stage) }.max()
        var place = max(reached ?? 0, journey.isImported ? 0 : 1)
        for index in journey.stages.indices.reversed() where index + 1 > place {
            let isThere = journey.isImported ? imported == journey.stages[index].name : isMet(index)
            if isThere { place = index + 1 }
        }
        let stage = place > 0 ? journey.stages[place - 1].name : nil
        guard self.journey != journey.name || self.stage != stage else { return nil }
        let isNew = known.isEmpty
        let isDated = journey.isImported && imported == stage && stage != nil
        let at = isDated ? importedAt.flatMap { $0 < now ? $0 : nil } ?? now : now
        let begunAt = self.journey == nil && isNew ? createdAt : at
        let isFound = isNew && createdAt < now - Self.patience
        let entries = journey.stages.prefix(place).enumerated().compactMap { index, stage -> StageEntry? in
            guard !known.contains(where: { $0.stage == stage.name }) else { return nil }
            return StageEntry(
                journey: journey.name, stage: stage.name, at: index == 0 ? begunAt : at,
                how: isFound ? .found : index == 0 || index + 1 == place ? .entered : .skipped)
        }
        let since = (entries + known).first { $0.stage == stage }?.at
        return StageMove(journey: journey.name, stage: stage, since: since, previous: self.stage, entries: entries)
    }

    /// The move off all journeys, back to the stage that the data say.
    package var departure: StageMove? {
        guard journey != nil else { return nil }
        return StageMove(journey: nil, stage: imported, since: importedAt, previous: stage, entries: [])
    }
}
