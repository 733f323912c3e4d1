/// A database on its way to another place, from a file to a server or back: all rows with their ids, then compared row by row.
///
/// The source is written to at the very end, in the transaction that keeps everybody else from writing all the while; a copy that
/// breaks off leaves it as it was. What has arrived in the target stays there and is gone on from; until all of it is there
/// and compared the target says that it is not whole.
package struct DatabaseCopy {
    /// What became of a table.
    package struct Part: Sendable, Equatable {
        package var table: String
        package var rows: Int64
        /// Of the canonical text of each row, in the order of the key; the same in both databases.
        package var checksum: String
    }

    private let source: Store
    private let target: Store
    private let files: FilesBeside
    /// How many rows one transaction brings.
    private let slice: Int

    package init(from source: Store, to target: Store, slice: Int = 2_000) {
        (self.source, self.target, self.slice) = (source, target, slice)
        files = FilesBeside(from: source, to: target)
    }

    /// Copies what is missing, compares all, and pauses the source for good.
    ///
    /// - Parameters:
    ///   - author: who pauses the source.
    ///   - gap: one of `LostSends.gaps`.
    ///   - id: a name that no other start ever has.
    ///   - progress: is told how many rows were read so far; what it throws breaks the copy off.
    /// - Returns: table by table; nothing where an earlier copy had compared all and only the end was missing.
    /// - Throws: `StorageError` when the two are not fit, or it breaks off; the same call goes on where this one stopped.
    package func run(
        by author: Author, gap: Int64, id: String, progress: (Int) throws -> Void = { _ in }
    ) throws -> [Part] {
        let farewell = "it was copied to \(target.title), which goes on with everything"
        guard try !source.isSame(as: target) else {
            throw StorageError("\(source.title) and \(target.title) are the same database; name another file or schema")
        }
        let rights = try [
            RunnerLock(of: source), RunnerLock(of: source, for: .sending), RunnerLock(of: target),
            RunnerLock(of: target, for: .sending),
        ]
        defer { withExtendedLifetime(rights) {} }
        let mark = try target.read { try CopyMark($0) }
        let hasLeft = try source.read { try Doubt($0) }?.reason == farewell
        var parts: [Part] = []
        if mark != CopyMark(of: source.title, isCompared: true) || !hasLeft {
            try expectSettledSource()
            try begin(mark)
            parts = try source.write { connection in
                var rows = try RowCopy(from: connection, source.title, to: target, slice: slice)
                let parts = try rows.all(progress)
                try Doubt(reason: farewell, hasOwnLog: true).write(gap: gap, connection)
                try author.pause("all", because: farewell, connection)
                return parts
            }
        }
        try files.bring(id: id)
        try target.write { try Meta.copying.delete($0) }
        return parts
    }

    // MARK: Before it

    private func expectSettledSource() throws {
        try CopyMark.expectNone(in: source)
        let doubt = try source.read { try Doubt($0) } ?? Doubt.found(in: source)
        if let doubt {
            throw StorageError(
                "it is not certain that \(source.title) is the database that sent last: \(doubt.reason); say what it is with "
                    + "keeptouch resume all --as restored|copy|moved, then copy it; nothing was copied")
        }
        try files.expectRoom()
    }

    /// Marks the target as one that is not whole.
    private func begin(_ mark: CopyMark?) throws {
        if let mark, mark.source != source.title {
            throw StorageError(
                "a copy of \(mark.source) into \(target.title) has not come to its end; go on with it, or name another file or "
                    + "schema; nothing was copied")
        }
        if mark == nil {
            try target.read { connection in
                for table in try CopiedTable.all() where try !table.isEmpty(connection) {
                    throw StorageError(
                        "\(target.title) is not empty: \(table.name) has \(try table.count(connection)) rows; name a file that is not "
                            + "there or another schema (?schema=NAME); nothing was copied")
                }
            }
        }
        try target.write { try CopyMark(of: source.title).write($0) }
        // The counts come, too.
        try target.session { $0.stopCounting() }
    }
}
