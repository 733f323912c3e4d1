package struct ConditionScope: Sendable {
    package var dataMap: DataMap
    package var segments: [NamedTerm]
    package var signals: [NamedTerm]
    package var triggeringEvent: EventKind?
    package var allowsEntry: Bool
    package var steps: [String]
    package var stages: [String]
    package var playbooks: [String]

    package init(
        dataMap: DataMap, segments: [NamedTerm] = [], signals: [NamedTerm] = [], triggeringEvent: EventKind? = nil,
        allowsEntry: Bool = false, steps: [String] = [], stages: [String] = [], playbooks: [String] = []
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
