package import Decisions
package import Playbooks

/// Which touches a number of a report counts.
package struct TouchQuestion: Sendable, Hashable, Codable {
    package var playbook: String
    package var state: TouchState
    /// Those that ended on this day or later.
    package var endedFrom: Day
}
