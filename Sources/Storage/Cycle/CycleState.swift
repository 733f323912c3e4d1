/// How far a cycle has come.
package enum CycleState: String, Sendable, CaseIterable {
    case applying, done
    /// It was killed half-way; the next one went on.
    case interrupted
}
