/// Something to do now, with what speaks for it.
package struct Proposal: Sendable, Hashable {
    /// What it is about, in the order in which they are worth doing.
    package enum Kind: Int, Sendable, CaseIterable {
        case stop, ship, mend, write, raise, lengthen, retire
    }

    package var kind: Kind
    /// `Ship "lessons" of win-back-usage`.
    package var title: String
    /// From the reports.
    package var evidence: [String]
    /// The command that does it, or shows more.
    package var command: String
    /// The edit that does it, as a unified diff.
    package var patch: String?

    package init(_ kind: Kind, _ title: String, evidence: [String], command: String, patch: String? = nil) {
        self.kind = kind
        self.title = title
        self.evidence = evidence
        self.command = command
        self.patch = patch
    }
}
