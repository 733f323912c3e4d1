/// A step as conditions know it.
package struct KnownStep: Sendable, Hashable {
    package enum Kind: Sendable {
        case send, waitFor, other
    }

    package var id: String
    package var kind: Kind

    package init(_ id: String, _ kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

/// The names that a condition may use, which depend on where it stands.
package struct ConditionScope: Sendable {
    package var dataMap: DataMap
    package var segments: [NamedTerm]
    /// The health score of data.yaml.
    package var health: NamedTerm?
    /// The signals of the playbook.
    package var signals: [NamedTerm]
    /// The event whose properties `event.NAME` reads; nil where no event triggers.
    package var triggeringEvent: EventKind?
    /// Whether `entry.NAME` may be used: in waits, choices, exits and goals.
    package var allowsEntry: Bool
    /// The steps that conditions after the enrollment may ask about.
    package var steps: [KnownStep]
    /// The stages of all journeys; when empty, any stage is taken.
    package var stages: [String]
    /// The names of all playbooks; when empty, any playbook is taken.
    package var playbooks: [String]
    /// Whether anybody tells of replies.
    package var hearsReplies = true

    package init(
        dataMap: DataMap, segments: [NamedTerm] = [], signals: [NamedTerm] = [], triggeringEvent: EventKind? = nil,
        allowsEntry: Bool = false, steps: [KnownStep] = [], stages: [String] = [], playbooks: [String] = []
    ) {
        self.dataMap = dataMap
        self.segments = segments
        self.signals = signals
        self.triggeringEvent = triggeringEvent
        self.allowsEntry = allowsEntry
        self.steps = steps
        self.stages = stages
        self.playbooks = playbooks
    }
}
