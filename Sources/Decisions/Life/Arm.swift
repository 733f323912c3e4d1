/// Which side of an experiment an enrollment is on.
package enum Arm: String, Sendable, CaseIterable {
    case treated, holdout
    case globalHoldout = "global_holdout"
}
