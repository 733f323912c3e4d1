import Basics
import Decisions
import Foundation
import Playbooks
import Runner
import Storage

/// What the engineer looks at: channels, feeds, cycles, files, the audit log.
extension Dashboard {
    func addRunning(to routes: DashboardRoutes) {
        routes.page("/channels") { [channels] ask, connection in try ChannelPages.list(ask, channels, connection) }
        routes.page("/channels/:name") { [channels, folder] ask, connection in
            try ChannelPages.one(ask, channels, folder: folder, connection)
        }
        routes.page("/feeds") { ask, connection in try FeedsPage(ask, connection).page }
        routes.page("/cycles") { ask, connection in try CyclePages.list(ask, connection) }
        routes.page("/cycles/:id") { ask, connection in try CyclePages.one(ask, connection) }
        routes.page("/files") { ask, _ in try FilesPage(ask: ask).page }
        routes.page("/audit") { ask, connection in try AuditPage(ask, connection).page }
    }
}
