import Playbooks
import Runner
import Storage

/// One touch, and its message in a document of its own.
extension Dashboard {
    func addTouchPage(to routes: DashboardRoutes) {
        routes.page("/touches/:id") { [secret] ask, connection in
            try TouchPage(ask: ask, touch: Self.touch(ask, connection), secret: secret, connection).page
        }
        routes.file("/frames/touch/:id") { [secret] ask, connection in
            let sent = try SentMessage(
                of: Self.touch(ask, connection), workspace: ask.workspace, pinned: ask.edition.files.pinned,
                secret: secret, connection)
            switch sent.result {
            case .success(let shown): return Self.messageFrame(shown.html, text: shown.text, for: ask.visitor)
            case .failure(let reason): throw PageProblem(.notFound, "It cannot be shown", reason.text)
            }
        }
    }

    private static func touch(_ ask: PageRequest, _ connection: Connection) throws -> TouchDetail {
        guard let id = Int64(ask.part("id")), let touch = try TouchDetail(id, connection) else {
            throw PageProblem(.notFound, "No such touch", "There is no touch \(ask.part("id").prefix(40)).")
        }
        return touch
    }
}
