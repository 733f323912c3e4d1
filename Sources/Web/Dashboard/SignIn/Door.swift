import Basics
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// Makes a page of what the router does not know.
struct MissingPageMiddleware: RouterMiddleware {
    typealias Context = SiteContext

    let address: DashboardAddress

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return Door.page(PageProblem(.badRequest, "It cannot be read", problem.detail), address: address)
        } catch let error as StorageError {
            // Whoever signs in waits for the database as everybody does, and is told when it says no.
            return Door.page(PageProblem(.unavailable, "Not now", "The database said: \(error)"), address: address)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            let path = String(request.uri.path.prefix(200))
            return Door.page(
                PageProblem(.notFound, "No such page", "There is nothing at \(path)."), address: address)
        }
    }
}

/// Pages outside of the frame: signing in, setting a password, and why there is no page.
enum Door {
    static func page(
        _ title: String, address: DashboardAddress, status: HTTPResponse.Status = .ok, _ build: (inout HTML) -> Void
    ) -> Response {
        let body = HTML { html in
            html.add("main", ["class": "door panel", "id": "main"]) { html in
                html.add("h1", text: title)
                build(&html)
            }
        }
        return Frame.document(title: "\(title) · Keeptouch", theme: nil, address: address, body: body, status: status)
    }

    static func page(_ problem: PageProblem, address: DashboardAddress) -> Response {
        page(problem.title, address: address, status: problem.httpStatus) { html in
            html.add("p", text: problem.text)
            html.add("p") { $0.add("a", ["href": address.of("/")], text: "To the overview") }
        }
    }

    static func signIn(
        address: DashboardAddress, name: String, to: String?, complaint: String?, hasUsers: Bool,
        isReadOnly: Bool = false, status: HTTPResponse.Status = .ok
    ) -> Response {
        page("Sign in", address: address, status: status) { html in
            if let complaint { note(complaint, in: &html) }
            if isReadOnly {
                html.note(
                    "warn",
                    Dashboard.readOnlySentence
                        + " Whoever signs in is in until the dashboard ends; no link sets a password.")
            }
            guard hasUsers else {
                html.add("p", text: "Nobody may come in yet. On the machine where Keeptouch runs, say:")
                html.add("pre", ["class": "source"], text: "keeptouch users add NAME --role admin")
                html.add("p", text: "It prints a link, on which you set your password.")
                return
            }
            html.add("form", ["class": "sign", "method": "post", "action": address.of("/sign-in")]) { html in
                html.add("input", ["type": "hidden", "name": "to", "value": to ?? ""])
                html.add("label") { html in
                    html.text("Name")
                    html.add(
                        "input",
                        ["name": "name", "autocomplete": "username", "required": "", "value": name, "maxlength": "100"])
                }
                html.add("label") { html in
                    html.text("Password")
                    html.add(
                        "input",
                        [
                            "name": "password", "type": "password", "autocomplete": "current-password", "required": "",
                            "maxlength": "1000",
                        ])
                }
                html.add("button", ["class": "go"], text: "Sign in")
            }
        }
    }

    static func setPassword(
        address: DashboardAddress, name: String, token: String, complaint: String?, status: HTTPResponse.Status = .ok
    ) -> Response {
        page("Set your password", address: address, status: status) { html in
            if let complaint { note(complaint, in: &html) }
            html.add("p", text: "You are \(name). At least \(Password.shortest) characters; a short sentence is good.")
            html.add(
                "form", ["class": "sign", "method": "post", "action": address.of("/welcome/\(token)")]
            ) { html in
                html.add("input", ["type": "hidden", "name": "name", "autocomplete": "username", "value": name])
                for (label, field) in [("Password", "password"), ("Once more", "again")] {
                    html.add("label") { html in
                        html.text(label)
                        html.add(
                            "input",
                            [
                                "name": field, "type": "password", "autocomplete": "new-password", "required": "",
                                "minlength": "\(Password.shortest)",
                            ])
                    }
                }
                html.add("button", ["class": "go"], text: "Set it and sign in")
            }
        }
    }

    private static func note(_ text: String, in html: inout HTML) {
        html.add("div", ["class": "note bad"]) { $0.add("p", ["role": "alert"], text: text) }
    }
}
