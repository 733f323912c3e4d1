import Basics
import Delivery
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Playbooks
import Storage

/// Data that programs bring: Segment's HTTP API, CloudEvents, and rows with the columns of an import.
extension Site {
    /// The largest body of data, in bytes, also once it is inflated.
    static let largestIngest = 1 << 20
    /// The largest batch, in calls or rows.
    static let mostRows = 5_000

    func addIngest(to router: Router<Context>) {
        for type in ["identify", "group", "track", "page", "screen", "alias", "batch"] {
            router.post("/v1/\(type)") { [self] request, _ in try await segment(request, type) }
        }
        router.post("/v1/cloudevents") { [self] request, _ in try await cloudEvents(request) }
        for kind in IncomingRow.Kind.allCases {
            router.post("/v1/\(kind.rawValue)") { [self] request, _ in try await plain(request, kind) }
        }
    }

    private func segment(_ request: Request, _ type: String) async throws -> Response {
        // Only what has no key in its header is read before it is known whose it is.
        let isKeyed = Self.key(in: request.headers) != nil
        if isKeyed { try await authorize(request, .ingest) }
        let bytes = try await body(of: request, atMost: Self.largestIngest)
        guard let body = JSON(parsing: bytes.readableBytesView) else {
            throw Problem(.badRequest, "the body is not JSON")
        }
        if !isKeyed {
            var key: String?
            if case .text(let text)? = body["writeKey"] { key = text }
            try await authorize(request, .ingest, keyInBody: key)
        }
        let edition = edition
        let taken = try SegmentReader.read(
            body, type: type, vocabulary: edition.vocabulary, receivedAt: processNow())
        return try await store(taken, edition, source: "segment", toleratingUnknown: true)
    }

    private func cloudEvents(_ request: Request) async throws -> Response {
        try await authorize(request, .ingest)
        let bytes = try await body(of: request, atMost: Self.largestIngest)
        var body: JSON?
        if bytes.readableBytes > 0 {
            body = JSON(parsing: bytes.readableBytesView)
            if body == nil { throw Problem(.badRequest, "the body is not JSON") }
        }
        let edition = edition
        let taken = try CloudEventReader.read(
            body, headers: request.headers, vocabulary: edition.vocabulary, receivedAt: processNow())
        return try await store(taken, edition, source: "cloudevents", toleratingUnknown: false)
    }

    private func plain(_ request: Request, _ kind: IncomingRow.Kind) async throws -> Response {
        try await authorize(request, .ingest)
        let bytes = try await body(of: request, atMost: Self.largestIngest)
        let taken = try PlainReader.read(bytes.readableBytesView, kind, receivedAt: processNow())
        return try await store(taken, edition, source: "rows", toleratingUnknown: false)
    }

    /// Stores what a request brought; the good part stays whatever the rest is.
    ///
    /// - Parameter toleratingUnknown: whether a request of which nothing is declared in the data map is answered as good,
    ///   for clients that send all that happens and repeat or raise what is refused.
    private func store(
        _ taken: IngestBatch, _ edition: SiteWorkspace, source: String, toleratingUnknown: Bool
    ) async throws -> Response {
        guard taken.rows.count <= Self.mostRows else {
            throw Problem(
                .contentTooLarge, "\(taken.rows.count) rows are too many for one request; send at most \(Self.mostRows)"
            )
        }
        var report = IntakeReport()
        if !taken.rows.isEmpty || !taken.aliases.isEmpty {
            let now = processNow()
            report = try await write { [intake] connection in
                try intake.take(taken.rows, aliases: taken.aliases, rules: edition.rules, now: now, connection)
            }
        }
        report.rejected = taken.rejected + report.rejected
        figures.took(report, from: source)
        if !report.rejected.isEmpty, let first = report.rejected.first {
            log.info(
                "rows refused",
                metadata: [
                    "from": "\(source)", "count": "\(report.rejected.count)",
                    "first": "\(first.pointer) \(Self.withoutAddresses(first.detail))",
                    "hint": "\(Self.withoutAddresses(report.hints.first ?? ""))",
                ])
        }
        let isGood =
            report.accepted + report.waiting + taken.ignored + taken.aliases.count > 0 || report.rejectedRows == 0
            || (toleratingUnknown && report.rejected.contains { $0.isUnknown })
        guard isGood else {
            var problem = Problem(
                .badRequest, "nothing of the request could be taken",
                errors: report.rejected.map { Problem.Detail($0.pointer, $0.detail) })
            problem.hints = report.hints
            throw problem
        }
        return Self.response(.ok, Self.answer(report, ignored: taken.ignored))
    }

    private static func answer(_ report: IntakeReport, ignored: Int) -> JSON {
        var members: [JSON.Member] = [
            JSON.Member("success", .boolean(true)),
            JSON.Member("accepted", .integer(Int64(report.accepted))),
            JSON.Member("unchanged", .integer(Int64(report.unchanged))),
            JSON.Member("waiting", .integer(Int64(report.waiting))),
            JSON.Member("ignored", .integer(Int64(ignored))),
        ]
        let rejected = report.rejected.map { item in
            JSON.object([
                JSON.Member("pointer", .text(item.pointer)), JSON.Member("detail", .text(item.detail)),
                JSON.Member("whole", .boolean(item.isWholeRow)),
            ])
        }
        members.append(JSON.Member("rejected", .list(rejected)))
        if !report.hints.isEmpty { members.append(JSON.Member("hints", .list(report.hints.map { .text($0) }))) }
        if !report.unknown.isEmpty { members.append(JSON.Member("unknown", .list(report.unknown.map { .text($0) }))) }
        if !report.warnings.isEmpty {
            members.append(JSON.Member("warnings", .list(report.warnings.map { .text($0) })))
        }
        return .object(members)
    }

    static func response(_ status: HTTPResponse.Status, _ body: JSON) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: body.encoded + [0x0a])))
    }

    /// Logs are kept by others, and longer than people may be; an erasure does not reach them.
    static func withoutAddresses(_ text: String) -> String {
        text.replacing(/[^\s"'<>(),;:]+@[^\s"'<>(),;:]+/, with: "***@***")
    }
}
