import Basics
import Delivery
package import Playbooks
package import Storage

/// Posts the digests that wait, one at a time; whoever calls it holds `runner.lock`.
///
/// As with touches, the row says `sending` before a byte leaves, and what nobody can tell about is not sent again unless
/// the channel says so.
package struct DigestPost {
    private let workspace: Workspace
    private let directory: String
    private let environment: [String: String]
    private let secret: [UInt8]
    private let store: Store
    private let clocks: Clocks

    /// A digest that could not be posted for so long is old news.
    private static let patience = TimeSpan.days(2)

    /// - Parameters:
    ///   - directory: the workspace, for secrets in files.
    ///   - secret: of the workspace; 32 bytes.
    package init(
        workspace: Workspace, directory: String, environment: [String: String], secret: [UInt8], store: Store,
        clocks: Clocks
    ) {
        self.workspace = workspace
        self.directory = directory
        self.environment = environment
        self.secret = secret
        self.store = store
        self.clocks = clocks
    }

    /// Posts what is due.
    ///
    /// - Returns: how many arrived, and what kept the others, by channel.
    package func post(now: Instant) async throws -> (sent: Int, failed: [String: String]) {
        try store.write { try settleOrphans(now: now, $0) }
        let processNow = clocks.processNow()
        let rows = try store.read { try Digests($0).rows(.pending, processNow: processNow) }
        var sent = 0
        var failed: [String: String] = [:]
        for row in rows where failed[row.channel] == nil {
            switch try await post(row, now: now) {
            case .sent: sent += 1
            case .kept(let reason): failed[row.channel] = reason
            }
        }
        return (sent, failed)
    }

    private enum Outcome {
        case sent
        case kept(String)
    }

    private func post(_ row: Digests.Row, now: Instant) async throws -> Outcome {
        guard now - row.at <= Self.patience else {
            let reason = "waited too long"
            try store.write { try Digests($0).settle(row.id, as: .expired, error: reason, now: now) }
            return .kept(reason)
        }
        guard let channel = workspace.channels[row.channel] else {
            return .kept("there is no channel \"\(row.channel)\" any more")
        }
        let work: ChannelAtWork
        let request: Request
        do {
            work = try ChannelAtWork(
                channel, environment: environment, directory: directory, secret: secret,
                processNow: clocks.processNow())
            request = try work.builder.request(for: envelope(row), at: clocks.processNow())
        } catch {
            return .kept("\(error)")
        }
        let endpoint = work.endpoint(of: request)
        if let earlier = row.endpoint, earlier != endpoint {
            let reason =
                "an earlier attempt may have arrived, and its channel leads to another endpoint or account since"
            try store.write { try Digests($0).settle(row.id, as: .unknown, error: reason, now: now) }
            return .kept(reason)
        }
        let paused = try store.write { connection in
            let reason = try Pauses(connection).reason(forChannel: row.channel)
            if reason == nil {
                _ = try Digests(connection).begin(row.id, endpoint: endpoint, processNow: clocks.processNow())
            }
            return reason
        }
        if let paused { return .kept("paused: \(paused)") }
        let response = await Transport.answer(to: request)
        let processNow = clocks.processNow()
        let result = work.classifier.classify(
            response,
            attempt: Classifier.Attempt(
                number: row.attempts + 1, firstAt: row.firstAttemptAt ?? processNow, now: processNow,
                mayHaveArrived: row.endpoint != nil))
        return try store.write { connection in
            if case .halt(let reason) = result {
                try Author(from: .runner, at: processNow).pauseIfGoing(
                    "channel:" + row.channel, because: reason, connection)
            }
            let end = settlement(of: result, row, channel, processNow: processNow)
            try Digests(connection).settle(
                row.id, as: end.state, error: end.error, retryAt: end.retryAt,
                mayHaveArrived: row.endpoint != nil || !Self.isUnsent(result), now: now)
            return end.state == .sent ? .sent : .kept(end.error ?? end.state.rawValue)
        }
    }

    /// Whether the attempt cannot have arrived: only what may have has a last moment for its repeat.
    private static func isUnsent(_ result: SendResult) -> Bool {
        switch result {
        case .retry(_, let before, _): before == nil
        case .halt: true
        case .sent, .duplicate, .rejected, .suppress, .unknown: false
        }
    }

    private typealias End = (state: DigestState, error: String?, retryAt: Instant?)

    private func settlement(
        of result: SendResult, _ row: Digests.Row, _ channel: Channel, processNow: Instant
    ) -> End {
        switch result {
        case .sent, .duplicate: return (.sent, nil, nil)
        case .retry(let after, let before, let reason):
            let retryAt = processNow + (after ?? Backoff.delay(attempt: row.attempts + 1, random: clocks.random()))
            if let before, retryAt > before { return unknown(reason, row, channel, processNow: processNow) }
            return (.pending, reason, retryAt)
        case .rejected(let reason), .suppress(let reason): return (.rejected, reason, nil)
        case .unknown(let reason): return unknown(reason, row, channel, processNow: processNow)
        case .halt(let reason): return (.pending, reason, nil)
        }
    }

    private func unknown(_ reason: String, _ row: Digests.Row, _ channel: Channel?, processNow: Instant) -> End {
        switch channel?.onUnknown ?? .hold {
        case .assumeSent: return (.sent, reason, nil)
        case .resend where row.attempts < Backoff.maxAttempts: return (.pending, reason, processNow)
        case .hold, .resend: return (.unknown, reason, nil)
        }
    }

    /// What a dead owner left in the middle of an attempt: the lock says that it is dead.
    private func settleOrphans(now: Instant, _ connection: Connection) throws {
        let processNow = clocks.processNow()
        for row in try Digests(connection).rows(.sending) {
            let channel = workspace.channels[row.channel]
            let reason = "the program died while the request was under way"
            let mayRepeat = row.firstAttemptAt.map { channel?.honorsKey(of: $0, at: processNow) == true } ?? false
            let end: End =
                mayRepeat ? (.pending, reason, processNow) : unknown(reason, row, channel, processNow: processNow)
            try Digests(connection).settle(row.id, as: end.state, error: end.error, retryAt: end.retryAt, now: now)
        }
    }

    private func envelope(_ row: Digests.Row) -> Envelope {
        let name = workspace.configuration.workspace
        let sender = workspace.configuration.sender
        return Envelope(
            recipient: "team:\(row.channel)", from: sender.map { Envelope.Address($0.email, name: $0.name) },
            replyTo: sender?.replyTo,
            message: RenderedMessage(subject: row.subject, html: Self.html(row.text), text: row.text),
            metadata: [Request.Header("digest_id", "d\(row.id)"), Request.Header("workspace", name)],
            tags: ["digest"], idempotencyKey: "\(name)-d\(row.id)")
    }

    private static func html(_ text: String) -> String {
        "<p>" + HTML.escaped(text).replacing("\n", with: "<br>\n") + "</p>\n"
    }
}
