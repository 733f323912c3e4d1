import Playbooks
import Runner
import Storage

/// Where active enrollments wait, a line a playbook: `win-back waits: 12 at wait_1, 30 at wait_for_1`.
///
/// Those that stand at a touch are left out: their touches are counted elsewhere.
struct PlacesText {
    let lines: [String]

    init(_ places: [StatusQuery.Place], of loaded: LoadedWorkspace) {
        let names = loaded.stepNames
        var order: [String] = []
        var counts: [String: [(step: String, count: Int)]] = [:]
        for place in places {
            let step = names.step(place.playbook, place.source, place.variant, place.step)
            if case .send? = step?.action { continue }
            let name = step?.id ?? "step \(place.step + 1)"
            if !order.contains(place.playbook) { order.append(place.playbook) }
            var known = counts[place.playbook, default: []]
            if let index = known.firstIndex(where: { $0.step == name }) {
                known[index].count += place.count
            } else {
                known.append((name, place.count))
            }
            counts[place.playbook] = known
        }
        lines = order.map { name in
            "\(name) waits: " + (counts[name] ?? []).map { "\($0.count) at \($0.step)" }.joined(separator: ", ")
        }
    }
}
