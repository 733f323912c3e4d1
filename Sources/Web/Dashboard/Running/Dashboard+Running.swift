import Basics
import Decisions
import Foundation
import Playbooks
import Runner
import Storage

/// What the engineer looks at: channels, feeds, cycles, files, the audit log.
extension Dashboard {
    func addRunning(to routes: DashboardRoutes) {
        routes.page("/channels") { [figures] ask, connection in try ChannelPages.list(ask, figures, connection) }
        routes.page("/channels/:name") { [figures] ask, connection in
            try ChannelPages.one(ask, figures, connection)
        }
        routes.page("/feeds") { ask, connection in try FeedsPage(ask, connection).page }
        routes.page("/cycles") { ask, connection in try CyclePages.list(ask, connection) }
        routes.page("/cycles/:id") { ask, connection in try CyclePages.one(ask, connection) }
        routes.page("/files") { ask, _ in FilesPage(ask: ask).page }
        routes.page("/audit") { ask, connection in try AuditPage(ask, connection).page }
    }
}
