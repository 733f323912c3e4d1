import Basics
import Playbooks

extension HTML {
    /// What a page shows of a job, whatever came of it.
    ///
    /// - Parameter none: what stands there before it was ever begun.
    mutating func job<Result: Sendable>(
        _ ask: PageRequest, _ state: Jobs.State<Result>, none: (inout HTML) -> Void,
        done: (Result, Instant, Duration, inout HTML) throws -> Void
    ) rethrows {
        switch state {
        case .none: none(&self)
        case .running(let work): running(ask, work)
        case .failed(let error, let at):
            note("bad") { html in
                html.text("At ")
                html.add(ask.time(at))
                html.text(" it failed: \(error)")
            }
        case .done(let result, let at, let took): try done(result, at, took, &self)
        }
    }

    /// When a result was made, and how long it took, at the end of a sentence.
    mutating func made(_ ask: PageRequest, _ at: Instant, _ took: Duration) {
        let seconds = took / .seconds(1)
        text(", made ")
        add(ask.time(at))
        text(" in \(seconds < 10 ? "\((seconds * 10).rounded() / 10)" : "\(Int(seconds))") s.")
    }

    /// The page asks again each second.
    private mutating func running(_ ask: PageRequest, _ work: Jobs.Work) {
        add("section", ["class": "panel", "data-live": "job", "data-soon": ""]) { html in
            html.add("h2", text: work.ahead == 0 ? "At work" : "Waits for its turn")
            html.add("p", ["role": "status"]) { html in
                if work.ahead > 0 { html.text("Before it: \(work.ahead.of("other")). ") }
                html.text("Since ")
                html.add(ask.time(work.since))
                html.text(", for \(max(0, (ask.processNow - work.since).milliseconds / 1_000)) s. ")
                html.link("Look again", ask.changing([:]))
            }
            guard work.mayBeStopped(by: ask.visitor) else { return }
            html.change(ask, "/jobs/stop", "Stop it", fields: ["job": work.name, "back": ask.here])
        }
    }
}
