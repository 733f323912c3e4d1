/// By how much a write transaction has changed what is counted, before it is written.
struct FlowSums: Sendable {
    /// A touch of which a kind of outcome is known; it counts once, however many events told of it.
    struct Heard: Hashable, Sendable {
        var touch: Int64
        var kind: String
    }

    /// A match that stands; an account counts once, however many of its matches have the verdict.
    struct Standing: Hashable, Sendable {
        var playbook: Int64
        var account: Int64
        var verdict: String
    }

    struct Passed: Hashable, Sendable {
        var enrollment: Int64
        var step: String
        var result: String
    }

    /// What was counted last, which mostly comes again: looking at a few is less than a hash of all that they say.
    private var recent: [(key: FlowKey, number: Int64)] = []
    private var earlier: [FlowKey: Int64] = [:]
    /// Rows by what they are about: where they count is known when the transaction ends.
    private(set) var heard: [Heard: Int64] = [:]
    private(set) var standing: [Standing: Int64] = [:]
    private(set) var passed: [Passed: Int64] = [:]

    var counts: [FlowKey: Int64] {
        recent.reduce(into: earlier) { counts, item in counts[item.key, default: 0] += item.number }
    }

    var isEmpty: Bool { recent.isEmpty && earlier.isEmpty && heard.isEmpty && standing.isEmpty && passed.isEmpty }

    mutating func add(_ key: FlowKey, _ number: Int64) {
        for index in recent.indices where recent[index].key == key {
            recent[index].number += number
            return
        }
        if recent.count == Self.mostRecent {
            earlier = counts
            recent.removeAll(keepingCapacity: true)
        }
        recent.append((key, number))
    }

    private static let mostRecent = 16

    /// Counts a row.
    ///
    /// - Parameters:
    ///   - row: its values, in the order of the table's columns.
    ///   - sign: 1 for one that is there now, -1 for one that was there before.
    mutating func add(_ row: [SQLValue], of table: FlowTable, _ sign: Int64) {
        func integer(_ place: Int) -> Int64 { row[place].integer ?? 0 }
        func text(_ place: Int) -> String { row[place].text ?? "" }
        switch table {
        case .touch:
            add(FlowKey(what: .touch, owner: integer(0), name: text(1), value: text(2)), sign)
            if let settled = row[3].integer {
                add(FlowKey(what: .settled, slot: settled / FlowKey.quarter, value: text(2)), sign)
            }
        case .enrollment: addEnrollment(row, sign)
        case .passage: passed[Passed(enrollment: integer(0), step: text(1), result: text(2)), default: 0] += sign
        case .outcome:
            if let touch = row[0].integer { heard[Heard(touch: touch, kind: text(1)), default: 0] += sign }
        case .standing:
            guard row[3] == .null else { return }
            standing[Standing(playbook: integer(0), account: integer(1), verdict: text(2)), default: 0] += sign
        case .assignment: add(FlowKey(what: .assigned, owner: integer(0), value: text(1)), sign)
        case .account:
            add(FlowKey(what: .account, value: text(0)), sign)
            add(FlowKey(what: .mrr, value: text(0)), sign * integer(1))
            guard text(0) == "active", let journey = row[2].text, let stage = row[3].text else { return }
            let day = row[4].integer.map { $0 / FlowKey.day } ?? -1
            add(FlowKey(what: .stage, slot: day, name: journey, value: stage), sign)
        case .contact: add(FlowKey(what: .contact), sign)
        case .suppression: add(FlowKey(what: .suppression, value: text(0)), sign)
        case .event: add(FlowKey(what: .event), sign)
        }
    }

    private mutating func addEnrollment(_ row: [SQLValue], _ sign: Int64) {
        let playbook = row[0].integer ?? 0
        let version = row[1].integer ?? 0
        add(FlowKey(what: .entered, owner: playbook, version: version, value: row[3].text ?? ""), sign)
        add(FlowKey(what: .enteredOn, slot: (row[6].integer ?? 0) / FlowKey.day, owner: playbook), sign)
        if row[4].text == "active" {
            let step = row[5].integer ?? 0
            add(FlowKey(what: .here, slot: step, owner: playbook, version: version, name: row[2].text ?? ""), sign)
        } else {
            add(FlowKey(what: .ended, owner: playbook, version: version, value: row[7].text ?? ""), sign)
        }
        if row[8] != .null { add(FlowKey(what: .goal, owner: playbook), sign) }
    }
}
