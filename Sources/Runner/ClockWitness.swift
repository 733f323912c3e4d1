import Playbooks

/// Whether the answers of channels say another time than the machine's clock.
///
/// One answer proves nothing: a proxy may be wrong. Two hosts, or three answers in a row, that agree are believed.
struct ClockWitness: Sendable {
    /// What is believed: how far the answers are ahead of the machine's clock, and whose they are.
    struct Testimony: Sendable, Equatable {
        var difference: TimeSpan
        var hosts: [String]
    }

    /// So far an answer may be off: the way takes time, and clocks differ.
    static let most = TimeSpan.minutes(10)
    /// So far answers that agree may differ.
    private static let agreement = TimeSpan.minutes(1)

    /// Differences of which a person has said that the machine's clock is right.
    var accepted: [TimeSpan]
    /// The last answers in a row that agree on another time.
    private var dissent: [(host: String, difference: TimeSpan)] = []
    /// What was told of them: once is enough.
    private var told: TimeSpan?

    init(accepted: [TimeSpan] = []) {
        self.accepted = accepted
    }

    /// - Parameter difference: how far an answer is ahead of the machine's clock.
    /// - Returns: what is to be believed from now on; nil when nothing, or the same was told before.
    mutating func note(_ difference: TimeSpan, from host: String) -> Testimony? {
        func isNear(_ other: TimeSpan, within most: TimeSpan) -> Bool {
            abs(difference.milliseconds - other.milliseconds) <= most.milliseconds
        }
        if isNear(.seconds(0), within: Self.most) {
            (dissent, told) = ([], nil)
            return nil
        }
        if accepted.contains(where: { isNear($0, within: Self.most) }) { return nil }
        if let first = dissent.first, !isNear(first.difference, within: Self.agreement) { dissent = [] }
        dissent.append((host, difference))
        let hosts = Set(dissent.map(\.host))
        guard hosts.count > 1 || dissent.count > 2 else { return nil }
        dissent = dissent.suffix(2)
        if let told, isNear(told, within: Self.agreement) { return nil }
        told = difference
        return Testimony(difference: difference, hosts: hosts.sorted())
    }
}
