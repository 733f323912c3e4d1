package import Decisions

/// States that pages and commands count together.
package enum TouchGroup: String, CaseIterable {
    case onTheWay = "on_the_way"
    case needYou = "need_you"
    case notSent = "not_sent"
    /// All that are not settled.
    case open

    package var states: [TouchState] {
        switch self {
        case .onTheWay: [.pending, .claimed, .sending]
        case .needYou: [.held, .unknown]
        case .notSent: [.rejected, .capped, .suppressed, .expired, .cancelled]
        case .open: TouchState.allCases.filter { !$0.isSettled }
        }
    }

    /// What one may ask for: a state, or several together.
    package static let words = TouchState.allCases.map(\.rawValue) + allCases.map(\.rawValue)

    /// The states that a word asks for; nil for a word that is none.
    package static func states(of word: String) -> [TouchState]? {
        TouchGroup(rawValue: word)?.states ?? TouchState(rawValue: word).map { [$0] }
    }

    package var word: String {
        switch self {
        case .onTheWay: "on the way"
        case .needYou: "need you"
        case .notSent: "did not go out"
        case .open: "open"
        }
    }
}
