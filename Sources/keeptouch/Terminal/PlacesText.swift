import Playbooks
import Runner
import Storage

/// Where active enrollments wait, a line a playbook: `win-back waits: 12 at wait_1, 30 at wait_for_1`.
///
/// Those that stand at a touch are left out: their touches are counted elsewhere.
struct PlacesText {
    let lines: [String]

    init(_ places: [StatusQuery.Place], of loaded: LoadedWorkspace) {
        let pinned = PinnedVersions(texts: loaded.texts)
        var versions: [String: Playbook] = [:]
        var order: [String] = []
        var counts: [String: [(step: String, count: Int)]] = [:]
        for place in places {
            let current = loaded.workspace.playbook(place.playbook)
            if versions[place.source] == nil {
                versions[place.source] =
                    current?.source == place.source
                    ? current : pinned.playbook(place.playbook, source: place.source)
            }
            let steps = versions[place.source]?.steps(of: place.variant) ?? []
            if steps.indices.contains(place.step), case .send = steps[place.step].action { continue }
            let step = steps.indices.contains(place.step) ? steps[place.step].id : "step \(place.step + 1)"
            if !order.contains(place.playbook) { order.append(place.playbook) }
            var known = counts[place.playbook, default: []]
            if let index = known.firstIndex(where: { $0.step == step }) {
                known[index].count += place.count
            } else {
                known.append((step, place.count))
            }
            counts[place.playbook] = known
        }
        lines = order.map { name in
            "\(name) waits: " + (counts[name] ?? []).map { "\($0.count) at \($0.step)" }.joined(separator: ", ")
        }
    }
}
