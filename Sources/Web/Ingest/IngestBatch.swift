import Basics
import Delivery
import Playbooks
import Storage

/// What a request brings, read from its body and not yet stored.
struct IngestBatch: Sendable {
    var rows: [IncomingRow] = []
    var aliases: [IncomingAlias] = []
    /// What cannot be understood.
    var rejected: [IntakeReport.Rejected] = []
    /// What is well formed and has no place here, such as the page views of a visitor.
    var ignored = 0

    /// A value that is not what it should be.
    struct Malformed: Error {
        var pointer: String
        var detail: String
    }

    mutating func reject(_ error: Malformed) {
        rejected.append(
            IntakeReport.Rejected(pointer: error.pointer, detail: error.detail, isWholeRow: true, isUnknown: false))
    }

    /// A value that is left out.
    mutating func leaveOut(_ pointer: String, _ detail: String) {
        rejected.append(IntakeReport.Rejected(pointer: pointer, detail: detail, isWholeRow: false, isUnknown: false))
    }

    /// A text or a number; nil when it is absent or null.
    static func text(_ value: JSON?, at pointer: String) throws(Malformed) -> String? {
        switch value {
        case nil, .null: return nil
        case .text(let text): return text
        case .integer, .number, .decimal: return value?.scalarText
        case .boolean, .list, .object: throw Malformed(pointer: pointer, detail: "must be a text or a number")
        }
    }

    /// A moment as an import reads it, corrected by how far the sender's clock is off.
    static func moment(_ value: JSON?, at pointer: String, clockIsBehindBy skew: TimeSpan) throws(Malformed) -> Instant?
    {
        guard let text = try text(value, at: pointer) else { return nil }
        guard let moment = try? Instant.parse(text).get() else {
            throw Malformed(
                pointer: pointer, detail: "\"\(text.prefix(60))\" is not a moment such as 2026-03-01T09:30:00Z")
        }
        return moment + skew
    }

    /// One step further into a document (RFC 6901).
    static func pointer(_ base: String, _ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return base + "/" + key
        }
        return base + "/" + key.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
