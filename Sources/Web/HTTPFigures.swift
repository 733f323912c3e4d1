import Hummingbird
import NIOConcurrencyHelpers
import Storage

/// Counts of what the server did since it began.
final class HTTPFigures: Sendable {
    struct Series: Hashable {
        var route: String
        var method: String
        var status: Int
    }

    /// The upper bounds of the histogram's buckets, in seconds.
    static let bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

    struct Histogram {
        /// Below each bound, and beyond all.
        var counts = [Int](repeating: 0, count: HTTPFigures.bounds.count + 1)
        var sum = 0.0
    }

    struct Snapshot {
        var requests: [Series: Int] = [:]
        var durations: [String: Histogram] = [:]
        /// By source and result: `accepted`, `unchanged`, `waiting`, `rejected`.
        var rows: [String: [String: Int]] = [:]
    }

    private let state = NIOLockedValueBox(Snapshot())

    var snapshot: Snapshot { state.withLockedValue { $0 } }

    func answered(_ series: Series, in seconds: Double) {
        state.withLockedValue { state in
            state.requests[series, default: 0] += 1
            let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
            state.durations[series.route, default: Histogram()].counts[bucket] += 1
            state.durations[series.route, default: Histogram()].sum += seconds
        }
    }

    func took(_ report: IntakeReport, from source: String) {
        state.withLockedValue { state in
            var rows = state.rows[source] ?? [:]
            rows["accepted", default: 0] += report.accepted
            rows["unchanged", default: 0] += report.unchanged
            rows["waiting", default: 0] += report.waiting
            rows["rejected", default: 0] += report.rejectedRows
            state.rows[source] = rows
        }
    }
}
