import Basics
import Foundation
import Playbooks
import Storage

/// Pausing and resuming everything, a playbook or a channel.
extension Dashboard {
    func addPausing(to routes: DashboardRoutes) {
        routes.page("/pause", .operator) { ask, connection in
            let scope = try Self.scope(ask)
            return DashboardPage("Pause \(Self.name(of: scope))?", in: .overview) { html in
                html.panel("What follows", id: "what") { html in
                    html.add(
                        "p",
                        text:
                            "Nothing is planned or sent for it until somebody resumes it. What waits stays as it is; what expires meanwhile is not sent."
                    )
                    if let reason = try? Self.reason(of: scope, connection) {
                        html.add("p", ["class": "warn"], text: "It is paused already: \(reason)")
                    }
                    html.change(ask, "/pause", "Pause", style: "danger", fields: ["scope": scope]) { html in
                        html.add("div", ["class": "filters"]) { $0.reasonField() }
                    }
                    html.command("keeptouch pause \(scope)")
                }
            }
        }
        routes.page("/resume", .operator) { ask, connection in
            let scope = try Self.scope(ask)
            let reason = try Self.reason(of: scope, connection)
            return DashboardPage("Resume \(Self.name(of: scope))?", in: .overview) { html in
                html.panel("What follows", id: "what") { html in
                    guard let reason else {
                        return html.nothing("It is not paused", "Somebody else may have resumed it meanwhile.")
                    }
                    html.add("p", text: "It is paused: \(reason).")
                    html.add(
                        "p", text: "It goes on with the next cycle\(ask.isSimulation ? ", which is the next run" : "")."
                    )
                    html.change(ask, "/resume", "Resume", style: "go", fields: ["scope": scope, "seen": reason]) {
                        html in
                        html.add("div", ["class": "filters"]) { $0.reasonField() }
                    }
                    html.command("keeptouch resume \(scope)")
                }
            }
        }
        routes.change("/pause") { ask, form, connection in
            let scope = try Self.scope(form["scope"] ?? "")
            let reason = Self.words(form["reason"]) ?? "paused by \(ask.visitor.name)"
            if let known = try Self.reason(of: scope, connection) {
                return .not(Self.path(of: scope), "It was paused already: \(known). Nothing was changed.")
            }
            try ask.author.pause(scope, because: reason, connection)
            return .done(Self.path(of: scope), "\(Self.name(of: scope, atStart: true)) is paused.")
        }
        routes.change("/resume") { ask, form, connection in
            let scope = try Self.scope(form["scope"] ?? "")
            guard let known = try Self.reason(of: scope, connection) else {
                return .not(Self.path(of: scope), "It was not paused any more. Nothing was changed.")
            }
            guard form["seen"] == known else {
                return .not(Self.path(of: scope), "It was paused anew meanwhile: \(known). Nothing was changed.")
            }
            if try scope == "all" && StatusQuery(connection).isDoubtful() {
                return .not(
                    "/", "Say on the machine what the database is: keeptouch resume all --as restored|copy|moved")
            }
            _ = try ask.author.resume(scope, because: Self.words(form["reason"]), connection)
            return .done(Self.path(of: scope), "\(Self.name(of: scope, atStart: true)) goes on with the next cycle.")
        }
    }

    /// What somebody typed, when it says something.
    static func words(_ text: String?) -> String? {
        let text = String((text ?? "").trimmingCharacters(in: .whitespacesAndNewlines).prefix(500))
        return text.isEmpty ? nil : text
    }

    private static func scope(_ ask: PageRequest) throws -> String { try scope(ask["scope"] ?? "") }

    private static func scope(_ text: String) throws -> String {
        guard text == "all" || text.hasPrefix("playbook:") || text.hasPrefix("channel:") else {
            throw PageProblem(
                .badRequest, "Nothing to pause",
                "\"\(text.prefix(100))\" is neither all, playbook:NAME nor channel:NAME.")
        }
        return text
    }

    private static func reason(of scope: String, _ connection: Connection) throws -> String? {
        try StatusQuery(connection).pauses().first { $0.scope == scope }?.reason
    }

    private static func name(of scope: String, atStart: Bool = false) -> String {
        if scope == "all" { return atStart ? "Everything" : "everything" }
        return String(scope.drop { $0 != ":" }.dropFirst())
    }

    private static func path(of scope: String) -> String {
        let name = DashboardAddress.part(name(of: scope))
        if scope.hasPrefix("playbook:") { return "/playbooks/\(name)" }
        return scope.hasPrefix("channel:") ? "/channels/\(name)" : "/"
    }
}

extension HTML {
    /// The command that does the same.
    mutating func command(_ text: String) {
        add("p", ["class": "small soft under"]) { html in
            html.text("The same on the command line: ")
            html.add("code", text: text)
            html.text(" ")
            html.add("button", ["type": "button", "data-copy": text, "hidden": ""], text: "Copy")
        }
    }
}
