import Foundation
import NIOConcurrencyHelpers
package import Playbooks
package import Storage

/// Stops everything from outside the database: by a file `PAUSE` in the workspace, or by a signal.
///
/// Whoever notices it writes it down as a pause of everything, which lasts until a person resumes it.
package final class KillSwitch: Sendable {
    private let path: String
    private let pulled = NIOLockedValueBox<String?>(nil)

    /// - Parameter directory: the workspace.
    package init(directory: String) {
        path = directory + "/PAUSE"
    }

    /// May be called on any thread.
    package func pull(_ reason: String) {
        pulled.withLockedValue { $0 = reason }
    }

    /// Why everything must stop now, or nil.
    package var reason: String? {
        if let reason = pulled.withLockedValue({ $0 }) { return reason }
        guard access(path, F_OK) == 0 else { return nil }
        return "the file PAUSE lies in the workspace; take it away, then resume"
    }

    /// Pauses everything if the switch is pulled; part of a write transaction.
    package func apply(_ connection: Connection, processNow: Instant) throws {
        guard let reason else { return }
        try Author(from: .runner, at: processNow).pauseIfGoing("all", because: reason, connection)
        // It is written down: a person decides from here on.
        pulled.withLockedValue { $0 = nil }
    }
}

/// A cycle that stopped half-way because somebody asked for the end of the work; the next one goes on.
package struct CycleStopped: Error, CustomStringConvertible {
    package let description = "stopped before the cycle was over; the next run goes on"
}

/// A cycle that stopped half-way because somebody paused it; the next one goes on.
package struct CyclePaused: Error, CustomStringConvertible {
    package var scope: String
    package var reason: String

    package var description: String {
        "\(scope) was paused while the cycle was at work, which has stopped: \(reason); the next run after keeptouch resume "
            + "\(scope) goes on"
    }
}
