import Foundation
import Playbooks
import Storage

/// Imports small batches of events, one after the other, until it is told to stop, and says how long each took.
struct BatchesCommand {
    /// Times in seconds.
    struct Answer: Encodable {
        var batches: Int
        var median: Double
        var p99: Double
        var longest: Double
    }

    let loaded: BenchWorkspace
    private static let size = 100

    /// - Parameter stop: the file whose coming ends it.
    func run(until stop: String) throws -> Answer {
        let store = try loaded.open(.readWrite)
        let importer = Importer(
            store: store, dataMap: loaded.workspace.dataMap, configuration: loaded.workspace.configuration)
        let accounts = Int(try store.read { try $0.integer("SELECT max(id) FROM account") })
        var times: [Double] = []
        while !FileManager.default.fileExists(atPath: stop) {
            let rows = (0..<Self.size).map { row -> [String?] in
                let number = times.count * Self.size + row
                let account = 1 + number * 7_919 % accounts
                return ["account-\(account)", "report_exported", "\(BenchData.now)", "batch-\(number)"]
            }
            times.append(
                try seconds {
                    _ = try importer.run(
                        .events, from: .rows(columns: ["account", "event", "at", "id"], rows: rows), now: BenchData.now)
                })
            usleep(20_000)
        }
        guard !times.isEmpty else { throw BenchError("there was no time for a batch") }
        times.sort()
        func quantile(_ share: Double) -> Double { times[min(times.count - 1, Int(share * Double(times.count)))] }
        return Answer(
            batches: times.count, median: quantile(0.5), p99: quantile(0.99), longest: times[times.count - 1])
    }
}
