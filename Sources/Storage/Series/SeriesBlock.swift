import Foundation

/// One row of `series` while it is being changed: a value for each account of a block on one day; NaN is "no data".
///
/// Stored as little-endian 64-bit floats, which is how the processors that Swift runs on hold them.
final class SeriesBlock {
    static let byteCount = Int(SeriesKey.blockSize) * MemoryLayout<Double>.size

    private(set) var isChanged = false
    /// How many slots had no data before.
    private(set) var newSlots: Int64 = 0
    /// How many slots had another value before.
    private(set) var changedSlots: Int64 = 0
    private let values = UnsafeMutablePointer<Double>.allocate(capacity: Int(SeriesKey.blockSize))

    deinit {
        values.deallocate()
    }

    /// Copies a stored array, wherever it lies, to where it can be worked with; slots that it lacks get "no data".
    static func copy(_ blob: UnsafeRawBufferPointer, to values: UnsafeMutablePointer<Double>) {
        let bytes = min(blob.count, byteCount) & ~7
        if let base = blob.baseAddress { memcpy(values, base, bytes) }
        for slot in (bytes / MemoryLayout<Double>.size)..<Int(SeriesKey.blockSize) { values[slot] = .nan }
    }

    func load(_ key: SeriesKey, from connection: Connection) throws {
        let statement = try connection.cached("SELECT data FROM series WHERE id = :id")
        defer { statement.reset() }
        statement.bind(0, key.id)
        let isStored = try statement.step()
        Self.copy(isStored ? statement.blob(0) : UnsafeRawBufferPointer(start: nil, count: 0), to: values)
        isChanged = false
        newSlots = 0
        changedSlots = 0
    }

    func set(_ slot: Int, _ value: Double) {
        let old = values[slot]
        if old == value { return }
        if old.isNaN { newSlots += 1 } else { changedSlots += 1 }
        values[slot] = value
        isChanged = true
    }

    func save(_ key: SeriesKey, to connection: Connection) throws {
        let statement = try connection.cached(
            "INSERT INTO series (id, data) VALUES (:id, :data) ON CONFLICT (id) DO UPDATE SET data = excluded.data")
        statement.bind(0, key.id)
        statement.bind(1, UnsafeRawBufferPointer(start: values, count: Self.byteCount))
        defer { statement.reset() }
        _ = try statement.step()
    }
}
