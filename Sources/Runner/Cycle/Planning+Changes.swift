import Decisions
import Playbooks
import Storage

extension Planning {
    /// What has become of the playbooks since a cycle last saw them.
    ///
    /// - Parameter seen: the playbooks as they were before those of the files were registered.
    func changes(
        since seen: [Registry.LastSeen], _ registered: Registration.Registered
    ) throws -> [CycleReport.Change] {
        var changes: [CycleReport.Change] = []
        for before in seen where only.isEmpty || only.contains(before.name) {
            let now = workspace.playbook(before.name)
            guard let kind = kind(before, now) else { continue }
            var change = CycleReport.Change(playbook: before.name, change: kind, from: Self.short(before.hash))
            for version in try Registry(connection).pinned(to: before.id) {
                change.running += version.running
                let isCurrent = now?.source == version.source
                change.pinned.append(
                    CycleReport.Change.Pinned(
                        version: Self.short(version.hash), running: version.running,
                        isReadable: isCurrent
                            || pinned.playbook(before.name, source: version.source, files: version.files) != nil))
            }
            if kind == .edited, let now {
                change.to = Self.short(Registry.hash(now.source))
                if let old = pinned.playbook(before.name, source: before.source) {
                    let found = try compare(old, with: now, of: before.id)
                    if case .when = now.trigger, case .when = old.trigger {} else { change.isOfMatches = false }
                    (change.enter, change.leave, change.otherVariants) = (found.enter, found.leave, found.otherVariants)
                }
            }
            // Of a playbook that had ended before, there is nothing to say.
            if before.wasLive || change.running > 0 { changes.append(change) }
        }
        return changes
    }

    private func kind(_ before: Registry.LastSeen, _ now: Playbook?) -> CycleReport.Change.Kind? {
        guard let now else {
            return pinned.isGone(before.name, from: workspace) ? .deleted : .broken
        }
        guard Registry.hash(now.source) != before.hash else { return nil }
        return switch now.state {
        case .live: before.wasLive ? .edited : nil
        case .retired: .retired
        case .draft: before.wasLive ? .draft : nil
        }
    }

    /// Whom the edited playbook would find that the version before it would not, and the other way round, for `on` and
    /// `at` by their audiences; and how many accounts that both find would be drawn into another variant.
    private func compare(
        _ old: Playbook, with new: Playbook, of playbookID: Int64
    ) throws -> (enter: CycleReport.Change.Accounts, leave: CycleReport.Change.Accounts, otherVariants: Int) {
        var areConditions = false
        if case .when = new.trigger, case .when = old.trigger { areConditions = true }
        func term(_ playbook: Playbook) -> Term {
            guard areConditions, case .when(let condition) = playbook.trigger else {
                return playbook.audience?.term ?? .always
            }
            return Term.both(playbook.audience?.term, condition)
        }
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: figures)
        var needs = Needs(of: [term(old), term(new)], in: context.dataMap, risks: context.risks)
        needs.attributes.insert("key")
        let loader = try BlockLoader(connection, context)
        let active = try EnrollmentRecords(connection).active(in: playbookID)
        let drawsVariants = !old.variants.isEmpty && !new.variants.isEmpty
        var (enter, leave, others) = (CycleReport.Change.Accounts(), CycleReport.Change.Accounts(), 0)
        for range in try loader.blocks() {
            let block = try loader.load(range, needs)
            let evaluator = Evaluator(context, block)
            let before = evaluator.column(term(old), of: .accounts, audience: old.audienceKey)
            let after = evaluator.column(term(new), of: .accounts, audience: new.audienceKey)
            for (index, id) in block.ids.enumerated() {
                let key = block.text("key", index) ?? ""
                switch (before.holds(index), after.holds(index)) {
                case (false, true): enter.add(key)
                case (true, false): leave.add(key)
                case (true, true):
                    if drawsVariants, !active.contains(id),
                        Draw.variant(of: old, key: key) != Draw.variant(of: new, key: key)
                    {
                        others += 1
                    }
                case (false, false): break
                }
            }
        }
        return (enter, leave, others)
    }

    private static func short(_ hash: String) -> String { String(hash.prefix(8)) }
}
