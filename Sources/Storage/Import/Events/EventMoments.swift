import Basics
import Playbooks

/// How one import reads the moments of events: its formats and its time zone.
///
/// After an edit of them the same rows happen at other moments, and are the same events.
struct EventMoments {
    private let name: String
    private let reading: String

    init(_ context: ImportContext) {
        name = context.options.map?.name ?? ""
        let form = context.form(of: "at")
        reading = "\(form.formats.joined(separator: ",")) \((form.zone ?? context.zone).name)"
    }

    /// Whether the last import of this name read them otherwise.
    func areReadAnew(_ connection: Connection) throws -> Bool {
        guard case .text(let last)? = try known(connection)[name] else { return false }
        return last != reading
    }

    /// Whether `record` has something to write.
    func isNews(_ connection: Connection) throws -> Bool { try known(connection)[name] != .text(reading) }

    /// Call in a write transaction, when all rows have been read so.
    func record(_ connection: Connection) throws {
        guard case .object(let members) = try known(connection) else { return }
        let others = members.filter { $0.key != name }
        try Meta.eventMoments.write(
            JSON.object(others + [JSON.Member(name, .text(reading))]).encodedText, connection)
    }

    private func known(_ connection: Connection) throws -> JSON {
        try Meta.eventMoments.read(connection).flatMap { JSON(parsing: $0) } ?? .object([])
    }
}
