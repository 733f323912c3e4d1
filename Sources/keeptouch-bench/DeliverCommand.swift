import Delivery
import Foundation
import Playbooks
import Runner
import Storage

/// Sends what is pending.
struct DeliverCommand {
    struct Answer: Encodable {
        var seconds: Double
        var processor: Double
        var longestWrite: Double
        var threads: ThreadTimes
        var report: DrainReport
    }

    let loaded: BenchWorkspace
    private static let secret = [UInt8](repeating: 7, count: 32)

    func run() async throws -> Answer {
        let store = try loaded.open(.readWrite)
        let worker = Worker(
            workspace: loaded.workspace, pinned: PinnedVersions(texts: loaded.texts), directory: loaded.folder.path,
            environment: [:], secret: Self.secret,
            store: store, clocks: .system, owner: "bench")
        let clock = ContinuousClock()
        let start = clock.now
        let report = try worker.drain(now: BenchData.now)
        let time = (clock.now - start) / .seconds(1)
        let threads = try ThreadTimes.now()
        await worker.close()
        return Answer(
            seconds: time, processor: processorTime(), longestWrite: store.longestWrite / .seconds(1),
            threads: threads, report: report)
    }

    /// Writes the bodies of the pending touches for the peer: for each, its length in four bytes, and the bytes.
    func writeBodies(to path: String) throws {
        let store = try loaded.open(.readOnly)
        let rendering = Rendering(workspace: loaded.workspace, secret: Self.secret)
        let file = try TextFile(path)
        for (name, channel) in loaded.workspace.channels.sorted(by: { $0.key < $1.key }) {
            let builder = try RequestBuilder(
                channel: channel, credentials: Credentials(of: channel, environment: [:], directory: loaded.folder.path)
            )
            try store.read { connection in
                let outbox = Outbox(connection)
                var cursor = Outbox.Cursor(priority: try outbox.highestPriority(channel: name, below: nil) ?? 0)
                while true {
                    let touches = try outbox.candidates(
                        channel: name, behind: cursor, counting: Outbox.Counting(caps: []), now: BenchData.now,
                        passBegan: BenchData.now, limit: 1_000)
                    guard let last = touches.last else { break }
                    for touch in touches {
                        let body = try rendering.request(
                            for: touch, builder: builder, now: BenchData.now, processNow: BenchData.now
                        )
                        .request.body
                        withUnsafeBytes(of: UInt32(body.count)) { try? file.write(Array($0)) }
                        try file.write(Array(body))
                    }
                    cursor.move(behind: last)
                }
            }
        }
        try file.close()
    }
}
