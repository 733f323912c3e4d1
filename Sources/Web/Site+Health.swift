import Hummingbird
import Storage

extension Site {
    /// `GET /healthz`: 200 when the database answers.
    func addHealth(to router: Router<Context>) {
        router.get("/healthz") { [self] _, _ -> String in
            _ = try await read { try $0.integer("SELECT 1") }
            return "ok\n"
        }
    }
}
