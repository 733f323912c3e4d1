import Foundation

/// Finds the ids of accounts by their keys.
///
/// Asks the database key by key at first; once that has cost about as much as reading them all, it reads them all into
/// memory: about 50 bytes an account. A key that is not in memory is asked for, since others may have added it.
final class AccountKeys {
    /// All keys in their order, one after the other in `bytes`.
    fileprivate final class Table {
        var bytes: ContiguousArray<UInt8> = []
        var ends: ContiguousArray<UInt32> = []
        var ids: ContiguousArray<Int64> = []
        /// By id: an index into `ids` plus one; empty when the ids lie far apart.
        var places: ContiguousArray<UInt32> = []
        /// By hash: the upper half of the hash, and an index into `ids` plus one; 0 is free. Made for the first key that
        /// does not follow its predecessor.
        var slots: ContiguousArray<UInt64> = []
    }

    private let connection: Connection
    private let lookUp: Statement
    private var asksLeft: Int64
    private var table: Table?
    /// What was found last; a file is mostly in the order of keys, or in that in which the accounts came.
    private var lastIndex = -1
    private var lastID: Int64 = -1

    /// - Parameter asksOnly: never reads them all, for one that lives long while accounts come and go.
    init(_ connection: Connection, asksOnly: Bool = false) throws {
        self.connection = connection
        lookUp = try connection.prepare("SELECT id FROM account WHERE key = :key")
        asksLeft = asksOnly ? .max : try connection.integer("SELECT max(id) FROM account") / 32
    }

    /// Nil when there is no such account.
    func id(_ key: Cell) throws -> Int64? {
        if table == nil {
            if asksLeft > 0 {
                if asksLeft < .max { asksLeft -= 1 }
                return try asked(key)
            }
            table = try load()
        }
        if let index = find(key) {
            lastIndex = index
            lastID = table?.ids[index] ?? -1
            return lastID
        }
        return try asked(key)
    }

    private func asked(_ key: Cell) throws -> Int64? {
        key.withMemoryRebound(to: CChar.self) { lookUp.bind(text: 0, $0) }
        defer { lookUp.reset() }
        guard try lookUp.step() else { return nil }
        lastID = lookUp.integer(0)
        return lastID
    }

    private func load() throws -> Table {
        let table = Table()
        let statement = try connection.prepare("SELECT id, key FROM account ORDER BY key")
        while try statement.step() {
            table.bytes.append(contentsOf: statement.blob(1))
            table.ends.append(UInt32(truncatingIfNeeded: table.bytes.count))
            table.ids.append(statement.integer(0))
        }
        let highest = Int(table.ids.max() ?? 0)
        if highest <= 4 * table.ids.count {
            table.places = ContiguousArray(repeating: 0, count: highest + 1)
            for (index, id) in table.ids.enumerated() where id >= 0 { table.places[Int(id)] = UInt32(index + 1) }
        }
        return table
    }

    private func find(_ wanted: Cell) -> Int? {
        if let index = follower(wanted) { return index }
        if table?.slots.isEmpty == true { table?.makeSlots() }
        return table?.find(wanted)
    }

    /// The account that was found last, or the one after it.
    private func follower(_ wanted: Cell) -> Int? {
        guard let table else { return nil }
        if lastIndex >= 0, table.isKey(lastIndex, wanted) { return lastIndex }
        if lastID >= 0, lastID < table.places.count - 1 {
            let next = Int(table.places[Int(lastID + 1)]) - 1
            if next >= 0, table.isKey(next, wanted) { return next }
        }
        let next = lastIndex + 1
        return next > 0 && next < table.ids.count && table.isKey(next, wanted) ? next : nil
    }
}

extension AccountKeys.Table {
    fileprivate func isKey(_ index: Int, _ wanted: Cell) -> Bool {
        bytes.withUnsafeBufferPointer { Self.key(index, $0, ends).isEqual(to: wanted) }
    }

    fileprivate func makeSlots() {
        var capacity = 1_024
        while capacity < ids.count * 2 { capacity *= 2 }
        var slots = ContiguousArray<UInt64>(repeating: 0, count: capacity)
        bytes.withUnsafeBufferPointer { bytes in
            for index in ids.indices {
                let hash = Self.hash(Self.key(index, bytes, ends))
                var slot = Int(hash & UInt64(capacity - 1))
                while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
                slots[slot] = hash & Self.tag | UInt64(index + 1)
            }
        }
        self.slots = slots
    }

    fileprivate func find(_ wanted: Cell) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            let hash = Self.hash(wanted)
            let mask = slots.count - 1
            var slot = Int(hash & UInt64(mask))
            while slots[slot] != 0 {
                let entry = slots[slot]
                let index = Int(entry & ~Self.tag) - 1
                if entry & Self.tag == hash & Self.tag, Self.key(index, bytes, ends).isEqual(to: wanted) {
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
