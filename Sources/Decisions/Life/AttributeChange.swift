package import Playbooks

/// An attribute of an account that a step has given another value.
package struct AttributeChange: Sendable, Equatable {
    /// The step's id.
    package var step: String
    /// As data.yaml declares it today.
    package var attribute: Attribute
    package var value: Value
    package var previous: Value

    package init(step: String, attribute: Attribute, value: Value, previous: Value) {
        self.step = step
        self.attribute = attribute
        self.value = value
        self.previous = previous
    }
}
