import Decisions
import Playbooks
import Storage

/// Attributes that look as if a column had been emptied, so that enrollments that ask for them wait.
///
/// The rule is that of `max_nulls`; it compares with the last cycle in which the values were believed.
struct AttributeDoubts {
    /// By attribute, why.
    private(set) var reasons: [String: String] = [:]
    /// What is written when the cycle is: the counts of the attributes that are believed.
    private(set) var counts: [NullCounts.Count] = []

    /// The rows of the whole workspace in the table of counts.
    static let everybody: Int64 = 0

    /// - Parameters:
    ///   - attributes: those that versions read whose enrollments may move.
    ///   - isLookedAt: whether they are counted; else what was found last still stands.
    init(
        _ attributes: Set<String>, _ configuration: Configuration, isLookedAt: Bool, _ connection: Connection
    ) throws {
        guard configuration.safety.maxNulls < 1, !attributes.isEmpty else { return }
        let marker = try FullReads.newest(connection).map { "\($0.milliseconds)" } ?? ""
        let kept = try DoubtfulAttributes(connection)
        guard isLookedAt || kept.marker != marker else {
            reasons = kept.reasons
            return
        }
        let safety = Safety(configuration.safety)
        let nulls = NullCounts()
        let known = try NullCounts.atLastMatch(of: Self.everybody, connection)
        for attribute in attributes.sorted() {
            let now = try nulls.now(attribute, connection)
            if let earlier = known.first(where: { $0.attribute == attribute }) {
                let found = Safety.NewNulls(
                    attribute: attribute, accounts: try NullCounts.accounts(upTo: earlier.lastAccount, connection),
                    nulls: try nulls.lost(since: earlier, connection))
                if let reason = safety.hold([found]) {
                    reasons[attribute] = reason
                    continue
                }
            }
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
        try DoubtfulAttributes.write(reasons, marker: marker, connection)
    }
}

extension Version {
    /// The attributes of accounts that its steps, exits and goals ask for.
    var walkedAttributes: Set<String> {
        let terms = questions.map(\.term) + playbook.programs.joined().flatMap(\.terms)
        let read = terms.reduce(into: Set<String>()) { $0.formUnion($1.reads.attributes) }
        return read.subtracting(["key", "status", "created_at", "stage", "stage_since", "journey"])
    }
}
