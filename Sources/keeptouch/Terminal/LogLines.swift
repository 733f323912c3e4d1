import Foundation
import Logging

/// Log lines on stderr: moment, level, a message that is always the same text, and `key=value` in the order of the keys.
struct LogLines: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(level: Logger.Level) {
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let moment = Date().formatted(.iso8601)
        let words =
            [moment, event.level.rawValue, event.message.description] + values.map { "\($0)=\(Self.quoted($1))" }
        Terminal.complain(words.joined(separator: " "))
    }

    /// In quotes where it would not be one word.
    private static func quoted(_ value: Logger.MetadataValue) -> String {
        let text = value.description
        let isWord = !text.isEmpty && !text.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
        guard !isWord else { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
}
