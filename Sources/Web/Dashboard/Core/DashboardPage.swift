import Basics
import Playbooks

/// A page without its frame.
struct DashboardPage: Sendable {
    /// The entries of the navigation, in its order.
    enum Place: String, Sendable, CaseIterable {
        case overview, playbooks, experiments, attrition, journey, risk, accounts, touches, channels, feeds, cycles,
            files, audit
        case people, me
    }

    /// What differs from other pages: its `h1` and the beginning of the tab's title.
    var title: String
    var place: Place
    /// The way to it, above the heading.
    var crumb: HTML?
    /// A sentence under the heading.
    var lead: HTML?
    /// What can be done here.
    var acts: HTML?
    var body: HTML
    /// What needs a person, where the page has asked for it itself.
    var needs: Needs?
    /// Whether it says only why a form was not taken.
    var wasRefused = false

    init(
        _ title: String, in place: Place, crumb: HTML? = nil, lead: HTML? = nil, acts: HTML? = nil,
        _ build: (inout HTML) throws -> Void
    ) rethrows {
        self.title = title
        self.place = place
        self.crumb = crumb
        self.lead = lead
        self.acts = acts
        body = try HTML(build)
    }
}
