import Delivery
import Playbooks
import Storage

/// A channel with its secrets read, its limits running, and its place in the pass over pending touches.
final class ChannelAtWork {
    let channel: Channel
    let builder: RequestBuilder
    let classifier: Classifier
    var bucket: TokenBucket?
    /// Rows that are claimed, and rows that are `sending`; of each at most twice `in_flight`.
    private(set) var claimed = 0
    private(set) var sending = 0
    /// Attempts in a row that did not reach the endpoint.
    var failures = 0
    var cursor: Outbox.Cursor?
    /// Whether the cursor's priority has no more touches.
    var isLevelDone = false
    var isExhausted = false
    /// Why nothing more is claimed for it in this run.
    var stopped: String?
    /// When a channel that could not be reached is tried once more, and how often in a row that has been of no use.
    private(set) var reopensAt: Instant?
    private var closings = 0
    /// Whether one touch at a time finds out if the endpoint can be reached again.
    private var isProbing = false

    /// After so many attempts in a row that did not get through, the rest waits for the next run.
    static let mostFailures = 16

    init(_ channel: Channel, environment: [String: String], directory: String, processNow: Instant) throws {
        let credentials = try Credentials(of: channel, environment: environment, directory: directory)
        self.channel = channel
        builder = try RequestBuilder(channel: channel, credentials: credentials)
        classifier = Classifier(channel: channel, credentials: credentials)
        bucket = channel.perSecond.map { TokenBucket(perSecond: $0, at: processNow) }
    }

    /// A channel that leads nowhere, without secrets or limits of time.
    init(pretending channel: Channel) throws {
        var channel = channel
        channel.auth = .none
        self.channel = channel
        builder = try RequestBuilder(channel: channel, credentials: nil)
        classifier = Classifier(channel: channel)
    }

    /// How many touches may be claimed now.
    func room(processNow: Instant) -> Int {
        guard stopped == nil, !isExhausted else { return 0 }
        guard !isProbing || claimed + sending == 0 else { return 0 }
        let places = min(Worker.tickRows, 2 * channel.inFlight - claimed)
        guard places > 0 else { return 0 }
        let wanted = isProbing ? 1 : places
        guard var bucket else { return wanted }
        return bucket.take(wanted, at: processNow)
    }

    func hasRoom(processNow: Instant) -> Bool { room(processNow: processNow) > 0 }

    /// Whether one more row may become `sending`.
    var canSend: Bool { sending < 2 * channel.inFlight }

    /// Counts claims against the limits.
    func took(_ count: Int, processNow: Instant) {
        claimed += count
        _ = bucket?.take(count, at: processNow)
    }

    /// Counts a claimed row that becomes `sending`, or one that never will.
    func began() { (claimed, sending) = (claimed - 1, sending + 1) }
    func parked() { claimed -= 1 }

    /// Counts a row that is no longer `sending`.
    func ended() { sending -= 1 }

    /// Moves the pass behind the last touch that was looked at.
    func advance(behind last: TouchCandidate?, wasLast: Bool) {
        isLevelDone = wasLast
        if let last {
            cursor?.dueAt = last.dueAt.milliseconds
            cursor?.id = last.id
        }
    }

    /// Begins another pass over the pending touches.
    func restart() {
        cursor = nil
        isLevelDone = false
        isExhausted = false
    }

    func noteAttempt(reached: Bool, processNow: Instant) {
        failures = reached ? 0 : failures + 1
        if reached {
            (isProbing, closings) = (false, 0)
        } else if failures >= Self.mostFailures, stopped == nil {
            stopped = "\(failures) attempts in a row did not get through; the next run tries again"
            // 1, 2, 4, 8, 10, 10, ... minutes.
            reopensAt = processNow + .minutes(min(1 << Int64(min(closings, 4)), 10))
            closings += 1
        }
    }

    /// Lets a stopped channel try again: with one touch where the endpoint could not be reached and the time has come;
    /// at once where it was halted, because what a halt pauses nobody claims before a person resumes it.
    func reopen(processNow: Instant) {
        guard stopped != nil else { return }
        if let reopensAt {
            guard processNow >= reopensAt else { return }
            isProbing = true
        }
        (stopped, reopensAt) = (nil, nil)
    }
}
