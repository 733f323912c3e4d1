import HTTPTypes
import Hummingbird
import Playbooks
import Storage

extension Site {
    /// The runner writes that it is alive once a minute.
    static let longestSilence = TimeSpan(milliseconds: 300_000)

    /// `GET /healthz`: 200 when the database answers and the runner is at work, else 503 with the reason.
    func addHealth(to router: Router<Context>) {
        router.get("/healthz") { [self] _, _ -> String in
            let seenAt: Instant?
            do {
                seenAt = try await read { try ServiceFigures.runnerSeenAt($0) }
            } catch {
                throw Problem(.serviceUnavailable, "the database does not answer: \(error)")
            }
            if let seenAt, processNow() - seenAt > Self.longestSilence {
                throw Problem(
                    .serviceUnavailable, "the runner has stood still since \(seenAt); restart serve and look at its log"
                )
            }
            return "ok\n"
        }
    }
}
