import Decisions
import Measure
import Playbooks
import Runner
import Storage

/// A message of a changed playbook, as an account would get it.
struct TriedMessage: Sendable {
    /// The step, and the variant where there are some.
    var title: String
    var recipient: String
    var subject: String?
    var text: String

    /// - Parameter account: its key, its name or an address of it.
    /// - Throws: `CannotPreview` or `MeasureError` in words for a person.
    static func all(
        of playbook: Playbook, in workspace: Workspace, for account: String, now: Instant, _ connection: Connection
    ) throws -> [TriedMessage] {
        let story: AccountStory
        do { story = try AccountStory.find(account, connection) } catch let error as StorageError {
            throw MeasureError(error.description)
        }
        let variants = playbook.variants.isEmpty ? [nil] : playbook.variants.map { Optional($0.name) }
        return try variants.flatMap { variant in
            try playbook.sends(of: variant).flatMap { index, step in
                try Preview.make(
                    playbook, step: index, variant: variant, account: story, workspace: workspace, secret: [],
                    now: now, figures: .stored, connection
                ).map { preview in
                    TriedMessage(
                        title: step.id + (variant.map { ", \($0)" } ?? ""),
                        recipient: preview.email ?? preview.touch.recipient, subject: preview.subject,
                        text: preview.text)
                }
            }
        }
    }
}
