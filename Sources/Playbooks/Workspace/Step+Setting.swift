extension Step {
    /// An attribute of the account that a step writes, and what it writes there.
    package struct Setting: Sendable, Hashable {
        package enum Source: Sendable, Hashable {
            /// A value, or what is worked out when the step is taken; nothing is written where that is missing.
            case term(Term)
            /// When the step is taken: the day, or the moment.
            case clock
        }

        package var attribute: Attribute
        package var source: Source

        package init(_ attribute: Attribute, _ source: Source) {
            self.attribute = attribute
            self.source = source
        }

        package var term: Term? {
            guard case .term(let term) = source else { return nil }
            return term
        }

        /// `phase: rescued`, as people read it.
        package var text: String {
            switch source {
            case .clock: "\(attribute.name): \(attribute.type == .date ? "today" : "now")"
            case .term(let term): "\(attribute.name): \(term.text)"
            }
        }
    }
}
