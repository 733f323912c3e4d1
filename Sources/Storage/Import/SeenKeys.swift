/// The keys that a source has brought so far, as 64-bit hashes: enough to count those that come again.
struct SeenKeys {
    /// 0 is free.
    private var slots = ContiguousArray<UInt64>(repeating: 0, count: 1_024)
    private var count = 0

    /// Whether the key is new.
    mutating func insert(_ key: Cell, of owner: Int64 = 0) -> Bool {
        let hash = Self.hash(key, owner)
        if count * 2 >= slots.count { grow() }
        guard Self.insert(hash, into: &slots) else { return false }
        count += 1
        return true
    }

    func contains(_ key: Cell, of owner: Int64 = 0) -> Bool {
        let hash = Self.hash(key, owner)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash >> 1) & mask
        while slots[slot] != 0 {
            if slots[slot] == hash { return true }
            slot = (slot + 1) & mask
        }
        return false
    }

    private static func hash(_ key: Cell, _ owner: Int64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(owner)
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }

    private mutating func grow() {
        var wider = ContiguousArray<UInt64>(repeating: 0, count: slots.count * 2)
        for hash in slots where hash != 0 { _ = Self.insert(hash, into: &wider) }
        slots = wider
    }

    private static func insert(_ hash: UInt64, into slots: inout ContiguousArray<UInt64>) -> Bool {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash >> 1) & mask
        while slots[slot] != 0 {
            if slots[slot] == hash { return false }
            slot = (slot + 1) & mask
        }
        slots[slot] = hash
        return true
    }
}
