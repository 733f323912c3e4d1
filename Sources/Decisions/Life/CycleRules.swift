package import Playbooks

/// Everything that is the same for all accounts of a cycle.
package struct CycleRules: Sendable {
    package struct GlobalHoldout: Sendable, Equatable {
        package var experimentID: Int64
        package var salt: String
        package var share: Double

        package init(experimentID: Int64, salt: String, share: Double) {
            self.experimentID = experimentID
            self.salt = salt
            self.share = share
        }
    }

    package var context: EvaluationContext
    /// The moment of the cycle before; nil when there was none.
    package var lastCycle: Instant?
    package var versions: [Int64: Version]
    /// The playbooks that are matched in this cycle, in the order in which they arbitrate.
    package var matching: [PlaybookAtWork]
    package var holds: [Int64: Hold] = [:]
    /// When a back-up was put back of which nobody knows what has left since; nil when none was, or long ago.
    package var unsureSince: Instant?
    /// The keys of the occurrences of campaigns that may still enter, held ones included, by the playbook's id; nil for one at
    /// which nobody looked.
    package var keptOccurrences: [Int64: Set<String>] = [:]
    /// When the schedules of campaigns began, by the playbook's id.
    package var scheduledSince: [Int64: Instant] = [:]
    /// Playbooks whose data are late: verdicts are told, and no match begins or ends to stand.
    package var stale: Set<Int64> = []
    package var globalHoldout: GlobalHoldout?
    /// Whether accounts may come into stages in this cycle.
    package var movesThroughStages = true
    /// When accounts last came into stages; nil when they never did.
    package var stagesAt: Instant?
    /// The newest event that the cycle knows of.
    package var newestEvent: Int64?
    /// The accounts with events that arrived since and happened before, with the moment of the earliest.
    package var lateEvents: [Int64: Instant] = [:]
    /// Whether every verdict is kept with its account, for somebody who asks who they are.
    package var keepsVerdicts = false
    /// The workspace's channel of each kind, and the names of all that are declared.
    package var channels: [Channel.Kind: String]
    package var declaredChannels: Set<String>
    package var times: SendTimes
    package var freezes = FreezeCache()

    package init(
        context: EvaluationContext, lastCycle: Instant? = nil, versions: [Int64: Version] = [:],
        matching: [PlaybookAtWork] = [], globalHoldout: GlobalHoldout? = nil, channels: [Channel.Kind: String] = [:],
        declaredChannels: Set<String> = [], times: SendTimes = .always
    ) {
        self.context = context
        self.lastCycle = lastCycle
        self.versions = versions
        self.matching = matching
        self.globalHoldout = globalHoldout
        self.channels = channels
        self.declaredChannels = declaredChannels
        self.times = times
    }

    package var now: Instant { context.now }
    package var zone: Zone { context.zone }

    /// When a touch may go out on the clock of a zone: the moment from which it counts, and the first allowed one.
    ///
    /// - Parameters:
    ///   - wallClock: the time that a campaign on local clocks is for.
    ///   - base: when the step was reached.
    ///   - value: the account's values of the attributes that calendars ask for.
    package func allowed(
        _ send: Step.Send, category: String, wallClock: Instant?, from base: Instant, in zone: Zone,
        value: (_ attribute: String) -> String?
    ) -> (base: Instant, opening: SendTimes.Opening) {
        let base = wallClock.map { max(base, LocalOccurrence(wallClock: $0).instant(in: zone)) } ?? base
        return (
            base, times.opening(send.kind, category: category, own: send.window, from: base, in: zone, value: value)
        )
    }

    package func channel(of send: Step.Send) -> String? { send.channel ?? channels[send.kind] }

    /// Whether an account went on after the last look, or did something that was not known then, before it left.
    package func isUnseen(_ account: Int64, before left: Instant) -> Bool {
        [stagesAt, lateEvents[account]].compactMap { $0 }.contains { $0 < left }
    }
}

/// An occurrence on each contact's own clock: a wall-clock time, kept as the instant at which UTC shows it.
package struct LocalOccurrence: Sendable {
    package let wallClock: Instant

    package init(wallClock: Instant) {
        self.wallClock = wallClock
    }

    /// The occurrence of a match key such as `2026-12-01T10:00:00Z local`; nil for every other key.
    package init?(matchKey: String) {
        guard matchKey.hasSuffix(" local"), case .success(let instant) = Instant.parse(String(matchKey.dropLast(6)))
        else { return nil }
        wallClock = instant
    }

    package var matchKey: String { "\(wallClock) local" }

    package func instant(in zone: Zone) -> Instant {
        let day = Zone.utc.day(of: wallClock)
        let minute = (wallClock - Zone.utc.start(of: day)).milliseconds / 60_000
        return zone.instant(of: day, minute: Int(minute))
    }
}
