import Foundation

/// The id that tells a database from a copy or an older back-up of it: in `meta`, and in `<database>.instance` beside it.
///
/// Whoever starts sending renews it, so a back-up from before the last start no longer agrees with the file.
package enum Instance: Sendable, Equatable {
    /// Neither place has an id: a new database.
    case new
    case same
    /// A copy, a restored back-up, or a lost file: nothing should be sent before a person has looked.
    case different

    package static func check(_ store: Store) throws -> Instance {
        let inside = try store.read { try Meta.instance.read($0) }
        let outside = try file(of: store)
        guard let inside else { return outside.isEmpty || outside.contains(newcomer) ? .new : .different }
        return outside.contains(inside) ? .same : .different
    }

    /// Writes a fresh id to both places.
    ///
    /// The file names the old id, too, until the database has the new one: a crash in between is no restored back-up.
    package static func renew(_ store: Store, id: String) throws {
        let old = try store.read { try Meta.instance.read($0) }
        try write([id, old ?? newcomer], of: store)
        try store.write { try Meta.instance.write(id, $0) }
        try write([id], of: store)
    }

    /// Stands for the old id of a database that had none: it may never get the first one.
    private static let newcomer = "new"

    private static func path(of store: Store) -> String { store.path + ".instance" }

    private static func file(of store: Store) throws -> [String] {
        guard FileManager.default.fileExists(atPath: path(of: store)) else { return [] }
        return try String(contentsOfFile: path(of: store), encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private static func write(_ ids: [String], of store: Store) throws {
        do {
            try Data((ids.joined(separator: "\n") + "\n").utf8)
                .write(to: URL(fileURLWithPath: path(of: store)), options: .atomic)
        } catch {
            throw StorageError(
                "cannot write \(path(of: store)): \(error.localizedDescription); make its folder writable")
        }
    }
}
