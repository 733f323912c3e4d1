import Delivery
import Playbooks
import Storage

/// A channel with its secrets read, its limits running, and its place in the pass over pending touches.
struct ChannelAtWork {
    let channel: Channel
    let builder: RequestBuilder
    let classifier: Classifier
    var bucket: TokenBucket?
    /// Rows that are claimed or `sending`, at most twice `in_flight`.
    var open = 0
    /// Attempts in a row that did not reach the endpoint.
    var failures = 0
    var cursor: Outbox.Cursor?
    /// Whether the cursor's priority has no more touches.
    var isLevelDone = false
    var isExhausted = false
    /// Why nothing more is claimed for it in this run.
    var stopped: String?

    /// After so many attempts in a row that did not get through, the rest waits for the next run.
    static let mostFailures = 16

    init(_ channel: Channel, environment: [String: String], directory: String, processNow: Instant) throws {
        let credentials = try Credentials(of: channel, environment: environment, directory: directory)
        self.channel = channel
        builder = try RequestBuilder(channel: channel, credentials: credentials)
        classifier = Classifier(channel: channel, credentials: credentials)
        bucket = channel.perSecond.map { TokenBucket(perSecond: $0, at: processNow) }
    }

    /// How many touches may be claimed now.
    func room(processNow: Instant) -> Int {
        guard stopped == nil, !isExhausted else { return 0 }
        let places = min(64, 2 * channel.inFlight - open)
        guard places > 0, var bucket else { return max(0, places) }
        return bucket.take(places, at: processNow)
    }

    func hasRoom(processNow: Instant) -> Bool { room(processNow: processNow) > 0 }

    /// Counts claims against the limits.
    mutating func took(_ count: Int, processNow: Instant) {
        open += count
        _ = bucket?.take(count, at: processNow)
    }

    /// Moves the pass behind the last touch that was looked at.
    mutating func advance(behind last: TouchCandidate?, wasLast: Bool) {
        isLevelDone = wasLast
        if let last, var cursor {
            cursor.dueAt = last.dueAt.milliseconds
            cursor.id = last.id
            self.cursor = cursor
        }
    }

    /// Begins another pass over the pending touches.
    mutating func restart() {
        cursor = nil
        isLevelDone = false
        isExhausted = false
    }

    mutating func noteAttempt(reached: Bool) {
        failures = reached ? 0 : failures + 1
        if failures >= Self.mostFailures {
            stopped = "\(failures) attempts in a row did not get through; the next run tries again"
        }
    }
}
