/// The seats of the experiments that are drawn within strata: who enters next of a stratum has its next seat, and a number in
/// [0, 1) belongs to each seat.
///
/// Of any twenty seats in a row, from the first on, each arm has its share, up to one: so the arms are alike in the stratum
/// however few it holds. Which seats they are is a lot of the experiment, the stratum and the twenty. Accounts are decided in
/// the order of their ids.
package final class Seats {
    /// So many seats share out the arms between them.
    static let row = 20

    private struct Stratum: Hashable {
        var experimentID: Int64
        var name: String
    }

    private struct Holder: Hashable {
        var experimentID: Int64
        var account: Int64
    }

    private var taken: [Stratum: Int] = [:]
    /// Those that were taken since they were loaded: an account that is decided again keeps its seat.
    private var holders: [Holder: Int] = [:]
    /// Whether the seats that were taken before are known.
    package private(set) var isLoaded = false

    package init() {}

    /// Lets it know how many seats of an experiment were taken before, by stratum.
    package func load(_ counts: [String: Int], of experimentID: Int64) {
        for (name, count) in counts { taken[Stratum(experimentID: experimentID, name: name)] = count }
    }

    package func finishLoading() { isLoaded = true }

    package func removeAll() {
        (taken, holders, isLoaded) = ([:], [:], false)
    }

    /// The seat that an account has, or would have if it entered next.
    func seat(of account: Int64, _ stratum: String, of experimentID: Int64) -> Int {
        holders[Holder(experimentID: experimentID, account: account)]
            ?? taken[Stratum(experimentID: experimentID, name: stratum)] ?? 0
    }

    func take(_ account: Int64, _ stratum: String, of experimentID: Int64) {
        let holder = Holder(experimentID: experimentID, account: account)
        guard holders[holder] == nil else { return }
        let stratum = Stratum(experimentID: experimentID, name: stratum)
        holders[holder] = taken[stratum, default: 0]
        taken[stratum, default: 0] += 1
    }

    /// The number of a seat, evenly spread over the twenty that it is among.
    package static func number(salt: String, stratum: String, seat: Int) -> Double {
        let first = seat / row * row
        let salt = "\(salt)/stratum/\(stratum)/\(first)"
        func lot(_ seat: Int) -> Double { Draw.number(salt: salt, key: "\(seat)") }
        let own = lot(seat)
        let rank = (first..<(first + row)).count { lot($0) < own }
        return (Double(rank) + Draw.number(salt: salt, key: "start")) / Double(row)
    }
}
