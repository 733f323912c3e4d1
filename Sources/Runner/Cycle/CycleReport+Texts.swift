package import Basics
import Decisions
package import Playbooks

extension CycleReport {
    /// The text messages of one file that a cycle makes, and what they come to before their values are filled in.
    package struct Texts: Sendable, Encodable {
        /// The file in its language.
        package var message: String
        package var touches: Int
        package var length: TextSegments
        /// Of all of them; nil where no price is declared.
        package var cost: TextCost?

        enum CodingKeys: String, CodingKey {
            case message, touches, encoding, characters, segments, cost, currency
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(message, forKey: .message)
            try container.encode(touches, forKey: .touches)
            try container.encode(length.encoding.rawValue, forKey: .encoding)
            try container.encode(length.characters, forKey: .characters)
            try container.encode(length.segments, forKey: .segments)
            try container.encodeIfPresent(cost?.amount, forKey: .cost)
            try container.encodeIfPresent(cost?.currency, forKey: .currency)
        }
    }
}

extension Planning {
    /// One entry for each file, in alphabetical order; locales that read the same file are one.
    func texts(of playbook: Playbook, _ kinds: [Tally.TextKind: Int]) -> [CycleReport.Texts] {
        let configuration = workspace.configuration
        var texts: [String: CycleReport.Texts] = [:]
        for (kind, count) in kinds {
            guard let message = playbook.messages[kind.message] else { continue }
            let version = message.localized(kind.locale)
            let length = TextDraft(of: version).length(
                category: playbook.category,
                language: message.translation(for: kind.locale) ?? configuration.language, configuration.sms)
            let touches = (texts[version.path]?.touches ?? 0) + count
            texts[version.path] = CycleReport.Texts(
                message: version.path, touches: touches, length: length,
                cost: TextCost(of: touches * length.segments, configuration))
        }
        return texts.values.sorted { $0.message < $1.message }
    }
}
