import Basics
import Decisions
import Foundation
import Playbooks
import Runner

extension String {
    /// Without what a sentence for the command line says behind it: a page has buttons for that.
    var withoutCommands: String { components(separatedBy: "; look at them with ")[0] }
}

extension ReleaseForecast {
    /// With the moment of its counts.
    func html(_ ask: PageRequest) -> HTML {
        HTML { html in
            html.text("As of ")
            html.add(ask.time(at))
            html.text(", \(sentence).")
        }
    }
}

extension Step {
    /// What came of it, in the words of its branches.
    func word(for result: PassageResult) -> String {
        guard case .choose(let branches) = action else { return result.rawValue.replacing("_", with: " ") }
        switch result {
        case .branch(let number) where branches.indices.contains(number):
            return branches[number].condition.map { "if \($0.text)" } ?? "else"
        case .otherwise: return "else"
        default: return result.rawValue.replacing("_", with: " ")
        }
    }

    /// What a person would call a step.
    var isShown: Bool {
        if case .goTo = action { return false }
        return true
    }
}

extension Playbook {
    /// Whether variants walk steps of their own, so that each has its flow.
    var hasVariantSteps: Bool { variants.contains { $0.steps != nil } }
}

extension Playbook.Recipients {
    var words: String {
        switch self {
        case .role(let role): role
        case .all(let role): "every \(role)"
        case .everyone: "everyone"
        case .anyone: "anyone"
        case .eventContact: "the person of the event"
        }
    }
}

extension Verdict {
    /// In a few words, for tables.
    var meaning: String {
        switch self {
        case .held: "a safety rule holds the playbook"
        case .already: "enrolled for this match"
        case .cooling: "the time between two enrollments is not over"
        case .tooOld: "the event is older than max_age"
        case .unreachable: "no contact that may be written to"
        case .blocked: "an exclusive playbook has it, somebody wants it left alone, or it would leave at once"
        case .globalHoldout: "held out of everything"
        case .holdout: "held out"
        case .enrolled: "enters"
        }
    }
}

extension HTML {
    /// How many have each verdict, those that enter first.
    mutating func verdicts(_ counts: [Verdict: Int], link: (Verdict) -> String) {
        add("table") { html in
            html.add("tbody") { html in
                for verdict in Verdict.allCases.reversed() {
                    guard let count = counts[verdict], count > 0 else { continue }
                    html.add("tr") { html in
                        html.add("th", ["scope": "row"], text: verdict.rawValue)
                        html.number(count, link: link(verdict))
                        html.add("td", ["class": "soft small"], text: verdict.meaning)
                    }
                }
            }
        }
    }
}

extension PageRequest {
    func crumb(toPlaybook name: String) -> HTML {
        HTML { html in
            html.link("Playbooks", link("/playbooks"))
            html.text(" · ")
            html.link(name, playbookLink(name))
        }
    }
}
