/// What a wait, a choice or a step that writes came to in an enrollment, or that a step was left out.
package enum PassageResult: Sendable, Hashable, RawRepresentable {
    /// The condition held, or the date has come.
    case met
    case timedOut
    /// The date was over before anybody waited for it.
    case late
    /// A touch was left out because the wait before it came too late.
    case skipped
    /// The account has no such date, or nothing that the step could write.
    case missing
    /// What the step writes was written.
    case set
    /// The condition of a choice that held, counted from 0.
    case branch(Int)
    /// None of the choice's conditions held.
    case otherwise

    package init?(rawValue: String) {
        switch rawValue {
        case "met": self = .met
        case "timed_out": self = .timedOut
        case "late": self = .late
        case "skipped": self = .skipped
        case "missing": self = .missing
        case "set": self = .set
        case "else": self = .otherwise
        default:
            guard rawValue.hasPrefix("if_"), let number = Int(rawValue.dropFirst(3)), number > 0 else { return nil }
            self = .branch(number - 1)
        }
    }

    package var rawValue: String {
        switch self {
        case .met: "met"
        case .timedOut: "timed_out"
        case .late: "late"
        case .skipped: "skipped"
        case .missing: "missing"
        case .set: "set"
        case .branch(let index): "if_\(index + 1)"
        case .otherwise: "else"
        }
    }
}
