import Basics
import Delivery
package import Playbooks
package import Storage

/// Sends changes to the receivers, to each in the order of their ids; whoever calls it holds `runner.lock`.
///
/// At least once: what was not taken for certain is sent again with the same id.
package struct ReceiverPost: Sendable {
    /// What a pass over the receivers came to.
    package struct Report: Sendable, Equatable {
        package var taken = 0
        /// What keeps receivers back, by name.
        package var failed: [String: String] = [:]
        /// Whether there may be more to send at once.
        package var hasMore = false

        package init() {}
    }

    private let workspace: Workspace
    private let directory: String
    private let environment: [String: String]
    private let store: Store
    private let clocks: Clocks

    /// So many changes are sent to a receiver before it is written down how far it has come.
    private static let slice = 50
    private static let timeout = TimeSpan.seconds(15)

    /// - Parameter directory: the workspace, for secrets in files.
    package init(
        workspace: Workspace, directory: String, environment: [String: String], store: Store, clocks: Clocks
    ) {
        self.workspace = workspace
        self.directory = directory
        self.environment = environment
        self.store = store
        self.clocks = clocks
    }

    /// Lets receivers that are new get what changes from now on.
    package func begin() throws {
        let known = try store.read { try ReceiverRecords($0).all() }
        let new = workspace.configuration.receivers.filter { known[$0.name] == nil }
        guard !new.isEmpty else { return }
        try store.write { connection in
            for receiver in new { try ReceiverRecords(connection).begin(receiver.name) }
        }
    }

    /// Sends what is due, a slice to each receiver, all receivers at a time: one that is slow holds up no other.
    package func post() async throws -> Report {
        let receivers = workspace.configuration.receivers
        guard !receivers.isEmpty else { return Report() }
        try begin()
        // A copy of the database must not tell others what is not so, and a kill switch stops everything that leaves.
        if let reason = try store.read({ try Pauses($0).all }) {
            return receivers.reduce(into: Report()) { $0.failed[$1.name] = "paused: \(reason)" }
        }
        return try await withThrowingTaskGroup(of: Report.self) { group in
            for receiver in receivers { group.addTask { try await post(to: receiver) } }
            return try await group.reduce(into: Report()) { sum, part in
                sum.taken += part.taken
                sum.failed.merge(part.failed) { $1 }
                sum.hasMore = sum.hasMore || part.hasMore
            }
        }
    }

    /// Goes on until nothing is due, or somebody stops it.
    package func postAll(isStopped: () -> Bool) async throws -> Report {
        var sum = Report()
        while true {
            let part = try await post()
            sum.taken += part.taken
            sum.failed = part.failed
            guard part.hasMore, !isStopped() else { return sum }
        }
    }

    private func post(to receiver: Receiver) async throws -> Report {
        let processNow = clocks.processNow()
        let kinds = receiver.kinds.map { Set($0.compactMap(Change.Kind.init)) }
        let (found, changes, newest) = try store.read { connection in
            let state = try ReceiverRecords(connection).all()[receiver.name]
            let feed = ChangeFeed(connection)
            return (
                state, try feed.changes(after: state?.cursor ?? 0, limit: Self.slice, kinds: kinds), try feed.newest()
            )
        }
        var report = Report()
        guard var state = found else { return report }
        if let retryAt = state.retryAt, retryAt > processNow {
            report.failed[receiver.name] = state.error
            return report
        }
        guard !changes.isEmpty else {
            // What it does not ask for is behind it.
            if state.cursor < newest, newest - state.cursor > 1_000 {
                state.cursor = newest
                try store.write { try ReceiverRecords($0).write(state) }
            }
            return report
        }
        let signature: StandardWebhook
        do {
            signature = try self.signature(of: receiver)
        } catch {
            report.failed[receiver.name] = error.message
            return report
        }
        let line = OneByOne()
        for change in changes {
            let moment = clocks.processNow()
            let response = await line.answer(to: request(for: change, receiver, signature, at: moment))
            state.triedAt = moment
            if let failure = Self.failure(of: response) {
                state.attempts += 1
                state.error = failure
                state.retryAt = moment + Self.wait(response, state.attempts, clocks.random(), at: moment)
                report.failed[receiver.name] = failure
                break
            }
            (state.cursor, state.takenAt) = (change.id, moment)
            (state.attempts, state.error, state.retryAt) = (0, nil, nil)
            report.taken += 1
        }
        await line.end()
        if report.taken == changes.count, changes.count < Self.slice { state.cursor = max(state.cursor, newest) }
        report.hasMore = report.taken == changes.count && changes.count == Self.slice
        try store.write { [state] in try ReceiverRecords($0).write(state) }
        return report
    }

    private func signature(of receiver: Receiver) throws(Diagnostic) -> StandardWebhook {
        let secret = try receiver.secret.value(
            at: receiver.position, environment: environment, directory: directory)
        guard let signature = StandardWebhook(secret: secret) else { throw Self.noSecret(receiver) }
        return signature
    }

    /// What is wrong with the secret of a receiver, or nil.
    package static func complaint(
        of receiver: Receiver, environment: [String: String], directory: String
    ) -> String? {
        do {
            let secret = try receiver.secret.value(
                at: receiver.position, environment: environment, directory: directory)
            return StandardWebhook(secret: secret) == nil ? noSecret(receiver).message : nil
        } catch {
            return error.message
        }
    }

    private static func noSecret(_ receiver: Receiver) -> Diagnostic {
        Diagnostic(
            at: receiver.position,
            "the secret of the receiver \"\(receiver.name)\" is not whsec_ and base64 of at least 24 bytes; make one "
                + "with: echo whsec_$(openssl rand -base64 32)")
    }

    private func request(
        for change: Change, _ receiver: Receiver, _ signature: StandardWebhook, at moment: Instant
    ) -> Request {
        let body = JSON.object([
            JSON.Member("type", .text(change.kind.rawValue)), JSON.Member("timestamp", .text("\(change.at)")),
            JSON.Member("data", change.json),
        ]).encoded
        let id = "\(workspace.configuration.workspace)-\(change.id)"
        return Request(
            url: receiver.url,
            headers: [Request.Header("Content-Type", "application/json")]
                + signature.headers(id: id, at: moment, body: body),
            body: body, totalTimeout: Self.timeout, allowPrivate: receiver.allowPrivate)
    }

    // MARK: Answers

    /// Why a change was not taken, or nil; without what the receiver has said, which may be anything.
    private static func failure(of response: Response) -> String? {
        switch response.failure {
        case nil: (200..<300).contains(response.status) ? nil : "it answered HTTP \(response.status)"
        case .curl(_, let message): message
        case .refused(let reason): reason
        // What it says of it is of no interest.
        case .tooLarge: (200..<300).contains(response.status) ? nil : "it answered HTTP \(response.status)"
        case .aborted: "stopped"
        }
    }

    /// Full jitter up to ten minutes, or as long as the receiver asks for, at most an hour.
    private static func wait(_ response: Response, _ attempts: Int, _ random: Double, at moment: Instant) -> TimeSpan {
        let asked = response.header("Retry-After").flatMap(Int64.init).map { TimeSpan.seconds($0) }
        let least = TimeSpan.seconds(1)
        let own = max(Backoff.delay(attempt: attempts, random: random), least)
        return min(max(asked ?? own, own), RetryAfter.cap)
    }
}

/// One request after the other, over one connection.
private actor OneByOne {
    private let transport: Transport
    private let responses: AsyncStream<Response>

    init() {
        let (responses, continuation) = AsyncStream<Response>.makeStream()
        self.responses = responses
        transport = Transport(connections: 1) { completions in
            for completion in completions { continuation.yield(completion.response) }
        }
    }

    func answer(to request: Request) async -> Response {
        transport.submit(request, token: 0)
        for await response in responses { return response }
        return Response(failure: .aborted, mayHaveLeft: false)
    }

    func end() async { await transport.stop(drain: false) }
}
