import Decisions
import Playbooks
import Storage

/// Brings the playbooks of the files, and the draw of the global holdout, into the database.
struct Registration {
    /// The playbooks of the files and the global holdout, as the database knows them.
    struct Registered {
        var works: [PlaybookAtWork]
        var globalHoldout: CycleRules.GlobalHoldout?
    }

    private let workspace: Workspace
    private let pinned: PinnedVersions
    private let registry: Registry
    private let now: Instant

    init(_ workspace: Workspace, _ pinned: PinnedVersions, _ registry: Registry, now: Instant) {
        self.workspace = workspace
        self.pinned = pinned
        self.registry = registry
        self.now = now
    }

    func register() throws -> Registered {
        let experiments = Dictionary(grouping: workspace.playbooks, by: \.experiment)
        let works = try workspace.playbooks.map { playbook in
            let sharing = experiments[playbook.experiment] ?? [playbook]
            let design = sharing.sorted { $0.name < $1.name }.map(Self.design).joined(separator: ",")
            return PlaybookAtWork(
                playbook: playbook, registered: try registry.register(playbook, design: design, now: now))
        }
        for name in try registry.liveNames() where pinned.isGone(name, from: workspace) { try registry.retire(name) }
        return Registered(works: works, globalHoldout: try drawGlobalHoldout())
    }

    private func drawGlobalHoldout() throws -> CycleRules.GlobalHoldout? {
        let configuration = workspace.configuration
        guard configuration.holdout > 0 else { return nil }
        let period = configuration.holdoutRedraw.period(of: configuration.zone.day(of: now))
        let design = "{\"share\":\(configuration.holdout),\"period\":\"\(period)\"}"
        let id = try registry.experiment("global holdout", design: design, now: now)
        return CycleRules.GlobalHoldout(
            experimentID: id, salt: "global/\(configuration.workspace)/\(period)", share: configuration.holdout)
    }

    private static func design(of playbook: Playbook) -> String {
        let variants = playbook.variants.map { "\"\($0.name)\":\($0.weight)" }.joined(separator: ",")
        return "{\"holdout\":\(playbook.holdout),\"variants\":{\(variants)}}"
    }
}
