import Decisions
import Playbooks
import Storage

/// What stands empty, and what is too much: also what not to do.
extension JourneyMap {
    var gaps: Report.Section {
        let sentences = stagesWithoutPlaybook + playbooksWithoutStage + accountsLeftAlone + accountsCrowded
        return Report.Section(
            "What stands empty, and what is too much",
            (sentences.isEmpty
                ? ["Every stage has a touchpoint, every playbook reaches somebody, and nobody gets too much."]
                : sentences)
                .map { .sentence($0) })
    }

    private func isTouched(_ key: StageKey, by playbook: Playbook) -> Bool {
        playbook.namedStages.contains(key.stage)
            || reached.keys.contains { $0.stage == key && $0.playbook == playbook.name }
    }

    private var stagesWithoutPlaybook: [String] {
        workspace.journeys.flatMap { journey in
            journey.stages.compactMap { stage -> String? in
                let key = StageKey(journey.name, stage.name)
                let isCovered = live.contains { isTouched(key, by: $0) || $0.asksWhoIsStuck }
                let isWeak = figures[key]?.isWeak == true
                if isWeak, !isCovered {
                    return "\(journey.name): \(stage.name) is a weak point without a playbook: write one with when: "
                        + "in_stage(\(stage.name)) and weak_point(); keeptouch report journey says what it costs."
                }
                let isEmpty = stage.touchpoints.isEmpty && !live.contains { isTouched(key, by: $0) }
                return isEmpty ? "\(journey.name): nothing happens in \(stage.name)." : nil
            }
        }
    }

    private var playbooksWithoutStage: [String] {
        live.filter { playbook in
            playbook.hasTouches && !reached.keys.contains { $0.playbook == playbook.name }
        }.map {
            "No stage needs \($0.name): it has reached nobody who was on a journey in the last \(StageTouches.span.words). "
                + "keeptouch plan \($0.name) says why."
        }
    }

    private func crowds(_ count: (StageTouches.Crowd) -> Int, _ sentence: (Int, String) -> String) -> [String] {
        workspace.journeys.compactMap { journey in
            let stages = journey.stages.compactMap { stage -> (count: Int, name: String)? in
                let found = crowds[StageKey(journey.name, stage.name)].map(count) ?? 0
                return found > 0 ? (found, stage.name) : nil
            }
            let all = stages.reduce(0) { $0 + $1.count }
            guard all > 0 else { return nil }
            return sentence(all, stages.map { "\($0.count) in \($0.name)" }.joined(separator: ", "))
        }
    }

    private var accountsLeftAlone: [String] {
        crowds(\.untouched) { count, stages in
            "\(count) active \(count == 1 ? "account" : "accounts") got nothing in the last \(StageTouches.span.words): \(stages). "
                + "Who needs nothing is right so."
        }
    }

    private var accountsCrowded: [String] {
        crowds(\.crowded) { count, stages in
            "\(count) \(count == 1 ? "account" : "accounts") got more than \(StageTouches.most) touches in "
                + "\(StageTouches.month.words): \(stages). Lower caps: in keeptouch.yaml, or retire a playbook."
        }
    }
}

extension Playbook {
    /// The stages that it names: it acts there and, unless somebody moves on meanwhile, nowhere else.
    var namedStages: Set<String> { decidingTerms.reduce(into: []) { $0.formUnion($1.namedStages) } }

    /// Whether it is for those who stay too long, wherever that is.
    fileprivate var asksWhoIsStuck: Bool { decidingTerms.contains(where: \.asksWhoIsStuck) }

    fileprivate var hasTouches: Bool {
        programs.joined().contains { if case .send = $0.action { true } else { false } }
    }
}

extension Term {
    fileprivate var namedStages: Set<String> {
        if case .journey(.inStage(let name)) = node { return [name] }
        return parts.reduce(into: []) { $0.formUnion($1.namedStages) }
    }

    fileprivate var asksWhoIsStuck: Bool {
        switch node {
        case .journey(.stuck), .journey(.weakPoint): true
        default: parts.contains(where: \.asksWhoIsStuck)
        }
    }
}
