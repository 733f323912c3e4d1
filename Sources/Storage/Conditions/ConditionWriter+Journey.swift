import Decisions
import Playbooks

extension ConditionWriter {
    mutating func journey(_ signal: JourneySignal) -> Fragment {
        switch signal {
        case .inStage(let stage):
            .infix(Fragment("a.stage"), "=", Fragment(bind(.text(stage))), rank: Fragment.comparison)
        case .timeInStage: timeInStage()
        case .stuck: stuck()
        case .weakPoint: weakPoint()
        }
    }

    private mutating func timeInStage() -> Fragment {
        .infix(Fragment(bind(context.now)), "-", Fragment("a.stage_since"), rank: Fragment.sum)
    }

    /// Longer in its stage than expected; missing where nothing is expected.
    private mutating func stuck() -> Fragment {
        let limits = context.stages.compactMap { key, figures in figures.limit.map { (key, $0) } }.sorted {
            $0.0 < $1.0
        }
        guard !limits.isEmpty else { return Self.missing(.boolean) }
        let cases = limits.map { "WHEN \(isIn($0.0)) THEN \(bind(.integer($0.1.milliseconds)))" }
        return .infix(
            timeInStage(), ">", Fragment("CASE \(cases.joined(separator: " ")) END"), rank: Fragment.comparison)
    }

    /// Stuck in a stage that is flagged; missing for an account on no journey.
    private mutating func weakPoint() -> Fragment {
        let flagged = context.stages.filter(\.value.isWeak).keys.sorted()
        let cases =
            flagged.isEmpty ? "" : "WHEN \(flagged.map { isIn($0) }.joined(separator: " OR ")) THEN \(stuck().text) "
        return Fragment("CASE WHEN a.journey IS NULL THEN NULL \(cases)ELSE 1 = 0 END")
    }

    private mutating func isIn(_ key: StageKey) -> String {
        "a.journey = \(bind(.text(key.journey))) AND a.stage = \(bind(.text(key.stage)))"
    }

    /// A match that stands of a live playbook that names the reason.
    ///
    /// The match of an event stands while it waits for its verdict and while its enrollment goes on; an occurrence of a
    /// schedule puts nobody at risk.
    mutating func atRisk(_ reason: String?) -> Fragment {
        let names = reason.map { context.risks[$0] ?? [] } ?? context.risks.values.flatMap { $0 }
        guard !names.isEmpty else { return Fragment("1 = 0", rank: Fragment.comparison) }
        let list = Set(names).sorted().map { bind(.text($0)) }.joined(separator: ", ")
        let stands = """
            in_p.state = 'live' AND in_p.name IN (\(list)) AND in_s.since <= \(bind(context.now)) \
            AND \(Self.standsAtRisk)
            """
        let from = "FROM playbook AS in_p JOIN standing AS in_s ON in_s.playbook_id = in_p.id"
        guard hasRows else {
            return Fragment("+a.id IN (SELECT in_s.account_id \(from) WHERE \(stands))", rank: Fragment.comparison)
        }
        return Fragment("EXISTS (SELECT 1 \(from) WHERE \(stands) AND in_s.account_id = a.id)")
    }

    /// Whether the match `in_s` stands.
    static let standsAtRisk = """
        CASE WHEN in_s.match_key = '' THEN in_s.false_since IS NULL \
        ELSE in_s.event_id IS NOT NULL AND (in_s.settled = 0 OR EXISTS (SELECT 1 FROM enrollment AS in_n \
        WHERE in_n.id = in_s.enrollment_id AND in_n.state = 'active')) END
        """
}
