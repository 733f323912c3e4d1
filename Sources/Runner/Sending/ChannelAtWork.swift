import Delivery
import Playbooks
import Storage

/// A channel with its secrets read, its limits running, and its place in the pass over pending touches.
final class ChannelAtWork {
    let channel: Channel
    let builder: RequestBuilder
    let classifier: Classifier
    private let endpoint: EndpointPrint
    /// The print of the last request, which mostly is that of the next one.
    private var lastEndpoint: (method: String, url: String, print: String)?
    private(set) var pace: Pace
    private(set) var circuit = Circuit()
    /// Touches that are claimed, and requests whose rows are `sending`; at most `mostClaimed` and `window`.
    private(set) var claimed = 0
    private(set) var sending = 0
    /// Touches that are being rendered, and requests that are already counted against the rate for them.
    private var packing = 0
    private var reserved = 0
    /// How many touches a request carries, as far as the last ones tell.
    private var load = 1
    /// How many milliseconds its answers take, the last ones counting most.
    private var usualDuration = 0.0
    /// Touches of a request that was refused as a whole: each goes alone.
    var alone: Set<Int64> = []
    var cursor: Outbox.Cursor?
    /// Whether the cursor's priority has no more touches.
    var isLevelDone = false
    var isExhausted = false
    /// Process time at which the present pass began: what is put off meanwhile waits for the next one.
    private(set) var passBegan = Instant(milliseconds: 0)
    /// When the next of its touches that wait for another try may go, as far as this pass knows.
    var retryAt: Instant?
    /// Why a person must look at it before anything more is sent.
    var halted: String?
    /// What the database says of it.
    var written: ChannelState?
    private var slowedBecause = ""

    /// - Parameter secret: of the workspace.
    init(
        _ channel: Channel, environment: [String: String], directory: String, secret: [UInt8], processNow: Instant
    ) throws {
        let credentials = try Credentials(of: channel, environment: environment, directory: directory)
        self.channel = channel
        builder = try RequestBuilder(channel: channel, credentials: credentials)
        endpoint = EndpointPrint(of: builder, secret: secret)
        classifier = Classifier(channel: channel, credentials: credentials)
        pace = Pace(perSecond: channel.perSecond, inFlight: channel.inFlight, at: processNow)
        load = most
    }

    /// A channel that leads nowhere, without secrets or limits of time.
    init(pretending channel: Channel) throws {
        var channel = channel
        channel.auth = .none
        self.channel = channel
        builder = try RequestBuilder(channel: channel, credentials: nil)
        endpoint = EndpointPrint(of: builder, secret: [])
        classifier = Classifier(channel: channel)
        pace = Pace(perSecond: nil, inFlight: channel.inFlight, at: Instant(milliseconds: 0))
    }

    /// Tells a request's endpoint from the one that the channel had before.
    func endpoint(of request: Request) -> String {
        if let last = lastEndpoint, last.url == request.url, last.method == request.method { return last.print }
        let print = endpoint.text(of: request)
        lastEndpoint = (request.method, request.url, print)
        return print
    }

    // MARK: - Room

    /// Why nothing is claimed for it now.
    var stopped: String? {
        if let halted { return halted }
        guard circuit.triesAgainAt != nil else { return nil }
        return "\(circuit.reason); after a while, or in the next run, one touch finds out whether it works again"
    }

    /// How many touches may be claimed now.
    func room(processNow: Instant) -> Int {
        guard stopped == nil, !isExhausted else { return 0 }
        let isProbing = circuit.state == .halfOpen
        guard !isProbing || claimed + sending == 0 else { return 0 }
        let places = min(
            max(Worker.tickRows, most), (load > 1 ? min(2 * pace.places, 4) : mostClaimed) * load - claimed)
        guard places > 0 else { return 0 }
        let wanted = isProbing ? 1 : places
        return min(wanted, pace.room(for: (wanted + load - 1) / load, at: processNow) * load)
    }

    /// Enough for one tick to be rendered while another one waits to leave.
    private var mostClaimed: Int { max(2 * pace.places, min(window, 2 * Worker.tickRows)) }

    func hasRoom(processNow: Instant) -> Bool { room(processNow: processNow) > 0 }

    /// How many requests may be on record as `sending`, on the wire or waiting for a place there.
    ///
    /// So many can be in doubt after a crash: twice the places, for the wire must not run dry while a tick is written.
    /// Where a key takes the doubt away and the endpoint is quick and has taken all for a while, more make a tick worth
    /// its fsync.
    var window: Int {
        guard channel.idempotency.lifetime != nil, load == 1, !pace.isSlowed, circuit.isSteady,
            usualDuration <= Self.quick
        else { return 2 * pace.places }
        return max(2 * pace.places, min(8 * pace.places, Self.widestWindow))
    }

    private static let widestWindow = 512
    /// Milliseconds: what waits in the widest window leaves within half a second, soon after its claim looked at it.
    private static let quick = 50.0

    /// Whether one more row may become `sending`.
    func canSend(processNow: Instant) -> Bool { sending < window && !pace.isQuiet(at: processNow) }

    /// Whether what is claimed goes back, because nothing more may leave for now.
    func isShut(processNow: Instant) -> Bool { stopped != nil || pace.isQuiet(at: processNow) }

    /// Counts claims against the limits.
    func took(_ count: Int, processNow: Instant) {
        guard count > 0 else { return }
        claimed += count
        packing += count
        reserved += pace.take((count + load - 1) / load, at: processNow)
    }

    /// Counts requests that came of claimed touches; those for which the rate has no room go back.
    func packed(_ requests: [OutgoingRequest], processNow: Instant) -> (
        leaving: [OutgoingRequest], back: [OutgoingRequest]
    ) {
        let touches = requests.reduce(0) { $0 + $1.claims.count }
        packing -= touches
        let missing = requests.count - reserved
        let more = missing > 0 ? pace.take(missing, at: processNow) : 0
        let count = min(requests.count, reserved + more)
        reserved = max(reserved - requests.count, 0)
        if packing == 0 {
            pace.put(reserved)
            reserved = 0
        }
        if most > 1, !requests.isEmpty {
            let isFull = requests.count <= (touches + most - 1) / most
            load = isFull ? most : max(1, touches / requests.count)
        }
        return (Array(requests.prefix(count)), Array(requests.dropFirst(count)))
    }

    private var most: Int { channel.batch?.most ?? 1 }

    /// Counts claimed touches that become `sending` in one request, or that never will.
    func began(touches: Int = 1) { (claimed, sending) = (claimed - touches, sending + 1) }
    func parked(touches: Int = 1) { claimed -= touches }

    /// Counts a request that is no longer under way.
    func ended() { sending -= 1 }

    // MARK: - Passes

    /// Moves the pass behind the last touch that was looked at.
    func advance(behind last: TouchCandidate?, wasLast: Bool) {
        isLevelDone = wasLast
        if let last { cursor?.move(behind: last) }
    }

    /// Begins another pass over the pending touches.
    func restart(processNow: Instant) {
        cursor = nil
        isLevelDone = false
        isExhausted = false
        passBegan = processNow
    }

    /// Whether its pass has not looked at any touch.
    var isAtBeginning: Bool { cursor == nil && !isExhausted }

    /// Begins another pass when a touch may be tried again, whatever the other channels do.
    func restartIfDue(processNow: Instant) {
        guard isIdle, let retryAt, retryAt <= processNow, !isShut(processNow: processNow) else { return }
        restart(processNow: processNow)
    }

    private var isIdle: Bool { isExhausted && claimed + sending == 0 }

    /// When it can go on by itself, as far as its limits and retries tell.
    func wake(processNow: Instant) -> Instant? {
        guard stopped == nil else { return nil }
        return isIdle ? retryAt : isExhausted ? nil : pace.next(at: processNow)
    }

    /// A touch of it waits for another try.
    func notePutOff(until: Instant?) {
        if let until { retryAt = min(retryAt ?? until, until) }
    }

    // MARK: - What answers tell

    /// - Parameter results: one for each touch of the request.
    func note(_ response: Response, _ results: [SendResult], processNow: Instant) {
        guard response.failure != .aborted, let result = results.first(where: \.isTaken) ?? results.first else {
            return
        }
        if response.failure == nil {
            usualDuration += (Double(response.duration.milliseconds) - usualDuration) / 8
        }
        let isRefusal = (400...499).contains(response.status)
        var notice = RateNotice(response, now: processNow)
        var failure: String?
        switch result {
        case .retry(let after, _, let reason):
            if isRefusal || notice.isThrottled, let after { (notice.isThrottled, notice.wait) = (true, after) }
            if !isRefusal, !notice.isThrottled { failure = reason }
        case .unknown(let reason):
            if !isRefusal { failure = reason }
        case .sent, .duplicate, .rejected, .suppress, .halt: break
        }
        if notice.isThrottled {
            pace.slowDown(for: notice.wait, left: processNow - response.duration, at: processNow)
            let rate = channel.perSecond.map { ", \(($0 * pace.share * 10).rounded() / 10) a second" } ?? ""
            slowedBecause = "the endpoint answered \(response.status); for now at most \(pace.places) at once\(rate)"
        } else if response.failure == nil {
            pace.speedUp(notice, underWay: max(sending - 1, 0), at: processNow)
        }
        circuit.note(failure: failure, at: processNow)
    }

    /// Goes on where another process has left it.
    func begin(from state: ChannelState) {
        written = state
        if state.kind != .slowed { circuit = Circuit(leftOpen: state.reason) }
    }

    /// Lets a stopped channel try again: with one touch where requests failed and the time has come; at once where it
    /// was halted, because what a halt pauses nobody claims before a person resumes it.
    func reopen(processNow: Instant) {
        halted = nil
        circuit.probe(at: processNow)
    }

    /// Nil while it goes at full speed.
    var state: ChannelState? {
        switch circuit.state {
        case .open(let until): ChannelState(.open, reason: circuit.reason, until: until)
        case .halfOpen: ChannelState(.halfOpen, reason: circuit.reason)
        case .closed: pace.isSlowed ? ChannelState(.slowed, reason: slowedBecause, until: pace.quietUntil) : nil
        }
    }
}
