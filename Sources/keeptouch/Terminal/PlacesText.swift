import Playbooks
import Runner
import Storage

/// Where active enrollments stand, a line a playbook: `win-back: 12 at email_1, 30 at wait_for_1`.
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
            "\(name): " + (counts[name] ?? []).map { "\($0.count) at \($0.step)" }.joined(separator: ", ")
        }
    }
}
