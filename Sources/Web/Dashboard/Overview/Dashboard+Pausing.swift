import Basics
import Foundation
import Playbooks
import Storage

/// Pausing and resuming everything, a playbook or a channel.
extension Dashboard {
    func addPausing(to routes: DashboardRoutes) {
        routes.page("/pause", .operator) { ask, connection in try Self.pausePage(ask, connection) }
        routes.page("/resume", .operator) { ask, connection in try Self.resumePage(ask, connection) }
        routes.change("/pause") { ask, form, connection in
            let scope = try PauseScope(form["scope"] ?? "")
            try scope.expectKnown(ask.edition)
            let reason = try Self.words(form["reason"]) ?? "paused by \(ask.visitor.name)"
            if let known = try scope.reason(connection) {
                return .not(scope.path, "It was paused already: \(known). Nothing was changed.")
            }
            try ask.author.pause(scope.text, because: reason, connection)
            return .done(scope.path, "\(scope.title) is paused.")
        }
        routes.change("/resume") { ask, form, connection in try Self.resume(ask, form, connection) }
    }

    private static func pausePage(_ ask: PageRequest, _ connection: Connection) throws -> DashboardPage {
        let scope = try PauseScope(ask["scope"] ?? "")
        try scope.expectKnown(ask.edition)
        let reason = try scope.reason(connection)
        let size = try scope.size(now: ask.now, connection)
        return DashboardPage("Pause \(scope.name)?", in: .overview) { html in
            html.panel("What follows", id: "what") { html in
                let what = scope.text == "all" ? "Nothing is planned or sent" : "Nothing is planned or sent for it"
                html.add(
                    "p",
                    text: what
                        + " until somebody resumes it. What waits stays as it is; what expires meanwhile is not sent.")
                html.add("p", text: "\(size).")
                html.add(
                    "p", ["class": "small soft"],
                    text: "What is being sent at this moment still goes. Resuming takes it back at any time.")
                if let reason { html.add("p", ["class": "warn"], text: "It is paused already: \(reason)") }
                html.change(ask, "/pause", "Pause", style: "danger", fields: ["scope": scope.text]) { html in
                    html.add("div", ["class": "filters"]) { $0.reasonField(ask) }
                }
                html.command(["pause", scope.text])
            }
        }
    }

    private static func resumePage(_ ask: PageRequest, _ connection: Connection) throws -> DashboardPage {
        let scope = try PauseScope(ask["scope"] ?? "")
        let reason = try scope.reason(connection)
        return DashboardPage("Resume \(scope.name)?", in: .overview) { html in
            html.panel("What follows", id: "what") { html in
                guard let reason else {
                    return html.nothing("It is not paused", "Somebody else may have resumed it meanwhile.")
                }
                html.add("p", text: "It is paused: \(reason).")
                html.add(
                    "p", text: "It goes on with the next cycle\(ask.isSimulation ? ", which is the next run" : "").")
                html.change(ask, "/resume", "Resume", style: "go", fields: ["scope": scope.text, "seen": reason]) {
                    html in
                    html.add("div", ["class": "filters"]) { $0.reasonField(ask) }
                }
                html.command(["resume", scope.text])
            }
        }
    }

    private static func resume(_ ask: PageRequest, _ form: Form, _ connection: Connection) throws
        -> DashboardRoutes.Change
    {
        let scope = try PauseScope(form["scope"] ?? "")
        guard let known = try scope.reason(connection) else {
            return .not(scope.path, "It was not paused any more. Nothing was changed.")
        }
        guard form["seen"] == known else {
            return .not(scope.path, "It was paused anew meanwhile: \(known). Nothing was changed.")
        }
        if try scope.text == "all" && StatusQuery(connection).isDoubtful() {
            return .not(
                "/", "Say on the machine what the database is: keeptouch resume all --as restored|copy|moved")
        }
        _ = try ask.author.resume(scope.text, because: try words(form["reason"]), connection)
        return .done(scope.path, "\(scope.title) goes on with the next cycle.")
    }

    /// What somebody typed, when it says something.
    ///
    /// - Throws: `PageProblem` for more than is kept.
    static func words(_ text: String?) throws -> String? {
        let text = (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.count <= longestWords else {
            throw PageProblem(
                .badRequest, "Too long",
                "You typed \(text.count.grouped) characters; at most \(longestWords) are kept. Nothing was changed.")
        }
        return text.isEmpty ? nil : text
    }

    private static let longestWords = 500
}
