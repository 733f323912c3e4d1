import Decisions
import Playbooks
import Storage

extension BlockDay {
    /// What is known of some accounts as of earlier moments.
    struct Looked {
        var block: Block
        /// From which moment on the rows are loaded that windows look back to; nil when all are.
        var earliest: Instant?
    }

    /// Moves the accounts of the block into their stages, as of the moments at which they came there; the block then says
    /// where they are.
    ///
    /// - Parameters:
    ///   - entries: the stages that accounts ever reached, by account.
    ///   - look: the accounts with what is needed as of moments from one on.
    func moveThroughStages(
        _ block: inout Block, entries: ([Int64]) throws -> [Int64: [StageEntry]],
        look: ([Int64], Instant) throws -> Looked
    ) rethrows -> [Int: StageMove] {
        let isNeeded = !journeys.isEmpty || block.ids.indices.contains { block.text(Block.journey, $0) != nil }
        guard rules.movesThroughStages, isNeeded else { return [:] }
        let turn = StageTurn(day: self, block)
        let candidates = block.ids.indices.filter(turn.mayMove)
        guard !candidates.isEmpty else { return [:] }
        let known = try entries(candidates.map { block.ids[$0] })
        var moves: [Int: StageMove] = [:]
        for (number, places) in turn.places(candidates, known) {
            guard let number else {
                for (index, place) in places where !turn.hasLeft(index) { moves[index] = place.departure }
                continue
            }
            let reaches = try turn.reaches(journeys[number], places, look)
            for (index, place) in places
            where place.isNew || !turn.hasLeft(index) || place.journey == journeys[number].name {
                // Of those that have left, what has no date was seen while they were there.
                let isSeen = place.isNew || !turn.hasLeft(index)
                moves[index] = place.move(onto: journeys[number], now: turn.end(of: index)) { stage in
                    reaches[stage][index] ?? (isSeen && turn.isMet(number, stage, index) ? .seen : .never)
                }
                if turn.hasLeft(index) { moves[index]?.isEntry = false }
            }
        }
        for (index, move) in moves { Self.apply(move, to: &block, at: index) }
        return moves
    }

    static func apply(_ move: StageMove, to block: inout Block, at index: Int) {
        block.set(Block.journey, .text(move.journey), at: index)
        block.set("stage", .text(move.stage), at: index)
        block.set("stage_since", .number(move.since.map { Double($0.milliseconds) } ?? .nan), at: index)
    }
}

/// The look of one cycle at the stages of the accounts of a block.
private struct StageTurn {
    private let day: BlockDay
    private let block: Block
    /// By journey, and by stage.
    private let audiences: [Column?]
    private let enters: [[Column?]]
    /// When accounts left whose way up to then is looked at, by index.
    private let departures: [Int: Instant]

    init(day: BlockDay, _ block: Block) {
        self.day = day
        departures = block.ids.indices.reduce(into: [:]) { found, index in
            guard let left = Self.departure(block, index),
                block.text(Block.journey, index) == nil || day.rules.isUnseen(block.ids[index], before: left)
            else { return }
            found[index] = left
        }
        self.block = Self.asCustomers(block, departures.keys)
        let evaluator = Evaluator(day.rules.context, self.block)
        audiences = day.journeys.map { $0.audience.map { evaluator.column($0.term, of: .accounts) } }
        enters = day.journeys.map { $0.stages.map { $0.enter.map { evaluator.column($0, of: .accounts) } } }
    }

    /// Accounts that have left are taken for the customers that they were until then.
    private static func asCustomers(_ block: Block, _ accounts: some Sequence<Int>) -> Block {
        var block = block
        for index in accounts where departure(block, index) != nil {
            block.set("status", .text("active"), at: index)
        }
        return block
    }

    private static func departure(_ block: Block, _ index: Int) -> Instant? {
        block.text("status", index) == "churned" ? block.instant("churned_at", index) : nil
    }

    func hasLeft(_ index: Int) -> Bool { departures[index].map { $0 < day.rules.now } ?? false }

    func isMet(_ journey: Int, _ stage: Int, _ index: Int) -> Bool { enters[journey][stage]?.holds(index) ?? false }

    /// Until when an account can have come into a stage.
    func end(of index: Int) -> Instant { min(departures[index] ?? day.rules.now, day.rules.now) }

    private func journey(of index: Int) -> Int? {
        day.journeys.indices.first { audiences[$0]?.holds(index) ?? true }
    }

    private func place(_ index: Int, _ entries: [StageEntry]) -> StagePlace {
        StagePlace(
            journey: block.text(Block.journey, index), stage: block.text("stage", index),
            imported: block.text("stage_imported", index), importedAt: block.instant("stage_imported_at", index),
            createdAt: block.instant(Block.origin, index) ?? block.instant("created_at", index) ?? day.rules.now,
            entries: entries)
    }

    func mayMove(_ index: Int) -> Bool {
        guard block.text("status", index) == "active" else { return false }
        let place = place(index, [])
        guard let number = journey(of: index) else { return place.departure != nil }
        guard !day.heldJourneys.contains(day.journeys[number].name) else { return false }
        if place.journey == day.journeys[number].name,
            departures[index] != nil || day.rules.lateEvents[block.ids[index]] != nil
        {
            return true
        }
        return place.journey != day.journeys[number].name
            || place.move(onto: day.journeys[number], now: day.rules.now) {
                isMet(number, $0, index) ? .seen : .never
            }?.isEntry == true
    }

    /// The candidates by their journey; nil for those that are on none.
    func places(
        _ candidates: [Int], _ entries: [Int64: [StageEntry]]
    ) -> [(journey: Int?, places: [Int: StagePlace])] {
        Dictionary(grouping: candidates, by: journey).map { journey, candidates in
            (
                journey,
                Dictionary(uniqueKeysWithValues: candidates.map { ($0, place($0, entries[block.ids[$0]] ?? [])) })
            )
        }
    }

    /// When accounts came to meet the conditions of the stages, by stage and index; nothing where the data do not say it.
    func reaches(
        _ journey: Journey, _ places: [Int: StagePlace], _ look: ([Int64], Instant) throws -> BlockDay.Looked
    ) rethrows -> [[Int: StageReach]] {
        var reaches: [[Int: StageReach]] = journey.stages.map { _ in [:] }
        var spans: [Int: StagePast.Span] = [:]
        var begun: [Int: Instant] = [:]
        for (index, place) in places {
            guard let begin = place.begun(on: journey), place.isNew || place.journey == journey.name else { continue }
            begun[index] = begin
            // What was looked at before is known, unless more of it has become known since.
            let seen = [day.rules.lateEvents[block.ids[index]], day.rules.stagesAt].compactMap { $0 }.min()
            let from = place.isNew ? begin : max(begin, seen ?? begin)
            spans[index] = StagePast.Span(from: from, until: max(from, end(of: index)))
        }
        for isAgain in [false, true] where !spans.isEmpty {
            let earliest = spans.values.map(\.from).min() ?? day.rules.now
            let ids = spans.keys.map { block.ids[$0] }.sorted()
            let looked = try look(ids, earliest)
            let own = Dictionary(uniqueKeysWithValues: looked.block.ids.enumerated().map { ($1, $0) })
            let past = StagePast(
                day.rules.context, Self.asCustomers(looked.block, looked.block.ids.indices), earliest: looked.earliest)
            var early: [Int: StagePast.Span] = [:]
            for stage in journey.stages.indices {
                guard let enter = journey.stages[stage].enter else { continue }
                var asked: [Int: StagePast.Span] = [:]
                for (index, span) in spans where isOpen(journey, stage, places[index], span) {
                    if let place = own[block.ids[index]] { asked[place] = span }
                }
                let found = past.reaches(of: enter, asked)
                for (index, span) in spans {
                    guard let reach = own[block.ids[index]].flatMap({ found[$0] }) else { continue }
                    reaches[stage][index] = reach
                    // It held before already: then all of its past is looked at.
                    if reach == .at(span.from), let begin = begun[index], begin < span.from {
                        early[index] = StagePast.Span(from: begin, until: span.until)
                    }
                }
            }
            spans = isAgain ? [:] : early
        }
        return reaches
    }

    /// Whether it is not known yet that the account came into a stage before the span.
    private func isOpen(_ journey: Journey, _ stage: Int, _ place: StagePlace?, _ span: StagePast.Span) -> Bool {
        let known = place?.entries.first { $0.journey == journey.name && $0.stage == journey.stages[stage].name }
        return known.map { $0.at > span.from } ?? true
    }
}
