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
            let designs = sharing.sorted { $0.name < $1.name }.map {
                ExperimentDesignText($0, segments: workspace.segments + [workspace.health].compactMap { $0 })
            }
            return PlaybookAtWork(
                playbook: playbook,
                registered: try registry.register(
                    playbook, design: designs.map(\.text).joined(separator: ","),
                    shares: designs.map(\.shares).joined(separator: ","),
                    files: pinned.files(of: playbook, in: workspace),
                    now: now))
        }
        for category in workspace.configuration.categories { try registry.rename(category.was, to: category.name) }
        for name in try registry.liveNames() where pinned.isGone(name, from: workspace) { try registry.retire(name) }
        return Registered(works: works, globalHoldout: try drawGlobalHoldout())
    }

    private func drawGlobalHoldout() throws -> CycleRules.GlobalHoldout? {
        let configuration = workspace.configuration
        guard let draw = GlobalDraw(configuration, on: configuration.zone.day(of: now)) else { return nil }
        let id = try registry.experiment(GlobalDraw.experiment, design: draw.design, now: now)
        return CycleRules.GlobalHoldout(experimentID: id, salt: draw.salt, share: draw.share)
    }
}
