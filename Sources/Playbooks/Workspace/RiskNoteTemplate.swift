import Basics

/// What a team's own form of the risk note may name, in `notes/risk.md`, or `notes/REASON.md` for one reason.
package enum RiskNoteTemplate {
    /// The values of a note.
    package enum Name: String, Sendable, CaseIterable {
        case account, key, reason, theme, since, clause, plan, mrr, ltv, tenure, stage, health, background, done, next,
            needed, who
    }

    /// The name of the file for all reasons.
    package static let general = "risk"

    /// A note in the words of a template; what is empty is missing there.
    package static func written(_ template: String, _ values: [Name: String]) -> String {
        func value(_ name: String) -> String? {
            Name(rawValue: name).flatMap { values[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let text = SectionedText(template)
        return text.pieces(text.pattern(where: { value($0) != nil })).map { piece in
            switch piece {
            case .text(let text): text
            case .variable(let name): value(name) ?? ""
            }
        }.joined()
    }
}
