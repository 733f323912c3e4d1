import Decisions
import Foundation
import Playbooks

extension BlockLoader {
    /// The values of a metric on the days up to its last complete one; nil when no day is complete.
    func series(_ metric: String, _ days: Int, _ ids: [Int64], _ earliest: Instant) throws -> Block.DailyValues? {
        guard let last = context.lastCompleteDay[metric], let id = context.metricIDs[metric],
            let firstID = ids.first, let lastID = ids.last
        else { return nil }
        let block = firstID / SeriesKey.blockSize
        let first = min(last, context.zone.day(of: earliest) - 1) - days + 1
        let statement = try connection.cached(
            "SELECT id, data FROM series WHERE id BETWEEN :first AND :last ORDER BY id")
        defer { statement.reset() }
        statement.bind(0, SeriesKey(metric: id, block: block, day: Int64(first.number)).id)
        statement.bind(1, SeriesKey(metric: id, block: block, day: Int64(last.number)).id)
        var daily = Block.DailyValues()
        let slots = ids.map { SeriesKey.slot(of: $0) }
        let isWhole = lastID - firstID + 1 == Int64(ids.count)
        daily.values = try [Double](unsafeUninitializedCapacity: max(0, last - first + 1) * ids.count) {
            values, count in
            while try statement.step(), count + ids.count <= values.count, let base = values.baseAddress {
                daily.days.append(Int(SeriesKey(id: statement.integer(0)).day))
                Self.copy(statement.blob(1), isWhole, slots, to: base + count)
                count += ids.count
            }
        }
        return daily
    }

    /// Blobs lie unaligned in their pages; slots that one lacks have no data.
    private static func copy(
        _ blob: UnsafeRawBufferPointer, _ isWhole: Bool, _ slots: [Int], to values: UnsafeMutablePointer<Double>
    ) {
        let size = MemoryLayout<Double>.size
        if isWhole, let first = slots.first, let base = blob.baseAddress, (first + slots.count) * size <= blob.count {
            memcpy(values, base + first * size, slots.count * size)
            return
        }
        for (index, slot) in slots.enumerated() {
            values[index] =
                (slot + 1) * size <= blob.count
                ? blob.loadUnaligned(fromByteOffset: slot * size, as: Double.self) : .nan
        }
    }
}
