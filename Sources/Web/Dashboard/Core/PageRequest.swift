import Basics
import Foundation
import Playbooks
import Runner
import Storage

/// One request of a page: who asks for what, as of when.
struct PageRequest: Sendable {
    let visitor: Visitor
    let edition: Edition
    let address: DashboardAddress
    let headlines: Headlines
    /// The path without the prefix.
    let path: String
    var query: [String: String]
    /// The parts of the path that the route names.
    let parts: [String: String]
    /// As of when it is drawn.
    var now: Instant
    let processNow: Instant
    let isSimulation: Bool

    var workspace: Workspace { edition.workspace }
    /// The reader's zone.
    var zone: Zone { visitor.timezone.flatMap { Zone($0) } ?? workspace.configuration.zone }

    /// Who does what this visitor asks for.
    var author: Author { Author(visitor.name, from: .page, at: processNow) }

    /// A part of the path.
    func part(_ name: String) -> String { parts[name] ?? "" }

    /// What the address says of a name; nil when it is empty.
    subscript(name: String) -> String? {
        guard let text = query[name]?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
        return String(text.prefix(2_000))
    }

    /// - Throws: `PageProblem` when the address has no whole number there.
    func number(_ name: String) throws -> Int64? {
        guard let text = self[name] else { return nil }
        guard let number = Int64(text) else {
            throw PageProblem(.badRequest, "Not a number", "\(name)=\(text.prefix(60)) in the address is no number.")
        }
        return number
    }

    /// - Throws: `PageProblem` when the address has no day there.
    func day(_ name: String) throws -> Day? {
        guard let text = self[name] else { return nil }
        guard case .success(let day) = Day.parse(text) else {
            throw PageProblem(
                .badRequest, "Not a day", "\(name)=\(text.prefix(60)) in the address is no day such as 2026-07-30.")
        }
        return day
    }

    /// - Throws: `PageProblem` when the address has another word than one of the list.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Word? {
        guard let text = self[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue)
            let near = nearest(to: text, in: words).map { " Did you mean \"\($0)\"?" } ?? ""
            throw PageProblem(
                .badRequest, "No such \(name)",
                "\(name)=\(text.prefix(60)) is none of \(words.joined(separator: ", ")).\(near)")
        }
        return word
    }

    /// The address of a page of the dashboard.
    func link(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) -> String { address.of(path, query) }

    func accountLink(_ key: String) -> String { link("/accounts/" + DashboardAddress.part(key)) }
    func playbookLink(_ name: String, _ tab: String = "") -> String {
        link("/playbooks/" + DashboardAddress.part(name) + tab)
    }
    func touchLink(_ id: Int64) -> String { link("/touches/\(id)") }

    /// The address of the same page with a part of its question changed.
    func changing(_ changes: [String: String?]) -> String { address.prefix + path + Self.mark(queryText(changes)) }

    /// The page as it was asked for, without the prefix: where a form comes back to.
    var here: String { path + Self.mark(queryText()) }

    /// What is asked, in one order, with a part of it changed.
    func queryText(_ changes: [String: String?] = [:]) -> String {
        var query = query
        for (name, value) in changes { query[name] = value }
        return query.filter { !$0.value.isEmpty && $0.key != "note" && $0.key != "draft" }.sorted { $0.key < $1.key }
            .map {
                "\(PercentEncoding.component($0.key))=\(PercentEncoding.component($0.value))"
            }.joined(separator: "&")
    }

    /// A query behind its question mark; nothing when it is empty.
    static func mark(_ query: String) -> String { query.isEmpty ? "" : "?" + query }

    /// What the text of a query asks: of a name that stands there twice, the last value.
    static func query(of text: String) -> [String: String] {
        Dictionary(Form(text, contentType: nil).fields.map { ($0.name, $0.value) }) { $1 }
    }

    /// The place in a list from which on it is shown, of so many.
    func place(of count: Int) throws -> Int {
        let from = try number("from") ?? 0
        return Int(max(0, min(from, Int64(max(0, count - 1)))))
    }
}

/// Who looks at a page.
struct Visitor: Sendable {
    var name: String
    var role: Role
    /// Nil for somebody whom only a proxy knows.
    var userID: Int64?
    var timezone: String?
    var theme: String?
    /// What the forms of this visitor carry, so that no other site can send them.
    var formToken: String

    var seesAddresses: Bool { role >= .operator }
}

/// Why there is no such page, in words for the one who looks.
struct PageProblem: Error {
    var status: Status
    var title: String
    var text: String

    enum Status {
        case badRequest, forbidden, notFound, unavailable
    }

    init(_ status: Status, _ title: String, _ text: String) {
        self.status = status
        self.title = title
        self.text = text
    }

    static func noAccount(_ key: String) -> PageProblem {
        PageProblem(
            .notFound, "No such account", "There is no account \"\(key.prefix(200))\"; it may have been erased.")
    }

    static func noPlaybook(_ name: String) -> PageProblem {
        PageProblem(
            .notFound, "No such playbook",
            "There is no playbook \"\(name.prefix(200))\", neither in playbooks/ nor in the database.")
    }
}
