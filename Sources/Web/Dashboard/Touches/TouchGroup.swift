import Decisions

/// States that pages count together.
enum TouchGroup: String, CaseIterable {
    case onTheWay = "on_the_way"
    case needYou = "need_you"
    case notSent = "not_sent"
    /// All that are not settled.
    case open

    var states: [TouchState] {
        switch self {
        case .onTheWay: [.pending, .claimed, .sending]
        case .needYou: [.held, .unknown]
        case .notSent: [.rejected, .capped, .suppressed, .expired, .cancelled]
        case .open: TouchState.allCases.filter { !$0.isSettled }
        }
    }

    var word: String {
        switch self {
        case .onTheWay: "on the way"
        case .needYou: "need you"
        case .notSent: "did not go out"
        case .open: "open"
        }
    }
}
