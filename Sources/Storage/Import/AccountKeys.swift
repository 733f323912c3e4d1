import Foundation

/// Finds the ids of accounts by their keys.
///
/// Asks the database key by key at first; once that has cost about as much as reading them all, it reads them all into
/// memory: about 50 bytes an account. A key that is not in memory is asked for, since others may have added it.
final class AccountKeys {
    /// All keys in their order, one after the other in `bytes`.
    private struct Table {
        var bytes: ContiguousArray<UInt8> = []
        var ends: ContiguousArray<UInt32> = []
        var ids: ContiguousArray<Int64> = []
        /// By hash: the upper half of the hash, and an index into `ids` plus one; 0 is free.
        var slots: ContiguousArray<UInt64> = []
    }

    private let connection: Connection
    private let lookUp: Statement
    private var asksLeft: Int64
    private var table: Table?
    /// Where the last key was found; a file is mostly in the order of keys.
    private var lastIndex = -1

    init(_ connection: Connection) throws {
        self.connection = connection
        lookUp = try connection.prepare("SELECT id FROM account WHERE key = :key")
        asksLeft = try connection.integer("SELECT max(id) FROM account") / 32
    }

    /// Nil when there is no such account.
    func id(_ key: Cell) throws -> Int64? {
        if table == nil {
            if asksLeft > 0 {
                asksLeft -= 1
                return try asked(key)
            }
            table = try load()
        }
        if let table, let index = find(key, in: table) {
            lastIndex = index
            return table.ids[index]
        }
        return try asked(key)
    }

    private func asked(_ key: Cell) throws -> Int64? {
        key.withMemoryRebound(to: CChar.self) { lookUp.bind(text: 0, $0) }
        defer { lookUp.reset() }
        return try lookUp.step() ? lookUp.integer(0) : nil
    }

    private func load() throws -> Table {
        var table = Table()
        let statement = try connection.prepare("SELECT id, key FROM account ORDER BY key")
        while try statement.step() {
            table.bytes.append(contentsOf: statement.blob(1))
            table.ends.append(UInt32(truncatingIfNeeded: table.bytes.count))
            table.ids.append(statement.integer(0))
        }
        var capacity = 1_024
        while capacity < table.ids.count * 2 { capacity *= 2 }
        var slots = ContiguousArray<UInt64>(repeating: 0, count: capacity)
        table.bytes.withUnsafeBufferPointer { bytes in
            for index in table.ids.indices {
                let hash = Self.hash(Self.key(index, bytes, table.ends))
                var slot = Int(hash & UInt64(capacity - 1))
                while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
                slots[slot] = hash & Self.tag | UInt64(index + 1)
            }
        }
        table.slots = slots
        return table
    }

    private func find(_ wanted: Cell, in table: Table) -> Int? {
        table.bytes.withUnsafeBufferPointer { bytes in
            let next = lastIndex + 1
            if lastIndex >= 0, Self.key(lastIndex, bytes, table.ends).isEqual(to: wanted) { return lastIndex }
            if next < table.ids.count, Self.key(next, bytes, table.ends).isEqual(to: wanted) { return next }
            let hash = Self.hash(wanted)
            let mask = table.slots.count - 1
            var slot = Int(hash & UInt64(mask))
            while table.slots[slot] != 0 {
                let entry = table.slots[slot]
                let index = Int(entry & ~Self.tag) - 1
                if entry & Self.tag == hash & Self.tag, Self.key(index, bytes, table.ends).isEqual(to: wanted) {
                    return index
                }
                slot = (slot + 1) & mask
            }
            return nil
        }
    }

    private static let tag: UInt64 = 0xffff_ffff_0000_0000

    @inline(__always)
    private static func key(_ index: Int, _ bytes: Cell, _ ends: ContiguousArray<UInt32>) -> Cell {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        return Cell(rebasing: bytes[start..<Int(ends[index])])
    }

    private static func hash(_ key: Cell) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
