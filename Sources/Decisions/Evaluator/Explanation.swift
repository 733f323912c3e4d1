package import Playbooks

/// Why a condition holds, does not hold, or is missing for one account: its clauses with the values of both sides.
package struct Explanation: Sendable, Hashable, CustomStringConvertible {
    /// As written: `drop(logins, 14d, 56d) > 40%`.
    package var text: String
    package var type: ValueType
    package var value: Value
    /// The value for people.
    package var shown: String
    /// For a comparison: its sign; its sides are the first two children.
    package var comparison: String?
    package var children: [Explanation]

    package init(
        text: String, type: ValueType, value: Value, shown: String, comparison: String? = nil,
        children: [Explanation]
    ) {
        self.text = text
        self.type = type
        self.value = value
        self.shown = shown
        self.comparison = comparison
        self.children = children
    }

    /// `met`, `not met` or `missing`, for a condition.
    package var verdict: String {
        switch value {
        case .boolean(let isTrue): isTrue ? "met" : "not met"
        default: "missing"
        }
    }

    /// One line a clause, indented: `drop(logins, 14d, 56d) = 43%  > 40%  → met`.
    package var description: String { lines.joined(separator: "\n") }

    package var lines: [String] {
        var below = children
        var line: String
        if let comparison, children.count == 2 {
            line = "\(children[0].side)  \(comparison) \(children[1].side)  → \(verdict)"
            below = children.flatMap(\.children)
        } else if type == .boolean {
            line = "\(text)  → \(verdict)"
        } else {
            line = side
        }
        return [line] + below.flatMap { $0.lines.map { "  " + $0 } }
    }

    private var side: String { shown.isEmpty ? text : "\(text) = \(shown)" }

    /// The values by which a condition that holds does so, without the thresholds: `drop(logins, 14d, 56d) = 43%`.
    package var evidence: [String] {
        if comparison != nil {
            let values = children.filter { !$0.shown.isEmpty }.map(\.side)
            return values.isEmpty ? [text] : values
        }
        let parts = children.filter { $0.type == .boolean && $0.value == .boolean(true) }
        if type == .boolean, !parts.isEmpty {
            return parts.flatMap(\.evidence).reduce(into: []) { known, text in
                if !known.contains(text) { known.append(text) }
            }
        }
        let values = children.filter { !$0.shown.isEmpty }.prefix(Self.mostValues).map(\.side)
        return type != .boolean ? [side] : values.isEmpty ? [text] : ["\(text): \(values.joined(separator: ", "))"]
    }

    /// What a function is computed from may be many numbers; the first ones tell most.
    private static let mostValues = 3
}
