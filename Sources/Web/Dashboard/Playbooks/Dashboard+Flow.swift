import Basics
import Playbooks
import Storage

/// The flow of a playbook, of all its enrollments or of some.
extension Dashboard {
    func addFlow(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name") { [self] ask, connection in
            let page = try PlaybookPage(ask, connection)
            let versions = try page.known.map { try StatusQuery(connection).versions(of: $0.id) } ?? []
            guard let known = page.known, let part = try FlowPart(ask, versions, page.playbook) else {
                return try page.flow(versions, part: nil, connection)
            }
            return try page.flow(versions, part: (part, try count(part, known.id, ask)), connection)
        }
    }

    /// The counts of a part walk over its enrollments: a job, begun when somebody asks.
    private func count(_ part: FlowPart, _ playbook: Int64, _ ask: PageRequest) throws -> Jobs.State<PlaybookCounts> {
        let asked = part.part(now: ask.now, in: ask.workspace.configuration.zone)
        let name = "flow \(playbook) \(asked)"
        let state: Jobs.State<PlaybookCounts> = jobs.state(name, now: ask.processNow)
        guard case .none = state else { return state }
        try jobs.begin(name, by: ask.visitor.name, processNow: processNow) { store in
            try store.read { try PlaybookCounts.part(asked, of: playbook, $0) }
        }
        return jobs.state(name, now: ask.processNow)
    }
}
