package import Playbooks

/// An answer to one question of measuring, as of a moment: a pure value that text, CSV, JSON and pages are made from.
package struct Report: Sendable, Hashable {
    package var title: String
    package var asOf: Instant
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

    package enum Block: Sendable, Hashable {
        /// Plain text of one or more sentences, without markup.
        case sentence(String)
        case table(Table)
        case chart(Chart)
        /// A unified diff of a file, to be read or applied.
        case diff(String)
    }
}
