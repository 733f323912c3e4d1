/// Where data come from again and again without anybody's doing (`sources:` of `keeptouch.yaml`).
package struct DataSource: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        /// A path relative to the workspace.
        case file(String)
        /// A program and its arguments, whose output are the rows.
        case command([String])
        case sqlite(path: String, query: String)
        case postgres(url: String, query: String)
        case http(url: String, token: Secret?, allowsPrivate: Bool)
    }

    /// What is new is known by the values of one column, which only ever grow.
    package struct Since: Sendable, Equatable {
        package var column: String
        /// The value before the first pull.
        package var first: String

        package init(column: String, first: String) {
            self.column = column
            self.first = first
        }
    }

    package var name: String
    /// An import of `data.yaml`, or the name of a kind.
    package var imports: String
    package var origin: Origin
    /// When `serve` pulls it.
    package var schedule: Schedule
    package var since: Since?
    /// Whether the days that a pull brings are all there (metrics).
    package var closesDays = false
    /// How long a pull may take to answer.
    package var patience = TimeSpan.minutes(10)
    package var position: Position

    /// What stands in a URL for the highest value seen.
    package static let placeholder = "{{since}}"
    /// Under which name a command finds the highest value seen.
    package static let variable = "KEEPTOUCH_SINCE"

    /// The secrets that it names, so that `doctor` can look for them.
    package var secrets: [Secret] {
        switch origin {
        case .file, .command, .sqlite: []
        case .postgres(let url, _): Secret.Reference(url).map { [Secret($0)] } ?? []
        case .http(let url, let token, _):
            (Secret.Reference(url).map { [Secret($0)] } ?? []) + [token].compactMap { $0 }
        }
    }

    /// The import that it feeds; nil when `data.yaml` has no such one.
    package func map(in dataMap: DataMap) -> ImportMap? {
        dataMap.importMap(imports) ?? ImportKind(rawValue: imports).map { ImportMap(imports, $0) }
    }
}
