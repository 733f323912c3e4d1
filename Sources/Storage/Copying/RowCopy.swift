/// The rows of all tables on their way, in slices, and compared when they have arrived.
struct RowCopy {
    /// Within the transaction that keeps all others from writing.
    private let source: Connection
    /// What messages call it.
    private let title: String
    private let target: Store
    private let slice: Int
    private let types: HistoryTypes
    /// How many rows were read so far.
    private var count = 0

    init(from source: Connection, _ title: String, to target: Store, slice: Int) throws {
        (self.source, self.title, self.target, self.slice) = (source, title, target, slice)
        types = try HistoryTypes(source)
    }

    mutating func all(_ progress: (Int) throws -> Void) throws -> [DatabaseCopy.Part] {
        let tables = try CopiedTable.all()
        var parts: [DatabaseCopy.Part] = []
        for table in tables {
            do { parts.append(try copy(table, progress)) } catch var error as StorageError {
                error.message =
                    "copying \(table.name) into \(target.title): \(error.message); \(title) is as it was, and the same command "
                    + "goes on from here"
                throw error
            }
        }
        try target.write { connection in
            for table in tables where table.isNumbered {
                try connection.setLastNumber(of: table.name, to: source.lastNumber(of: table.name))
            }
            try CopyMark(of: title, isCompared: true).write(connection)
            for table in tables where connection.dialect.engine == .postgresql {
                try connection.executeScript("ANALYZE \(table.name)")
            }
        }
        return parts
    }

    /// Brings what is missing of a table and compares it; where what came earlier is no more what the source has, all of it
    /// comes anew.
    private mutating func copy(_ table: CopiedTable, _ progress: (Int) throws -> Void) throws -> DatabaseCopy.Part {
        let last = try target.read { try table.lastKey($0) }
        // What the target has counted by itself meanwhile is nothing to go on from.
        if last == nil || !table.isCounts {
            try bring(table, behind: last, progress)
            if let part = try compared(table) { return part }
        }
        if last != nil {
            try target.write { try table.begin(anewIn: $0) }
            try bring(table, behind: nil, progress)
            if let part = try compared(table) { return part }
        }
        throw StorageError("what has arrived is not what was sent; see whether both disks are sound")
    }

    private mutating func bring(_ table: CopiedTable, behind last: [SQLValue]?, _ progress: (Int) throws -> Void) throws
    {
        let columns = try target.write { try table.align($0, with: source) }
        let insertion = table.insertion(columns)
        let texts = target.server == nil ? nil : ServerTexts(table.name, columns)
        var rows = try table.rows(columns, behind: last, types, source)
        var isAtEnd = false
        while !isAtEnd {
            var values: [SQLValue] = []
            values.reserveCapacity(slice * columns.count)
            for _ in 0..<slice {
                guard let row = try rows.next() else {
                    isAtEnd = true
                    break
                }
                values += try texts?.of(row) ?? row
                count += 1
            }
            if !values.isEmpty {
                try target.session { connection in
                    try target.write(on: connection, checkpointAfter: Store.importCheckpointPages) {
                        try insertion.insert(values, $0)
                    }
                }
            }
            try progress(count)
        }
    }

    /// What both have of a table; nil when it is not the same.
    private func compared(_ table: CopiedTable) throws -> DatabaseCopy.Part? {
        let columns = try source.columns(of: table.name)
        return try target.read { target in
            var (sent, arrived) = try (table.rows(columns, types, source), table.rows(columns, types, target))
            // Side by side, so that no server takes one of both for asleep.
            var (isMore, isMoreThere) = (true, true)
            while isMore || isMoreThere {
                if isMore { isMore = try sent.next() != nil }
                if isMoreThere { isMoreThere = try arrived.next() != nil }
            }
            guard sent.count == arrived.count, sent.checksum == arrived.checksum else { return nil }
            return DatabaseCopy.Part(table: table.name, rows: sent.count, checksum: sent.checksum)
        }
    }
}
