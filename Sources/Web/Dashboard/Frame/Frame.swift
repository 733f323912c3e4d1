import Basics
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Playbooks
import Runner
import Storage

/// What stands around every page: search, navigation, who is signed in, whether it runs.
struct Frame {
    let ask: PageRequest
    let page: DashboardPage
    let note: NoteBoard.Note?
    /// What had been typed into a form of the page when the session was over.
    private let draft: [Form.Field]
    private let needs: Int
    private let broken: Int
    private let pulse: Pulse
    private let pause: String?
    private let signsIn: Bool
    private let isReadOnly: Bool

    init(
        ask: PageRequest, page: DashboardPage, note: NoteBoard.Note?, draft: [Form.Field] = [], dashboard: Dashboard,
        _ connection: Connection
    ) throws {
        self.ask = ask
        self.page = page
        self.note = note
        self.draft = draft
        needs = try (page.needs ?? Needs(ask, connection)).items.count
        broken = Set(ask.edition.complaints.map(\.position.file)).count
        pulse = try Pulse(ask, connection)
        pause = try Pauses(connection).all
        signsIn = dashboard.settings.signIn == .password
        isReadOnly = dashboard.isReadOnly
    }

    func response(_ status: HTTPResponse.Status = .ok) -> Response {
        let body = HTML { html in
            html.add("a", ["class": "skip", "href": "#main"], text: "Skip to the page")
            html.add("div", ["class": "frame"]) { html in
                addBar(to: &html)
                addNavigation(to: &html)
                html.add("main", ["class": "main", "id": "main"]) { html in
                    html.add("p", ["class": "gone", "id": "gone", "role": "status"], text: "")
                    if let pause {
                        html.note("bad", "Everything is paused: \(pause). Nothing is planned or sent.")
                    }
                    if isReadOnly { html.note("bad", Dashboard.readOnlySentence) }
                    if let note {
                        html.add("div", ["class": "note \(note.kind.rawValue)"]) {
                            $0.add("p", ["role": "status"], text: note.text)
                        }
                    }
                    addDraft(to: &html)
                    addHead(to: &html)
                    html.add(page.body)
                    html.add("p", ["class": "foot"]) { html in
                        html.text("Times are \(ask.zone.name); hover for UTC. This page is as of ")
                        html.add(ask.time(ask.now, .full))
                        html.text(". ")
                        html.add("kbd", text: "?")
                        html.text(" shows the keys.")
                    }
                }
            }
        }
        return Self.document(
            title: "\(page.title) · \(ask.workspace.configuration.workspace) · Keeptouch", theme: ask.visitor.theme,
            address: ask.address, body: body, status: status, hidesAddresses: !ask.visitor.seesAddresses)
    }

    private func addDraft(to html: inout HTML) {
        guard !draft.isEmpty else { return }
        html.add("div", ["class": "note warn"]) { html in
            html.add(
                "p", ["role": "status"],
                text: page.wasRefused
                    ? "You had typed:"
                    : "Your session was over before the form was sent: nothing was changed. You had typed:")
            html.add("dl", ["class": "pairs"]) { html in
                for field in draft {
                    html.add("dt", text: field.name)
                    html.add("dd") { $0.add("pre", ["class": "source", "tabindex": "0"], text: field.value) }
                }
            }
        }
    }

    private func addHead(to html: inout HTML) {
        html.add("div", ["class": "head", "data-live": "head"]) { html in
            html.add("div") { html in
                if let crumb = page.crumb { html.add("p", ["class": "crumb"]) { $0.add(crumb) } }
                html.add("h1", text: page.title)
                if let lead = page.lead { html.add("p", ["class": "lead"]) { $0.add(lead) } }
            }
            if let acts = page.acts { html.add("div", ["class": "acts"]) { $0.add(acts) } }
        }
    }

    private func addBar(to html: inout HTML) {
        html.add("header", ["class": "bar"]) { html in
            html.add("a", ["class": "brand", "href": ask.link("/")]) { html in
                html.add("svg", ["viewBox": "0 0 18 18", "aria-hidden": "true"]) { html in
                    html.add(
                        "path",
                        [
                            "d": "M9 1.5a7.5 7.5 0 1 0 7.5 7.5", "fill": "none", "stroke": "currentColor",
                            "stroke-width": "2", "stroke-linecap": "round",
                        ])
                    html.add("circle", ["cx": "14", "cy": "4", "r": "2.5", "class": "f0"])
                }
                html.text("Keeptouch ")
                html.add("small", text: ask.workspace.configuration.workspace)
            }
            html.add("form", ["class": "find", "role": "search", "action": ask.link("/find")]) { html in
                html.add(
                    "label", ["class": "hidden", "for": "find"],
                    text: "Find an account, a person, a playbook or a touch")
                html.add(
                    "input",
                    [
                        "id": "find", "type": "search", "name": "q", "autocomplete": "off",
                        "placeholder": "Find an account, person, playbook, touch",
                    ])
                html.add("kbd", ["aria-hidden": "true"], text: "/")
            }
            html.add("span", ["class": pulse.isRunning ? "alive" : "alive stopped", "data-live": "alive"]) {
                $0.add(pulse.html(ask))
            }
            html.add("details", ["class": "me"]) { html in
                html.add("summary", text: ask.visitor.name)
                html.add("ul") { html in
                    html.add("li") { $0.add("a", ["href": ask.link("/me")], text: "Your settings") }
                    if ask.visitor.role == .admin {
                        html.add("li") { $0.add("a", ["href": ask.link("/people")], text: "People") }
                    }
                    guard signsIn else { return }
                    html.add("li") { html in
                        html.add("form", ["method": "post", "action": ask.link("/sign-out")]) {
                            $0.add("button", text: "Sign out")
                        }
                    }
                }
            }
        }
    }

    private static let groups: [(name: String?, places: [(DashboardPage.Place, String, String)])] = [
        (nil, [(.overview, "/", "Overview")]),
        ("Playbooks", [(.playbooks, "/playbooks", "Playbooks"), (.experiments, "/experiments", "Experiments")]),
        (
            "Customers",
            [
                (.attrition, "/attrition", "Attrition"), (.journey, "/journeys", "Journey"), (.risk, "/risk", "Risk"),
                (.accounts, "/accounts", "Accounts"), (.touches, "/touches", "Touches"),
            ]
        ),
        (
            "Running",
            [
                (.channels, "/channels", "Channels"), (.feeds, "/feeds", "Feeds"), (.cycles, "/cycles", "Cycles"),
                (.files, "/files", "Files"), (.audit, "/audit", "Audit log"),
            ]
        ),
    ]

    private func addNavigation(to html: inout HTML) {
        html.add("nav", ["class": "nav", "aria-label": "Pages", "data-live": "nav"]) { html in
            html.add("ul") { html in
                for group in Self.groups {
                    if let name = group.name { html.add("li", ["class": "group"], text: name) }
                    for (place, path, name) in group.places {
                        let count = place == .overview ? needs : place == .files ? broken : 0
                        html.add("li") { html in
                            html.add(
                                "a", ["href": ask.link(path), "aria-current": place == page.place ? "page" : nil]
                            ) { html in
                                html.add("span", text: name)
                                if count > 0 {
                                    html.add("span") { html in
                                        html.text(count.grouped)
                                        html.add(
                                            "span", ["class": "hidden"], text: count == 1 ? " needs you" : " need you")
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The whole document, with the headers that every page has.
    static func document(
        title: String, theme: String?, address: DashboardAddress, body: HTML, status: HTTPResponse.Status,
        hidesAddresses: Bool = false
    ) -> Response {
        let root = HTML { html in
            html.add("html", ["lang": "en", "data-theme": theme]) { html in
                html.add("head") { html in
                    html.add("meta", ["charset": "utf-8"])
                    html.add("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                    html.add("meta", ["name": "color-scheme", "content": "light dark"])
                    html.add("title", text: title)
                    html.add("link", ["rel": "icon", "href": address.of(DashboardFiles.icon.path)])
                    html.add("link", ["rel": "stylesheet", "href": address.of(DashboardFiles.style.path)])
                    html.add("script", ["src": address.of(DashboardFiles.script.path), "defer": ""], text: "")
                }
                html.add("body") { $0.add(body) }
            }
        }
        let markup = hidesAddresses ? AddressMask.masked(markup: root.markup) : root.markup
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = policy
        for (name, value) in protections {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: "<!doctype html>\n" + markup)))
    }

    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types keeptouch"

    private static let protections = [
        ("Referrer-Policy", "same-origin"), ("X-Robots-Tag", "noindex, nofollow"),
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
    ]
}
