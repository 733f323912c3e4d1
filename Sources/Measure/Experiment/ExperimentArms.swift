import Decisions
import Foundation
import Playbooks
import Storage

/// The arms that are compared in one period: the control first, each with its share of the accounts.
struct ExperimentArms: Sendable, Hashable {
    struct Arm: Sendable, Hashable {
        /// `holdout`, a variant's name, or `treated` where there are no variants.
        var name: String
        var weight: Double
    }

    var arms: [Arm]
    var hasHoldout: Bool

    /// What the row of an experiment says of one playbook.
    struct Design: Decodable {
        var holdout: Double
        var variants: [String: Double]
        /// The goal where it is a number, with the share that is cut.
        var mean: String?
        var winsorize: Double?
        /// The attribute within whose values was drawn.
        var stratify: String?

        /// That of a playbook in what the row of a period says of those that share it.
        static func of(_ playbook: Playbook?, in text: String, sharing: [String]) -> Design? {
            let designs = (try? JSONDecoder().decode([Design].self, from: Data("[\(text)]".utf8))) ?? []
            let place = playbook.flatMap { sharing.sorted().firstIndex(of: $0.name) } ?? 0
            return designs.count == 1 ? designs[0] : designs.count == sharing.count ? designs[place] : nil
        }
    }

    /// The goal of a period where it was a number.
    static func meanGoal(_ design: String, playbook: Playbook?, sharing: [String]) -> MeanGoal? {
        guard let design = Design.of(playbook, in: design, sharing: sharing),
            let figure = design.mean.flatMap({ MeanGoal.Figure($0) })
        else { return nil }
        return MeanGoal(
            figure, within: playbook?.goalWindow ?? PlaybookEntries.watch, winsorize: design.winsorize ?? 0)
    }

    /// - Parameters:
    ///   - seen: the arms that entries have, whose variants need not be in the design.
    ///   - playbook: for the order of the variants, and for its place among those that share the experiment.
    init(design text: String, seen: some Sequence<PlaybookEntries.Arm>, playbook: Playbook?, sharing: [String]) {
        let design = Design.of(playbook, in: text, sharing: sharing)
        let variants = Set(seen.filter { $0.arm == .treated }.compactMap(\.variant))
        let known = playbook?.variants.map(\.name) ?? []
        let names =
            known + Set(design.map { Array($0.variants.keys) } ?? []).union(variants).subtracting(known).sorted()
        let holdout = design?.holdout ?? 0
        let sum = design?.variants.values.reduce(0, +) ?? 0
        hasHoldout = holdout > 0 || seen.contains { $0.arm == .holdout }
        arms = hasHoldout ? [Arm(name: "holdout", weight: holdout)] : []
        let treated = names.compactMap { name -> Arm? in
            let weight = sum > 0 ? (design?.variants[name] ?? 0) / sum * (1 - holdout) : 0
            return weight > 0 || variants.contains(name) ? Arm(name: name, weight: weight) : nil
        }
        arms += treated.isEmpty ? [Arm(name: "treated", weight: 1 - holdout)] : treated
    }

    /// What the row of a period says of each of its playbooks besides: the shares, and a hash of what is measured and sent.
    static func marks(_ text: String) -> [[String: String]] {
        struct Marks: Decodable {
            var holdout: Double
            var variants: [String: Double]
            var goal, steps, entry, messages: String?
        }
        let designs = (try? JSONDecoder().decode([Marks].self, from: Data("[\(text)]".utf8))) ?? []
        return designs.map { design in
            let variants = design.variants.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            let shares = "\(design.holdout) \(variants.joined(separator: " "))"
            return [
                "shares": shares, "goal": design.goal, "steps": design.steps, "entry": design.entry,
                "messages": design.messages,
            ].compactMapValues(\.self)
        }
    }

    var names: [String] { arms.map(\.name) }
    var weights: [Double] { arms.map(\.weight) }
    /// Whether there is something to compare.
    var isComparison: Bool { arms.count > 1 }
    var hasVariants: Bool { arms.count > (hasHoldout ? 2 : 1) }
    var control: String { arms.first?.name ?? "" }

    /// The place of an entry; nil for the global holdout, which gets no playbook at all.
    func place(_ entry: PlaybookEntries.Arm) -> Int? {
        switch entry.arm {
        case .holdout: hasHoldout ? 0 : nil
        case .treated:
            arms.firstIndex { $0.name == entry.variant ?? "treated" && !(hasHoldout && $0.name == "holdout") }
                ?? (entry.variant == nil ? arms.firstIndex { $0.name == "treated" } : nil)
        case .globalHoldout: nil
        }
    }

    /// Counts by arm, added up.
    func counts(_ counts: [PlaybookEntries.Arm: PlaybookEntries.Count]) -> [PlaybookEntries.Count] {
        var result = Array(repeating: PlaybookEntries.Count(), count: arms.count)
        for (arm, count) in counts {
            guard let place = place(arm) else { continue }
            result[place].matured += count.matured
            result[place].hits += count.hits
            result[place].open += count.open
        }
        return result
    }
}
