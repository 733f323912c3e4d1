package import Playbooks

/// The facts that terms read: what a block must hold so that they can be evaluated.
package struct Needs: Sendable, Equatable {
    /// What is needed of the events of one kind.
    package struct OfEvents: Sendable, Equatable {
        /// How far back; nil for all of them.
        package var window: TimeSpan?
        package var properties: Set<String>

        package init(window: TimeSpan?, properties: Set<String> = []) {
            self.window = window
            self.properties = properties
        }
    }

    package var attributes: Set<String> = []
    /// How many days are needed, up to the last complete one, by the metric's name.
    package var metrics: [String: Int] = [:]
    package var events: [String: OfEvents] = [:]
    /// Attributes whose changes are needed.
    package var history: Set<String> = []
    /// Attributes of contacts; nil when no contact is needed.
    package var contacts: Set<String>?
    /// The playbooks whose standing matches are asked about.
    package var risks: Set<String> = []
    package var touches = false
    package var enrollments = false
    /// Whether what became of an enrollment's touches and waits is asked about.
    package var steps = false

    package init() {}
}
