/// A question in a message, whose answers are links; each answer that is confirmed is an event.
package struct Ask: Sendable, Hashable {
    package struct Answer: Sendable, Hashable {
        /// The property's value, as an import would bring it.
        package var value: String
        /// What people read.
        package var label: String

        package init(_ value: String, label: String) {
            self.value = value
            self.label = label
        }
    }

    /// The event that an answer is recorded as, and the property that holds it.
    package var event: String
    package var property: String
    package var answers: [Answer]
    /// What the page asks; nil for no more than "your answer".
    package var question: String?
    /// The text property that takes what people add in their own words; nil when they are not asked to.
    package var comment: String?

    package init(event: String, property: String, answers: [Answer], question: String? = nil, comment: String? = nil) {
        self.event = event
        self.property = property
        self.answers = answers
        self.question = question
        self.comment = comment
    }

    /// Whether the labels are so short that they stand in one line: 0 1 2 3.
    package var isScale: Bool { answers.allSatisfy { $0.label.count <= 3 } }
}
