import Basics
import Playbooks
import Storage

/// What was counted of a flow.
struct FlowNumbers: Sendable {
    /// Of all whose flow is asked for; nil while it is counted.
    var whole: PlaybookCounts?
    /// Of each variant that has steps of its own.
    var variants: [String: PlaybookCounts] = [:]
}

/// The flow of a playbook, of all its enrollments or of some.
extension Dashboard {
    /// The enrollments of so many are counted while a page is drawn.
    private static let mostCounted = 5_000

    func addFlow(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name") { [self] ask, connection in
            let page = try PlaybookPage(ask, connection)
            let versions = try page.known.map { try StatusQuery(connection).versions(of: $0.id) } ?? []
            let part = try FlowPart(ask, versions, page.playbook)
            var numbers = FlowNumbers()
            guard let known = page.known else {
                return try page.flow(versions, part: part, numbers, counting: nil, connection)
            }
            let all = try PlaybookCounts.all(since: ask.now, connection)[known.id]
            if part == nil { numbers.whole = all ?? PlaybookCounts() }
            let drawn = page.drawn(part)
            let variants = drawn.map { $0.hasVariantSteps ? $0.variants.map(\.name) : [] } ?? []
            let counted = FlowCount(
                playbook: known.id, part: part?.part(now: ask.now, in: ask.workspace.configuration.zone),
                variants: variants.filter { part?.variant == nil || part?.variant == $0 })
            guard !counted.isNothing else {
                return try page.flow(versions, part: part, numbers, counting: nil, connection)
            }
            if all?.entered ?? 0 <= Self.mostCounted {
                let found = try counted.numbers(connection)
                numbers = FlowNumbers(whole: found.whole ?? numbers.whole, variants: found.variants)
                return try page.flow(versions, part: part, numbers, counting: nil, connection)
            }
            let state = try count(counted, ask)
            if case .done(let found, _, _) = state {
                numbers = FlowNumbers(whole: found.whole ?? numbers.whole, variants: found.variants)
            }
            return try page.flow(versions, part: part, numbers, counting: state, connection)
        }
    }

    /// The counts of a part walk over its enrollments: many are a job, begun when somebody asks.
    private func count(_ counted: FlowCount, _ ask: PageRequest) throws -> Jobs.State<FlowNumbers> {
        let name = "flow \(counted)"
        let state: Jobs.State<FlowNumbers> = jobs.state(name, now: ask.processNow)
        guard case .none = state else { return state }
        try jobs.begin(name, by: ask.visitor.name, processNow: processNow) { store in
            try store.read { try counted.numbers($0) }
        }
        jobs.wait(for: name, atMost: Self.patienceOfJobs)
        return jobs.state(name, now: processNow())
    }
}

/// What of a playbook's enrollments has to be counted, for it is not kept beside the rows.
private struct FlowCount: Sendable {
    let playbook: Int64
    let part: PlaybookCounts.Part?
    /// Those that have steps of their own.
    let variants: [String]

    var isNothing: Bool { part == nil && variants.isEmpty }

    func numbers(_ connection: Connection) throws -> FlowNumbers {
        var numbers = FlowNumbers()
        numbers.whole = try part.map { try PlaybookCounts.part($0, of: playbook, connection) }
        for variant in variants {
            var own = part ?? PlaybookCounts.Part()
            own.variant = variant
            numbers.variants[variant] = try PlaybookCounts.part(own, of: playbook, connection)
        }
        return numbers
    }
}
