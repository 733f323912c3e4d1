import Playbooks

/// The way of one account through the stages of a journey, up to the furthest that it reached.
struct StagePath {
    var journey: Journey
    /// Its entries of this journey.
    var known: [StageEntry]
    /// When it met the conditions of the stages, in their order.
    var reaches: [StageReach]
    /// For what is only seen to be so.
    var seenAt: Instant
    /// When it came onto the journey; nothing happened on it before.
    var begunAt: Instant
    var isBeginKnown: Bool
    /// Whether what is only seen may have been so for long.
    var isFound: Bool

    /// The entries that are not known yet, or that are earlier than known.
    var entries: [StageEntry] {
        var entries: [StageEntry] = []
        var later: StageEntry?
        for index in reaches.indices.reversed() {
            let known = self.known.first { $0.stage == journey.stages[index].name }
            let own = entry(index, before: later, known)
            if known.map({ own.at < $0.at }) ?? true { entries.append(own) }
            later = known.map { own.at < $0.at ? own : $0 } ?? own
        }
        return entries.reversed()
    }

    private func entry(_ index: Int, before later: StageEntry?, _ known: StageEntry?) -> StageEntry {
        func entry(_ at: Instant, _ how: StageEntry.How) -> StageEntry {
            StageEntry(journey: journey.name, stage: journey.stages[index].name, at: at, how: how)
        }
        if index == 0 { return entry(begunAt, isBeginKnown ? .entered : .found) }
        switch reaches[index] {
        case .at(let moment) where later.map({ max(moment, begunAt) < $0.at }) ?? true:
            return entry(max(moment, begunAt), .entered)
        case .by(let moment):
            let by = max(moment, begunAt)
            return entry(min(by, later?.at ?? by), .found)
        case .seen where isFound || known?.how == .found:
            return entry(min(seenAt, later?.at ?? seenAt), .found)
        case .at, .seen, .never:
            // It went past it, in the moment in which it came further.
            guard let later else { return entry(seenAt, isFound ? .found : .entered) }
            return entry(min(seenAt, later.at), later.how == .found ? .found : .skipped)
        }
    }
}
