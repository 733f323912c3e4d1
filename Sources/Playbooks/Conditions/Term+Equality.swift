extension Term {
    /// Goes along the left of a chain of operators instead of down, so that a chain may be thousands of terms long.
    package static func == (left: Term, right: Term) -> Bool {
        var (left, right) = (left, right)
        while left.type == right.type, left.text == right.text {
            guard case .binary(let one, let first, let second) = left.node,
                case .binary(let other, let third, let fourth) = right.node
            else { return left.node == right.node }
            guard one == other, second == fourth else { return false }
            (left, right) = (first, third)
        }
        return false
    }

    /// Terms that are equal have the same text.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(type)
    }
}
