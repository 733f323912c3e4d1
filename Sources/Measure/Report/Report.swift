package import Playbooks

/// An answer to one question of measuring, as of a moment: a pure value that text, CSV, JSON and pages are made from.
package struct Report: Sendable, Hashable {
    package var title: String
    package var asOf: Instant
    /// On whose clock moments are written.
    package var zone = Zone.utc
    package var sections: [Section]

    package init(title: String, asOf: Instant, sections: [Section]) {
        self.title = title
        self.asOf = asOf
        self.sections = sections
    }

    package struct Section: Sendable, Hashable {
        package var title: String
        package var blocks: [Block]

        package init(_ title: String, _ blocks: [Block]) {
            self.title = title
            self.blocks = blocks
        }
    }

    /// The moment as people write it: `2026-03-31 00:00 UTC`.
    package var asOfText: String { "\(asOf.text(in: zone)) \(zone.name)" }

    /// The table with a title, or with its id; nil when there is none.
    package func table(named name: String) -> Table? {
        if let found = tables.first(where: { $0.title == name || $0.id == name }) { return found }
        // As CSV of all tables names it.
        for section in sections {
            for case .table(let table) in section.blocks where "\(section.title): \(table.title)" == name {
                return table
            }
        }
        return nil
    }

    package var tables: [Table] {
        sections.flatMap(\.blocks).compactMap { if case .table(let table) = $0 { table } else { nil } }
    }

    /// A title as a word that programs find it by: `by_group`.
    package static func id(of title: String) -> String { Table.Column(title).key }

    /// A name with its title: `win-back-usage: Teach accounts whose usage fell`; the name alone where that says no more.
    static func heading(of name: String, titled title: String?) -> String {
        guard let title, title != name else { return name }
        return "\(name): \(title)"
    }

    package enum Block: Sendable, Hashable {
        /// Plain text of one or more sentences, without markup.
        case sentence(String)
        case table(Table)
        case chart(Chart)
        /// A unified diff of a file, to be read or applied.
        case diff(String)
    }
}
