import Playbooks
import Storage

/// What the claim asks of a playbook: little, for it is looked up for every touch, and a playbook is costly to copy.
struct PlaybookToSend {
    let exitsWhenChurned: Bool
    private let variants: Set<String>
    /// The windows that steps give themselves.
    private var windows: [Place: SendWindow] = [:]

    private struct Place: Hashable {
        var variant: String?
        var step: String
    }

    init(_ playbook: Playbook) {
        exitsWhenChurned = playbook.exits.contains(.churned)
        variants = Set(playbook.variants.map(\.name))
        for variant in [nil] + variants {
            for step in playbook.steps(of: variant) {
                if case .send(let send) = step.action {
                    windows[Place(variant: variant, step: step.id)] = send.window
                }
            }
        }
    }

    func window(of touch: TouchCandidate) -> SendWindow? {
        guard !windows.isEmpty else { return nil }
        return windows[Place(variant: touch.variant.flatMap { variants.contains($0) ? $0 : nil }, step: touch.step)]
    }
}
