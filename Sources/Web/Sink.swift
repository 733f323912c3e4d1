import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
package import Playbooks

/// A local HTTP endpoint that records what it gets and answers as a provider would; for trying out and for tests.
///
/// Every request is one line of JSON in `file`, written before the answer leaves, so that what a client was told has
/// happened is on record even when either side is killed. It listens on the loopback interface only.
package struct Sink: Sendable {
    /// The port to listen on; 0 lets the system choose.
    package var port = 0
    /// The file that lines are appended to; the standard output when nil.
    package var file: String?
    /// The status of an answer, when it is not made to fail.
    package var status = 202
    /// How long an answer waits after the request was recorded.
    package var delay = Duration.zero
    /// The share of requests, 0 to 1, that are answered with `failStatus`, evenly spread.
    package var failShare = 0.0
    package var failStatus = 503

    package init() {}

    /// The largest body that is taken, in bytes.
    static let largestBody = 5 * 1_024 * 1_024

    /// Serves until it is cancelled or receives SIGTERM or SIGINT; `onStart` is told the port that it listens on.
    ///
    /// Throws when the file cannot be opened or the port is taken.
    package func run(
        now: @escaping @Sendable () -> Instant = { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) },
        onStart: @escaping @Sendable (Int) -> Void
    ) async throws {
        let record = try SinkRecord(path: file, firstID: now().milliseconds)
        let sink = self
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            try await sink.answer(request, in: record, at: now())
        }
        var logger = Logger(label: "sink")
        logger.logLevel = .critical
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in onStart(channel.localAddress?.port ?? sink.port) },
            logger: logger)
        do {
            try await application.runService()
        } catch let error as IOError {
            throw ListenError(host: "127.0.0.1", port: port, code: error.errnoCode) ?? error
        }
    }

    private func answer(_ request: Request, in record: SinkRecord, at now: Instant) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.largestBody)
        } catch is NIOTooManyBytesError {
            return Response(status: .contentTooLarge)
        }
        let entry = try record.append(request.head, body: Data(body.readableBytesView), at: now) { number in
            (Double(number) * failShare).rounded(.down) > (Double(number - 1) * failShare).rounded(.down)
                ? failStatus : status
        }
        if delay > .zero { try await Task.sleep(for: delay) }
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        if let name = HTTPField.Name("X-Message-Id") { headers[name] = entry.id }
        return Response(
            status: .init(code: entry.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: "{\"id\": \"\(entry.id)\"}\n")))
    }
}
