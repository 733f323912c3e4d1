package import Playbooks

/// What came of one test of a playbook.
package struct PlaybookTestResult: Sendable, Encodable {
    package struct Failure: Sendable, Encodable {
        package var expected: String
        package var position: Position
        /// What happened instead, a sentence a line.
        package var instead: [String]

        enum CodingKeys: String, CodingKey {
            case expected, position, instead
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(expected, forKey: .expected)
            try container.encode("\(position)", forKey: .position)
            try container.encode(instead, forKey: .instead)
        }
    }

    package var playbook: String
    package var name: String
    package var position: Position
    package var failures: [Failure]

    package var hasPassed: Bool { failures.isEmpty }

    enum CodingKeys: String, CodingKey {
        case playbook, name, position, passed, failures
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(playbook, forKey: .playbook)
        try container.encode(name, forKey: .name)
        try container.encode("\(position)", forKey: .position)
        try container.encode(hasPassed, forKey: .passed)
        try container.encode(failures, forKey: .failures)
    }
}
