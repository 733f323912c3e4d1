/// Reads one entry of `sources:` in `keeptouch.yaml`.
struct SourceReader {
    let diagnostics: Diagnostics

    private static let origins = ["file", "command", "sqlite", "postgres", "url"]

    func read(_ entry: YAMLNode.Entry) -> DataSource? {
        diagnostics.checkName(entry.key, "a source", at: entry.position)
        if entry.key == "all" || ImportKind(rawValue: entry.key) != nil {
            diagnostics.error(entry.position, "\"\(entry.key)\" is what import takes already; choose another name")
        }
        guard let fields = Fields(entry.value, .source, diagnostics, of: "the source \"\(entry.key)\"") else {
            return nil
        }
        let schedule = fields.evaluation("at") ?? (try? Schedule.parse("hourly").get())
        let since = since(fields)
        guard let imports = fields.text("import"), let schedule, let origin = origin(fields, since, entry) else {
            return nil
        }
        var source = DataSource(
            name: entry.key, imports: imports, origin: origin, schedule: schedule, since: since,
            position: entry.position)
        source.closesDays = fields.boolean("complete") ?? false
        if let patience = fields.span("patience") { source.patience = patience }
        return source
    }

    private func since(_ fields: Fields) -> DataSource.Since? {
        guard let table = fields.table("since", .since), let column = table.text("column"),
            let first = table.text("first")
        else { return nil }
        return DataSource.Since(column: column, first: first)
    }

    private func origin(
        _ fields: Fields, _ since: DataSource.Since?, _ entry: YAMLNode.Entry
    ) -> DataSource.Origin? {
        let given = Self.origins.filter(fields.has)
        guard given.count == 1, let kind = given.first else {
            let what =
                given.isEmpty ? "does not say where it comes from" : "comes from \(given.joined(separator: " and "))"
            diagnostics.error(
                entry.position,
                "the source \"\(entry.key)\" \(what); it has one of \(Self.origins.joined(separator: ", "))")
            return nil
        }
        for (key, kinds) in [
            ("query", ["sqlite", "postgres"]), ("token", ["url"]), ("allow_private", ["url"]),
            ("patience", ["command", "postgres", "url"]),
        ]
        where fields.has(key) && !kinds.contains(kind) {
            diagnostics.error(fields.position(key), "\"\(key)\" belongs to \(kinds.joined(separator: " and "))")
        }
        switch kind {
        case "file":
            if fields.has("since") {
                diagnostics.error(fields.position("since"), "a file is read as it is; leave \"since\" out")
            }
            return fields.text("file").map { .file($0) }
        case "command":
            let words = fields.items("command").compactMap { diagnostics.text($0, "command") }
            return words.isEmpty ? nil : .command(words)
        case "url":
            guard let url = fields.text("url") else { return nil }
            warnOfPassword(url, "url", fields)
            let isURL = url.hasPrefix("https://") || url.hasPrefix("http://") || Secret.Reference(url) != nil
            if url.hasPrefix("http://"), !(fields.boolean("allow_private") ?? false) {
                diagnostics.error(
                    fields.position("url"),
                    "data do not travel in clear; write https://, or allow_private: true at home")
            }
            if !isURL {
                diagnostics.error(
                    fields.position("url"), "expected a url such as https://bi.acme.example/usage.csv, or env:NAME")
            }
            let asks = since == nil || Secret.Reference(url) != nil || url.contains(DataSource.placeholder)
            expect(asks, DataSource.placeholder, "url", fields)
            return .http(
                url: url, token: fields.secret("token"), allowsPrivate: fields.boolean("allow_private") ?? false)
        default:
            guard let place = fields.text(kind), let query = fields.text("query") else {
                if !fields.has("query") {
                    diagnostics.error(fields.position(kind), "\"query\" is missing: what is asked of the database")
                }
                return nil
            }
            if kind == "postgres" { warnOfPassword(place, kind, fields) }
            let mark = kind == "postgres" ? "$1" : ":since"
            expect(since == nil || query.contains(mark), mark, "query", fields)
            if since == nil, query.contains(mark) {
                diagnostics.error(
                    fields.position("query"),
                    "the query asks for \(mark), and there is no \"since\": { column: updated_at, first: 1970-01-01 }")
            }
            return kind == "postgres" ? .postgres(url: place, query: query) : .sqlite(path: place, query: query)
        }
    }

    /// Everybody who may look at the files would read a password that stands in an address.
    private func warnOfPassword(_ url: String, _ key: String, _ fields: Fields) {
        if url.firstMatch(of: /:\/\/[^\/\s@]*:[^\s@]+@/) != nil { diagnostics.warnOfSecret(fields.position(key), key) }
    }

    private func expect(_ asks: Bool, _ mark: String, _ key: String, _ fields: Fields) {
        guard !asks else { return }
        diagnostics.error(
            fields.position(key),
            "\"since\" says what is new, and the \(key) does not ask for it; write \(mark) where the last value belongs"
        )
    }
}

extension KeyTable {
    static let source = KeyTable([
        Key(
            "import", .text, required: true,
            "What it brings: accounts, contacts, suppressions, metrics, events, or an import of data.yaml."),
        Key("at", .schedule, "When serve pulls it, on the workspace's clock; hourly by default."),
        Key("file", .text, "A CSV or NDJSON file, relative to the workspace."),
        Key("command", .oneOrMore(.text), "A program and its arguments; what it prints are the rows."),
        Key("sqlite", .text, "A SQLite database, relative to the workspace; with `query`."),
        Key("postgres", .secret, "The URL of a PostgreSQL database, or env:NAME; with `query`."),
        Key(
            "url", .form(".+", examples: ["https://bi.acme.example/usage.csv"]), "CSV or NDJSON over HTTP, or env:NAME."
        ),
        Key("query", .text, "The question to the database; its columns are named as in a file."),
        Key("token", .secret, "Sent as `Authorization: Bearer`."),
        Key("allow_private", .boolean, "Whether the url may lead to a private address."),
        Key("since", .table(.since), "Only what is new is asked for: by a column whose values only ever grow."),
        Key("complete", .boolean, "Whether the days that it brings are all there (metrics)."),
        Key("patience", .duration, "How long it may take to answer; 10m by default."),
    ])

    static let since = KeyTable([
        Key("column", .text, required: true, "The column by whose highest value the next pull begins."),
        Key("first", .text, required: true, "Where the first pull begins."),
    ])
}
