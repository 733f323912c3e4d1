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
    /// What somebody had typed into a form of the page when the session was over, by the names of its fields.
    var draft: [String: String] = [:]

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
        return text
    }

    /// What is longer than this is no filter; conditions have a limit of their own, which is that of playbooks.
    private static let longest = 2_000

    /// Refuses what is too long, whole: a shorter question would have another answer.
    ///
    /// - Throws: `PageProblem` at the name.
    func expectShort() throws {
        for (name, text) in query.sorted(by: { $0.key < $1.key }) where name != "where" && text.count > Self.longest {
            throw PageProblem(
                .badRequest, "Too long",
                "\(name.prefix(60)) has \(text.count.grouped) characters; at most \(Self.longest.grouped) are looked for.",
                at: name)
        }
    }

    /// - Throws: `PageProblem` when the address has no whole number there.
    func number(_ name: String) throws -> Int64? {
        guard let text = self[name] else { return nil }
        guard let number = Int64(text) else {
            throw PageProblem(
                .badRequest, "Not a number", "\(name)=\(text.prefix(60)) in the address is no number.", at: name)
        }
        return number
    }

    /// - Throws: `PageProblem` when the address has no day there.
    func day(_ name: String) throws -> Day? {
        guard let text = self[name] else { return nil }
        guard case .success(let day) = Day.parse(text) else {
            throw PageProblem(
                .badRequest, "Not a day", "\(name)=\(text.prefix(60)) in the address is no day such as 2026-07-30.",
                at: name)
        }
        return day
    }

    /// A number of things: of days, of months.
    ///
    /// - Throws: `PageProblem` when the address has no such number there.
    func count(_ name: String) throws -> Int? {
        guard let number = try number(name) else { return nil }
        guard (0...100_000).contains(number) else {
            throw PageProblem(
                .badRequest, "Not a number of things", "\(name)=\(number) in the address is none of 0 to 100,000.",
                at: name)
        }
        return Int(number)
    }

    /// - Throws: `PageProblem` when the address has no moment there.
    func moment(_ name: String) throws -> Instant? {
        guard let text = self[name] else { return nil }
        if let moment = try? Instant.parse(text, in: workspace.configuration.zone).get() { return moment }
        throw PageProblem(
            .badRequest, "Not a moment",
            "\(name)=\(text.prefix(60)) in the address is no moment such as 2026-07-30T18:30:00Z.", at: name)
    }

    /// - Throws: `PageProblem` when the address has another word than one of the list.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Word? {
        guard let text = self[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue)
            let near = nearest(to: text, in: words).map { " Did you mean \"\($0)\"?" } ?? ""
            throw PageProblem(
                .badRequest, "No such \(name)",
                "\(name)=\(text.prefix(60)) is none of \(words.joined(separator: ", ")).\(near)", at: name)
        }
        return word
    }

    /// What is asked by a name, when it is the name of something.
    ///
    /// - Throws: `PageProblem` when nothing is called so, with the nearest that is.
    func name(_ name: String, among names: [String], of what: String? = nil) throws -> String? {
        guard let text = self[name] else { return nil }
        guard names.contains(text) else { throw PageProblem.nameless(what ?? name, text, among: names, at: name) }
        return text
    }

    /// Whether something is so, or is not; nil where nobody asks.
    ///
    /// - Throws: `PageProblem` for any other word than `yes` and `no`.
    func flag(_ name: String) throws -> Bool? { try (word(name) as YesOrNo?).map { $0 == .yes } }

    private enum YesOrNo: String, CaseIterable { case yes, no }

    /// A playbook of the files, or one that ran before.
    ///
    /// - Throws: `PageProblem` when there is none, with the nearest.
    func playbookName(_ name: String, _ connection: Connection) throws -> String? {
        guard let text = self[name] else { return nil }
        if try workspace.playbook(text) == nil && KnownPlaybook.named(text, connection) == nil {
            throw PageProblem.nameless("playbook", text, among: workspace.playbooks.map(\.name), at: name)
        }
        return text
    }

    /// The address of a page of the dashboard.
    func link(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) -> String { address.of(path, query) }

    func link(_ path: String, among query: [String: String?]) -> String {
        address.of(path, among: query)
    }

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
struct PageProblem: Error, CustomStringConvertible {
    var status: Status
    var title: String
    var text: String
    /// What of the address or the form it is about.
    var field: String?

    var description: String { text }

    enum Status {
        case badRequest, forbidden, notFound, unavailable
    }

    init(_ status: Status, _ title: String, _ text: String, at field: String? = nil) {
        self.status = status
        self.title = title
        self.text = text
        self.field = field
    }

    /// Nothing is called so.
    static func nameless(_ what: String, _ name: String, among names: [String], at field: String) -> PageProblem {
        let near = nearest(to: name, in: names).map { " Did you mean \"\($0)\"?" } ?? ""
        let all = names.isEmpty ? "there is none" : names.sorted().prefix(20).joined(separator: ", ")
        return PageProblem(
            .badRequest, "No such \(what)", "There is no \(what) \"\(name.prefix(100))\": \(all).\(near)", at: field)
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
