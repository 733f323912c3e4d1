import Foundation

/// What tells a database from a copy or an older back-up of it: an id in `meta` that `<database>.instance` repeats beside
/// it, with the machine, folder and files, and the number of requests that `<database>.sent` lists.
///
/// Whoever starts sending renews the id, so a back-up from before the last start no longer agrees with the file; one from
/// after it knows of fewer requests than the list.
package enum Instance: Sendable, Equatable {
    /// No place has an id: a new database.
    case new
    case same
    /// A copy, a restored back-up, or a lost file: nothing should be sent before a person has said which.
    case doubtful(String)

    /// - Parameter listed: how many requests the list beside the database has.
    package static func check(_ store: Store, listed count: Int64) throws -> Instance {
        let (inside, sent) = try store.read { connection in
            (try Meta.instance.read(connection), try Meta.sentCount(connection))
        }
        let beside = try Mark.read(of: store)
        if count > sent {
            return .doubtful(
                "the database is older than its sending: it knows of \(sent) of \(count) requests that have left")
        }
        if let listed = beside?.listed, count < listed {
            return .doubtful(
                "the list of requests beside the database is shorter than it was: \(count) of \(listed) are in it")
        }
        let place = Mark.Place(of: store)
        guard let inside else {
            guard beside == nil || beside?.ids.contains(newcomer) == true else {
                return .doubtful("the database is new, but another one has sent from here")
            }
            // Copies and moves of what has never sent do no harm; but a folder from before the first request may have been
            // put back, with everything that would tell.
            if let made = beside?.place, made.machine == place.machine, made.folder == place.folder,
                !made.database.isSame(as: place.database)
            {
                return .doubtful(
                    "it has never sent, but its file is another one than the one that was made in \(made.folder)")
            }
            return .new
        }
        if let beside, beside.isDamaged {
            return .doubtful(
                "\(Mark.path(of: store)) is damaged, so that nobody can tell whether the database is a copy")
        }
        guard let beside, beside.ids.contains(inside) else {
            return .doubtful(
                "the database is a copy or a restored back-up; what it does not know of may have been sent")
        }
        guard let known = beside.place else { return .same }
        // A folder that was moved as a whole keeps its files.
        if known.machine != place.machine {
            return .doubtful("the database has last sent from another machine (\(known.machine))")
        }
        if !known.database.isSame(as: place.database) {
            return .doubtful("the file of the database is another one than when it last sent, in \(known.folder)")
        }
        return .same
    }

    /// Notes where a database was made, before anything can leave.
    package static func begin(_ store: Store) throws {
        try Mark(ids: [newcomer], place: Mark.Place(of: store)).write(of: store)
    }

    /// Writes a fresh id to both places.
    ///
    /// The file names the old id, too, until the database has the new one: a crash in between is no restored back-up.
    package static func renew(_ store: Store, id: String) throws {
        let old = try store.read { try Meta.instance.read($0) }
        let listed = try Mark.read(of: store)?.listed
        let place = Mark.Place(of: store)
        try Mark(ids: [id, old ?? newcomer], place: place, listed: listed).write(of: store)
        try store.write { try Meta.instance.write(id, $0) }
        try Mark(ids: [id], place: place, listed: listed).write(of: store)
    }

    /// Stands for the old id of a database that had none: it may never get the first one.
    private static let newcomer = "new"

    /// Whether the list of requests is the one that the database last sent with, and not put back with it.
    package static func hasOwnLog(_ store: Store, listed count: Int64) throws -> Bool {
        guard let beside = try Mark.read(of: store), count >= beside.listed ?? 0 else { return false }
        return beside.place?.log.isSame(as: Mark.Place(of: store).log) ?? false
    }

    /// Which file lies where the database was opened: another one when it was replaced.
    package static func file(of store: Store) -> FileIdentity { FileIdentity(store.path) }

    /// Keeps how many requests are listed by now, so that a list that loses its end is noticed.
    ///
    /// - Parameter listed: how many; those that the database knows of when it is left out.
    package static func note(_ store: Store, listed: Int64? = nil) throws {
        guard var beside = try Mark.read(of: store) else { return }
        let sent = try listed ?? store.read { try Meta.sentCount($0) }
        guard sent != beside.listed else { return }
        // The list is on the disk before anybody counts on it.
        try SendLog.force(database: store.path)
        beside.listed = sent
        try beside.write(of: store)
    }
}

/// The lines of `<database>.instance`.
private struct Mark {
    /// Where a database lies.
    struct Place {
        var machine: String
        var folder: String
        var database: FileIdentity
        var log: FileIdentity
    }

    var ids: [String]
    /// Nil in a file of an earlier version.
    var place: Place?
    /// How many requests were listed when this was last written.
    var listed: Int64?

    static func path(of store: Store) -> String { store.path + ".instance" }

    /// Whether the file names no database at all.
    var isDamaged: Bool {
        !ids.contains { $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } }
    }

    /// Nil where there is no file.
    static func read(of store: Store) throws -> Mark? {
        guard FileManager.default.fileExists(atPath: path(of: store)) else { return nil }
        guard let data = FileManager.default.contents(atPath: path(of: store)) else {
            throw StorageError("cannot read \(path(of: store)); see that it is a file which the program may read")
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        func value(_ name: String) -> String? {
            lines.first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.count + 1)) }
        }
        let ids = lines.filter { !$0.contains(" ") }
        guard let folder = value("folder"), let database = value("database").flatMap({ UInt64($0) }),
            let log = value("sent").flatMap({ UInt64($0) })
        else { return Mark(ids: ids) }
        let births = (value("born") ?? "").split(separator: " ").compactMap { Int64($0) }
        return Mark(
            ids: ids,
            place: Place(
                machine: value("machine") ?? "", folder: folder,
                database: FileIdentity(number: database, birth: births.first ?? 0),
                log: FileIdentity(number: log, birth: births.count == 2 ? births[1] : 0)),
            listed: value("listed").flatMap { Int64($0) })
    }

    func write(of store: Store) throws {
        var lines = ids
        if let place {
            lines += [
                "machine \(place.machine)", "folder \(place.folder)", "database \(place.database.number)",
                "sent \(place.log.number)", "born \(place.database.birth) \(place.log.birth)",
            ]
        }
        if let listed { lines.append("listed \(listed)") }
        do {
            try PrivateFile.replace(Self.path(of: store), with: Array((lines.joined(separator: "\n") + "\n").utf8))
        } catch {
            throw StorageError(
                "cannot write \(Self.path(of: store)): \(error); make its folder writable, and room on the disk")
        }
    }
}

extension Mark.Place {
    init(of store: Store) {
        // Containers have none; then only the files count.
        machine = ((try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)) ?? "")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().resolvingSymlinksInPath().path
        database = FileIdentity(store.path)
        log = FileIdentity(SendLog.path(ofDatabase: store.path))
    }
}
