/// The keys that a source has brought so far, as 64-bit hashes: enough to count those that come again.
struct SeenKeys {
    private var hashes: Set<Int> = []

    /// Whether the key is new.
    mutating func insert(_ key: Cell, of owner: Int64 = 0) -> Bool {
        var hasher = Hasher()
        hasher.combine(owner)
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        return hashes.insert(hasher.finalize()).inserted
    }
}
