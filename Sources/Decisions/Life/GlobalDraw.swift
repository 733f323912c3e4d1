package import Playbooks

/// The draw of the global holdout on a day: who gets no playbook at all until the next draw.
package struct GlobalDraw: Sendable, Hashable {
    /// As the files name it: `2026`.
    package var period: String
    package var share: Double
    package var salt: String

    /// - Parameter workspace: its name.
    package init(workspace: String, period: String, share: Double) {
        self.period = period
        self.share = share
        salt = "global/\(workspace)/\(period)"
    }

    /// Nil where the files want no global holdout.
    package init?(_ configuration: Configuration, on day: Day) {
        guard configuration.holdout > 0 else { return nil }
        self.init(
            workspace: configuration.workspace, period: configuration.holdoutRedraw.period(of: day),
            share: configuration.holdout)
    }

    /// The period of a draw that is never made anew.
    package static let always = Configuration.Redraw.never.period(of: Day(number: 0))

    package func holds(_ key: String) -> Bool { Draw.number(salt: salt, key: key) < share }

    /// How the row of the draw is written.
    package var design: String { "{\"share\":\(share),\"period\":\"\(period)\"}" }
    /// The name of its row among the experiments.
    package static let experiment = "global holdout"
}
