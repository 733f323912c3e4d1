import CSQLite
import Foundation

extension SQLiteDriver {
    /// What the engine is told to call at each change of a row, and where it finds the columns that count.
    final class Watch {
        fileprivate let counter: FlowCounter
        fileprivate var tables: [(name: [CChar], table: FlowTable, places: [Int32])] = []
        /// The one whose row came last.
        fileprivate var last = 0
        /// The version of the schema in which they were found.
        fileprivate var schema: Int64 = -1
        fileprivate let schemaVersion: Statement

        fileprivate init(_ counter: FlowCounter, _ driver: SQLiteDriver) throws {
            self.counter = counter
            schemaVersion = try Statement(driver, "PRAGMA schema_version")
        }
    }

    /// Lets a counter see each row that this connection writes.
    func watch(_ counter: FlowCounter) throws {
        let watch = try Watch(counter, self)
        self.watch = watch
        try findColumns()
        sqlite3_preupdate_hook(
            handle,
            { context, handle, operation, database, table, _, _ in
                guard let context, let handle, let database, let table, strcmp(database, "main") == 0 else { return }
                Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue().note(handle, operation, table)
            }, Unmanaged.passUnretained(watch).toOpaque())
    }

    func unwatch() {
        sqlite3_preupdate_hook(handle, nil, nil)
        watch = nil
    }

    /// Looks where the columns stand, when the schema is another one: dropping an attribute's moves those behind it.
    func findColumns() throws {
        guard let watch else { return }
        defer { watch.schemaVersion.reset() }
        guard try watch.schemaVersion.step(), watch.schema != watch.schemaVersion.integer(0) else { return }
        watch.schema = watch.schemaVersion.integer(0)
        watch.tables = try FlowTable.allCases.map { table in
            let statement = try Statement(self, "SELECT name, cid FROM pragma_table_info('\(table.rawValue)')")
            var places: [String: Int32] = [:]
            while try statement.step() { places[statement.text(0) ?? ""] = Int32(statement.integer(1)) }
            return (
                Array(table.rawValue.utf8CString), table,
                try table.columns.map { column in
                    guard let place = places[column] else {
                        throw StorageError("\(place) has no column \(table.rawValue).\(column)")
                    }
                    return place
                }
            )
        }
    }
}

extension SQLiteDriver.Watch {
    fileprivate func note(_ handle: OpaquePointer, _ operation: Int32, _ name: UnsafePointer<CChar>) {
        // Rows of one table come one after the other.
        if last >= tables.count || strcmp(tables[last].name, name) != 0 {
            guard let found = tables.indices.first(where: { strcmp(tables[$0].name, name) == 0 }) else { return }
            last = found
        }
        let (table, places) = (tables[last].table, tables[last].places)
        func values(_ read: (Int32, UnsafeMutablePointer<OpaquePointer?>) -> Int32) -> [SQLValue] {
            places.map { place in
                var value: OpaquePointer?
                guard read(place, &value) == SQLITE_OK else { return .null }
                switch sqlite3_value_type(value) {
                case SQLITE_INTEGER: return .integer(sqlite3_value_int64(value))
                case SQLITE_FLOAT: return .real(sqlite3_value_double(value))
                case SQLITE_TEXT: return sqlite3_value_text(value).map { .text(String(cString: $0)) } ?? .null
                default: return .null
                }
            }
        }
        counter.note(
            table,
            from: operation == SQLITE_INSERT ? nil : values { sqlite3_preupdate_old(handle, $0, $1) },
            to: operation == SQLITE_DELETE ? nil : values { sqlite3_preupdate_new(handle, $0, $1) })
    }
}
