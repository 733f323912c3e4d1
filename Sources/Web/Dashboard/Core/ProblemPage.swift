import Basics
import HTTPTypes

extension PageProblem {
    var httpStatus: HTTPResponse.Status {
        switch status {
        case .badRequest: .badRequest
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .unavailable: .serviceUnavailable
        }
    }
}

/// What was asked wrongly, in a form that still holds all of it, with the complaint at its field.
struct ProblemPage {
    let ask: PageRequest
    let problem: PageProblem
    /// Whether a form was sent, and no page asked for.
    var isForm = false

    /// A page, or why there is none, with the status of the answer.
    static func or(
        _ ask: PageRequest, _ draw: () throws -> DashboardPage
    ) throws -> (DashboardPage, HTTPResponse.Status) {
        do {
            return (try draw(), .ok)
        } catch let problem as PageProblem {
            return (Self(ask: ask, problem: problem).page, problem.httpStatus)
        }
    }

    var page: DashboardPage {
        var page = DashboardPage(problem.title, in: place) { html in
            html.add("div", ["class": "note bad"]) { html in
                html.add("p", ["role": "alert", "class": "any", "id": "complaint"], text: problem.text)
            }
            if isForm {
                return html.add("p", ["class": "soft small"], text: "Go back to the page to change what you typed.")
            }
            if !fields.isEmpty { addForm(to: &html) }
            html.add("p") { $0.link("Without any filter", ask.address.prefix + ask.path) }
        }
        page.wasRefused = isForm
        return page
    }

    private var fields: [(name: String, value: String)] {
        ask.query.filter { !["note", "draft", "before", "after", ""].contains($0.key) || $0.key == problem.field }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func addForm(to html: inout HTML) {
        html.add("form", ["class": "filters", "action": ask.address.prefix + ask.path]) { html in
            for (name, value) in fields {
                let isWrong = name == problem.field
                html.add("label") { html in
                    html.text(name.replacing("_", with: " "))
                    html.add(
                        "input",
                        [
                            "name": name, "value": value, "size": "\(min(60, max(12, value.count)))",
                            "aria-invalid": isWrong ? "true" : nil, "aria-describedby": isWrong ? "complaint" : nil,
                        ])
                }
            }
            html.add("button", ["class": "go"], text: "Show")
        }
    }

    /// Where the page would be in the navigation.
    private var place: DashboardPage.Place {
        let first = ask.path.split(separator: "/").first.map(String.init) ?? ""
        return DashboardPage.Place(rawValue: first == "journeys" ? "journey" : first)
            ?? (first == "try" || first == "pause" ? .playbooks : .overview)
    }
}
