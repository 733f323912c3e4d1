import Decisions
import Playbooks
import Storage

/// Attributes that look as if a column had been emptied or filled with other things, so that enrollments that ask for them
/// wait.
///
/// The rules are `max_nulls` and `max_shift`; they compare with the last cycle in which the values were believed.
struct AttributeDoubts {
    /// By attribute, why.
    private(set) var reasons: [String: String] = [:]
    /// What is written when the cycle is: the counts of the attributes that are believed.
    private(set) var counts: [NullCounts.Count] = []

    private var censuses: [String: ValueCensus] = [:]

    /// The rows of the whole workspace in the table of counts.
    static let everybody: Int64 = 0

    /// - Parameters:
    ///   - attributes: those that versions read whose enrollments may move.
    ///   - isLookedAt: whether they are counted; else what was found last still stands.
    init(
        _ attributes: Set<String>, _ workspace: Workspace, isLookedAt: Bool, _ connection: Connection
    ) throws {
        let rules = workspace.configuration.safety
        guard rules.maxNulls < 1 || rules.maxShift < 1, !attributes.isEmpty else { return }
        let read = try FullReads.newest(connection).map { "\($0.milliseconds)" } ?? ""
        let marker = try "\(read) \(Meta.accountImports(connection))"
        let kept = try DoubtfulAttributes(connection)
        guard isLookedAt || kept.marker != marker else {
            reasons = kept.reasons
            return
        }
        let safety = Safety(rules)
        let nulls = NullCounts()
        let known = try NullCounts.atLastMatch(of: Self.everybody, connection)
        let believed = rules.maxShift < 1 ? try ValueCensus.believed(connection) : [:]
        for attribute in attributes.sorted() {
            let now = try nulls.now(attribute, connection)
            let type = rules.maxShift < 1 ? workspace.dataMap.attribute(attribute)?.type : nil
            let census =
                try type?.hasUsualValues == true
                ? ValueCensus.now(attribute, upTo: now.lastAccount, connection) : nil
            if let earlier = known.first(where: { $0.attribute == attribute }) {
                let accounts = try NullCounts.accounts(upTo: earlier.lastAccount, connection)
                let found = Safety.NewNulls(
                    attribute: attribute, accounts: accounts, nulls: try nulls.lost(since: earlier, connection))
                var reason = safety.hold([found])
                if reason == nil, let census, let type, let before = believed[attribute] {
                    // Accounts that have come since change what all have, and are no doubt.
                    let same =
                        earlier.lastAccount == now.lastAccount
                        ? census : try ValueCensus.now(attribute, upTo: earlier.lastAccount, connection)
                    reason = safety.hold(attribute, same, since: before, of: accounts, isMeasure: type.isMeasure)
                }
                if let reason {
                    reasons[attribute] = reason
                    continue
                }
            }
            if let census, believed[attribute] != census { censuses[attribute] = census }
            counts.append(now)
        }
        isCounted = true
        self.marker = marker
        isNews = kept.reasons != reasons || kept.marker != marker || known.isEmpty
    }

    /// Whether there is something to write.
    private(set) var isNews = false
    private var isCounted = false
    private var marker = ""

    /// Keeps what was found, for cycles that do not count and for `status`.
    func record(_ connection: Connection) throws {
        guard isCounted else { return }
        try NullCounts.record(counts, of: Self.everybody, connection)
        for (attribute, census) in censuses { try census.record(attribute, connection) }
        try DoubtfulAttributes.write(reasons, marker: marker, connection)
    }
}

extension ValueType {
    /// Whether a value says the same tomorrow; moments and dates move on.
    fileprivate var hasUsualValues: Bool { self != .date && self != .instant }

    /// Whether it may well change every day.
    fileprivate var isMeasure: Bool { isNumeric || self == .duration }
}

extension Version {
    /// The attributes of accounts and the metrics that its steps, exits and goals ask for.
    var walkedReads: Term.Reads {
        let terms = questions.map(\.term) + playbook.programs.joined().flatMap(\.terms)
        var reads = terms.reduce(into: Term.Reads()) { $0.formUnion($1.reads) }
        reads.attributes.subtract(["key", "status", "created_at", "stage", "stage_since", "journey"])
        // What its own steps write may well change for many at once.
        reads.attributes.subtract(playbook.writtenAttributes)
        return reads
    }
}
