/// A table whose rows are counted, with the columns that say where a row counts.
enum FlowTable: String, CaseIterable, Sendable {
    case touch, enrollment, passage, outcome, standing, assignment, account, contact, suppression, event

    var columns: [String] {
        switch self {
        case .touch: ["playbook_id", "step", "state", "settled_at"]
        case .enrollment:
            [
                "playbook_id", "version_id", "variant", "arm", "state", "step", "entered_at", "end_reason", "goal_at",
            ]
        case .passage: ["enrollment_id", "step", "result"]
        case .outcome: ["touch_id", "kind"]
        case .standing: ["playbook_id", "account_id", "verdict", "false_since"]
        case .assignment: ["experiment_id", "arm"]
        case .account: ["status", "mrr", "journey", "stage", "stage_since"]
        case .suppression: ["category"]
        case .contact, .event: []
        }
    }
}
