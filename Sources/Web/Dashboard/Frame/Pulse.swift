import Basics
import Playbooks
import Storage

/// Whether somebody runs the playbooks, and when the last cycle was.
struct Pulse {
    let isRunning: Bool
    private let isSimulation: Bool
    let seenAt: Instant?
    private let cycleAt: Instant?

    /// A runner writes at least once a minute that it is there.
    static let patience = TimeSpan.minutes(5)

    init(_ ask: PageRequest, _ connection: Connection) throws {
        isSimulation = ask.isSimulation
        seenAt = try ServiceFigures.runnerSeenAt(connection)
        cycleAt = try Meta.lastNow(connection)
        isRunning = ask.isSimulation || seenAt.map { ask.processNow - $0 < Self.patience } ?? false
    }

    func html(_ ask: PageRequest) -> HTML {
        HTML { html in
            guard let cycleAt else { return html.text("no cycle yet") }
            if isSimulation {
                html.text("simulation, at ")
                html.add(ask.time(cycleAt))
            } else if isRunning {
                html.text("running, last cycle ")
                html.add(ask.time(cycleAt))
            } else if let seenAt {
                html.text("stopped since ")
                html.add(ask.time(seenAt))
            } else {
                html.text("never ran")
            }
        }
    }
}
