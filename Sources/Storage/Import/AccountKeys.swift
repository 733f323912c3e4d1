import Foundation

/// Finds the ids of accounts by their keys.
///
/// Asks the database key by key at first; once that has cost more than reading them all would, it reads them all into
/// memory: about 40 bytes an account. A key that is not in memory is asked for, since others may have added it.
final class AccountKeys {
    private let connection: Connection
    private let lookUp: Statement
    private var asksLeft: Int64
    private var bytes: ContiguousArray<UInt8> = []
    private var ends: ContiguousArray<UInt32> = []
    private var ids: ContiguousArray<Int64> = []
    /// An index into `ids` plus one, by hash; 0 is free. Empty until everything has been read.
    private var slots: ContiguousArray<UInt32> = []
    private var last: (key: ContiguousArray<UInt8>, id: Int64)?

    init(_ connection: Connection) throws {
        self.connection = connection
        lookUp = try connection.prepare("SELECT id FROM account WHERE key = :key")
        asksLeft = try connection.integer("SELECT max(id) FROM account") / 8
    }

    /// Nil when there is no such account.
    func id(_ key: Cell) throws -> Int64? {
        if let last, last.key.count == key.count, last.key.elementsEqual(key) { return last.id }
        if slots.isEmpty, asksLeft == 0 { try load() }
        asksLeft -= 1
        var found = slots.isEmpty ? nil : idInMemory(key)
        if found == nil { found = try asked(key) }
        if let found { last = (ContiguousArray(key), found) }
        return found
    }

    private func asked(_ key: Cell) throws -> Int64? {
        key.withMemoryRebound(to: CChar.self) { lookUp.bind(text: 0, $0) }
        defer { lookUp.reset() }
        return try lookUp.step() ? lookUp.integer(0) : nil
    }

    private func load() throws {
        let statement = try connection.prepare("SELECT id, key FROM account")
        while try statement.step() {
            let key = statement.blob(1)
            bytes.append(contentsOf: key)
            ends.append(UInt32(truncatingIfNeeded: bytes.count))
            ids.append(statement.integer(0))
        }
        var capacity = 1_024
        while capacity < ids.count * 2 { capacity *= 2 }
        slots = ContiguousArray(repeating: 0, count: capacity)
        bytes.withUnsafeBufferPointer { bytes in
            for index in ids.indices {
                var slot = Self.hash(key(index, bytes)) & (capacity - 1)
                while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
                slots[slot] = UInt32(index + 1)
            }
        }
    }

    private func idInMemory(_ wanted: Cell) -> Int64? {
        bytes.withUnsafeBufferPointer { bytes in
            var slot = Self.hash(wanted) & (slots.count - 1)
            while slots[slot] != 0 {
                let index = Int(slots[slot]) - 1
                let key = key(index, bytes)
                if key.count == wanted.count, let stored = key.baseAddress, let asked = wanted.baseAddress,
                    memcmp(stored, asked, key.count) == 0
                {
                    return ids[index]
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            return nil
        }
    }

    private func key(_ index: Int, _ bytes: Cell) -> Cell {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        return Cell(rebasing: bytes[start..<Int(ends[index])])
    }

    private static func hash(_ key: Cell) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        return hasher.finalize()
    }
}
