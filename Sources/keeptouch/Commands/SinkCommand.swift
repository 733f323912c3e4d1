import ArgumentParser
import Foundation
import Web

struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink", abstract: "A local endpoint that records what it gets, for trying things out.")

    @Option(help: "The port on 127.0.0.1; 0 lets the system choose.")
    var port = 8787

    @Option(help: "The file that each request is appended to as one line of JSON; stdout when it is left out.")
    var file: String?

    @Option(help: "The status that it answers with.")
    var status = 202

    @Option(help: "Milliseconds to wait before it answers.")
    var delay = 0

    @Option(help: "The share of requests, 0 to 1, that it answers with --fail-status.")
    var failShare = 0.0

    @Option(help: "The status of those.")
    var failStatus = 503

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
        guard (200...599).contains(status), (200...599).contains(failStatus) else {
            throw ValidationError("a status must be from 200 to 599")
        }
        guard (0...1).contains(failShare) else { throw ValidationError("--fail-share must be from 0 to 1") }
        guard (0...600_000).contains(delay) else { throw ValidationError("--delay must be from 0 to 600000") }
    }

    func run() async throws {
        var sink = Sink()
        sink.port = port
        sink.file = file
        sink.status = status
        sink.delay = .milliseconds(delay)
        sink.failShare = failShare
        sink.failStatus = failStatus
        try await sink.run { port in Terminal.complain("listening on http://127.0.0.1:\(port)") }
    }
}
