import Foundation
import Testing

/// The object that `plan --format json` and `run --format json` print, checked against the shape that is promised.
struct Report {
    static let verdicts = [
        "held", "already", "cooling", "too_old", "unreachable", "blocked", "global_holdout", "holdout", "enrolled",
    ]
    static let states = [
        "pending", "claimed", "sending", "sent", "rejected", "unknown", "capped", "suppressed", "expired", "cancelled",
        "ghost", "held",
    ]

    struct OfPlaybook: Equatable {
        var matched: Int
        var verdicts: [String: Int]
        var heldBecause: String?
        var variants: [String: Int]
        var warnings: [String]
    }

    var now: String
    var playbooks: [String: OfPlaybook]
    var touches: [String: Int]?
    /// How many touches the cycle makes.
    var made: Int

    init(_ outcome: Program.Outcome) throws {
        let object = try outcome.object()
        now = try #require(object["now"] as? String)
        #expect(object["balanced"] as? Bool == true)
        playbooks = [:]
        for item in try #require(object["playbooks"] as? [[String: Any]]) {
            let name = try #require(item["playbook"] as? String)
            #expect((item["version"] as? String)?.isEmpty == false)
            #expect(item["held_because"] is String || item["held_because"] is NSNull, "\(name)")
            let verdicts = try #require(item["verdicts"] as? [String: Int])
            #expect(Set(verdicts.keys) == Set(Self.verdicts), "\(name)")
            let matched = try #require(item["matched"] as? Int)
            #expect(verdicts.values.reduce(0, +) == matched, "the books of \(name) do not balance: \(item)")
            playbooks[name] = OfPlaybook(
                matched: matched, verdicts: verdicts, heldBecause: item["held_because"] as? String,
                variants: try #require(item["variants"] as? [String: Int]),
                warnings: try #require(item["warnings"] as? [String]))
        }
        touches = object["touches"] as? [String: Int]
        if let touches { #expect(Set(touches.keys) == Set(Self.states)) }
        made = try #require(object["made"] as? Int)
    }
}
