import Basics
import Decisions
import Playbooks
import Storage

/// The flow of a playbook as nested lists: the steps in their order, branches within their choice.
///
/// It is read back out of the flat program: each branch of a choice ends before its closing `goTo`, whose target is where
/// the branches meet.
struct FlowList {
    let ask: PageRequest
    let playbook: Playbook
    var counts: PlaybookCounts?
    /// What was counted of each variant that has steps of its own.
    var ofVariants: [String: PlaybookCounts] = [:]
    /// The one whose steps are drawn, where it has its own.
    private(set) var variant: String?
    /// The one whose program is drawn.
    let version: StatusQuery.Version?
    /// What was counted of it; nil for all.
    var part: FlowPart?

    /// How an address says that somebody walked to the end.
    static let noReason = "-"

    init(
        ask: PageRequest, playbook: Playbook, numbers: FlowNumbers, version: StatusQuery.Version?, part: FlowPart?
    ) {
        (self.ask, self.playbook, self.version, self.part) = (ask, playbook, version, part)
        (counts, ofVariants) = (numbers.whole, numbers.variants)
    }

    func draw(in html: inout HTML) {
        guard playbook.hasVariantSteps else {
            return html.add("div", ["class": "flow"]) { sequence(playbook.steps, variant: nil, in: &$0) }
        }
        html.add("div", ["class": "flow variants"]) { html in
            for variant in playbook.variants where part?.variant.map({ $0 == variant.name }) ?? true {
                var one = self
                (one.counts, one.variant) = (ofVariants[variant.name], variant.name)
                html.add("section") { html in
                    html.add("h3", text: "Variant \(variant.name)")
                    one.sequence(variant.steps ?? playbook.steps, variant: variant.name, in: &html)
                }
            }
        }
    }

    private func sequence(_ steps: [Step], variant: String?, in html: inout HTML) {
        html.add("ol", ["class": "seq"]) { html in
            addStart(to: &html)
            addSteps(steps, 0..<steps.count, variant, to: &html)
            addEnd(to: &html)
        }
    }

    private func addStart(to html: inout HTML) {
        html.add("li", ["class": "start"]) { html in
            html.add("div", ["class": "box"]) { html in
                html.add("h3") { html in
                    switch playbook.trigger {
                    case .when:
                        html.text("When it holds ")
                        html.add("small", text: "when")
                    case .on(let event, _):
                        html.text("On \(event) ")
                        html.add("small", text: "on")
                    case .at:
                        html.text("At each occurrence ")
                        html.add("small", text: "at")
                    }
                }
                html.add("p") { html in
                    switch playbook.trigger {
                    case .when(let term): html.add("code", text: term.text)
                    case .on(_, let term?): html.add("code", text: "if \(term.text)")
                    case .on(_, nil): html.text("every one")
                    case .at(let schedule): html.text(schedule.text)
                    }
                    if let audience = playbook.audience { html.text(" in \(audience.term.text)") }
                }
                guard let counts else { return }
                html.add("div", ["class": "counts"]) { html in
                    count(counts.entered, "entered", accounts(["all": "yes"]), in: &html)
                    let out = counts.verdicts.filter { $0.key.arm == nil && $0.key != .already }
                    let sum = out.values.reduce(0, +)
                    // The list beside the flow has each of them.
                    if sum > 0 { count(sum, "did not enter", "#no", in: &html) }
                }
            }
        }
    }

    private func addSteps(_ steps: [Step], _ range: Range<Int>, _ variant: String?, to html: inout HTML) {
        var index = range.lowerBound
        while index < range.upperBound {
            let step = steps[index]
            if case .choose(let branches) = step.action {
                let meeting = meeting(of: branches, in: steps, at: index, within: range)
                html.add("li", ["class": "choice"]) { html in
                    addBox(step, index, variant, to: &html)
                    html.add("ol", ["class": "branches"]) { html in
                        for (number, branch) in branches.enumerated() {
                            let end = branches.indices.contains(number + 1) ? branches[number + 1].next : meeting
                            addBranch(
                                step, number, branch, steps, branch.next..<max(branch.next, end), variant, to: &html)
                        }
                    }
                }
                index = max(meeting, index + 1)
                continue
            }
            if case .goTo = step.action {
                index += 1
                continue
            }
            let style =
                switch step.action {
                case .send: "send"
                case .stop: "end"
                default: "wait"
                }
            html.add("li", ["class": style]) { addBox(step, index, variant, to: &$0) }
            index += 1
        }
    }

    /// Where the branches of a choice meet: the target of the `goTo` that closes the first, or the beginning of an empty
    /// last one.
    private func meeting(of branches: [Step.Branch], in steps: [Step], at index: Int, within range: Range<Int>) -> Int {
        for (number, branch) in branches.enumerated() where branches.indices.contains(number + 1) {
            let last = branches[number + 1].next - 1
            if steps.indices.contains(last), last >= branch.next, case .goTo(let target) = steps[last].action {
                return min(target, range.upperBound)
            }
        }
        return branches.last.map { min($0.next, range.upperBound) } ?? index + 1
    }

    private func addBranch(
        _ step: Step, _ number: Int, _ branch: Step.Branch, _ steps: [Step], _ range: Range<Int>, _ variant: String?,
        to html: inout HTML
    ) {
        let passages = counts?.steps[step.id]?.passages ?? [:]
        let taken = branch.condition == nil ? passages[.otherwise] ?? 0 : passages[.branch(number)] ?? 0
        let shares = Shares.percent(of: passages)
        let share = branch.condition == nil ? shares[.otherwise] : shares[.branch(number)]
        let isEmpty = !range.contains { steps[$0].isShown }
        html.add("li") { html in
            html.add("p") { html in
                html.add("b", text: branch.condition == nil ? "else" : "if")
                if let condition = branch.condition {
                    html.text(" ")
                    html.add("code", text: condition.text)
                }
                if counts != nil {
                    html.text(" · \(taken.grouped) ")
                    html.add("span", ["class": "soft"], text: "took it" + (share.map { ", \($0)%" } ?? ""))
                }
                if isEmpty { html.text(" · nothing more") }
            }
            if !isEmpty {
                html.add("ol", ["class": "seq"]) { addSteps(steps, range, variant, to: &$0) }
            }
        }
    }

    private func addBox(_ step: Step, _ index: Int, _ variant: String?, to html: inout HTML) {
        html.add("div", ["class": "box"]) { html in
            html.add("h3") { html in
                html.text(title(step, variant) + " ")
                html.add("small", text: step.id)
            }
            if let note = note(step) { html.add("p") { $0.add(note) } }
            guard let counts else { return }
            let here = counts.standing.filter {
                $0.step == index && $0.versionID == version?.id && (variant == nil || $0.variant == variant)
            }.reduce(0) { $0 + $1.count }
            if case .choose = step.action { return }
            html.add("div", ["class": "here"]) { html in
                html.add("b") { html in
                    let link = accounts(["step": step.id, "version": version?.hash, "variant": variant])
                    if here == 0 {
                        html.add("span", ["class": "zero-count"], text: "0")
                    } else {
                        html.link(here.grouped, link)
                    }
                }
                html.add("small", text: "here now")
            }
            addCounts(step, counts.steps[step.id] ?? PlaybookCounts.OfStep(), to: &html)
            addReach(step, index, counts, to: &html)
        }
    }

    private func addCounts(_ step: Step, _ found: PlaybookCounts.OfStep, to html: inout HTML) {
        var items: [(count: Int, word: String, link: String?)] = []
        func link(state: String? = nil, outcome: String? = nil) -> String? {
            ask.link(
                "/touches",
                among: ["playbook": playbook.name, "step": step.id, "state": state, "outcome": outcome].merging(ofPart)
                { $1 })
        }
        func touches(_ states: [TouchState], _ word: String, _ state: String) {
            let sum = states.reduce(0) { $0 + (found.touches[$1] ?? 0) }
            if sum > 0 { items.append((sum, word, link(state: state))) }
        }
        if case .send = step.action {
            touches([.sent], "sent", TouchState.sent.rawValue)
            touches([.ghost], "held out", TouchState.ghost.rawValue)
            for group in TouchGroup.allCases where group != .open {
                touches(group.states, group.word, group.rawValue)
            }
            for kind in [
                "delivered", "opened", "clicked", "replied", "answered", "bounced", "complained", "unsubscribed",
            ] {
                guard let count = found.outcomes[kind], count > 0 else { continue }
                items.append((count, kind, link(outcome: kind)))
            }
        } else {
            let shares = Shares.percent(of: found.passages)
            for (result, count) in found.passages.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                items.append(
                    (
                        count, step.word(for: result) + (shares[result].map { ", \($0)%" } ?? ""),
                        accounts(["all": "yes", "step": step.id, "result": result.rawValue])
                    ))
            }
        }
        guard !items.isEmpty else { return }
        html.add("div", ["class": "counts"]) { html in
            for item in items { count(item.count, item.word, item.link, in: &html) }
        }
    }

    /// How many of those who entered came to a step: those that it has touched or let pass, and those that stand there.
    private func addReach(_ step: Step, _ index: Int, _ counts: PlaybookCounts, to html: inout HTML) {
        guard counts.entered > 0, let found = counts.steps[step.id] else { return }
        let passed = found.passages.values.reduce(0, +)
        let touched = found.touches.values.reduce(0, +)
        let standing = counts.standing.filter { $0.step == index && $0.versionID == version?.id }.reduce(0) {
            $0 + $1.count
        }
        let came = max(passed + (passed > 0 ? standing : 0), touched)
        let share = min(100, (came * 100 + counts.entered / 2) / counts.entered)
        guard share > 0 else { return }
        html.add(
            "svg",
            [
                "class": "reach", "viewBox": "0 0 100 3", "preserveAspectRatio": "none", "role": "img",
                "aria-label": "\(share)% of those who entered came here",
            ]
        ) { html in
            html.add("rect", ["class": "fm", "width": "100", "height": "3"])
            html.add("rect", ["class": "f0", "width": "\(share)", "height": "3"])
        }
    }

    /// The accounts behind a number.
    private func accounts(_ query: [String: String?]) -> String {
        ask.link(
            "/playbooks/\(DashboardAddress.part(playbook.name))/accounts",
            among: query.merging(ofPart) { $0 ?? $1 })
    }

    /// Whose numbers these are, as addresses say it.
    private var ofPart: [String: String?] {
        (part?.query(ask) ?? [:]).merging(["variant": variant]) { $1 ?? $0 }
    }

    private func count(_ count: Int, _ word: String, _ link: String?, in html: inout HTML) {
        html.add("span") { html in
            if let link { html.link(count.grouped, link) } else { html.text(count.grouped) }
            html.text(" ")
            html.add("span", ["class": "soft"], text: word)
        }
    }

    private func addEnd(to html: inout HTML) {
        html.add("li", ["class": "end"]) { html in
            html.add("div", ["class": "box"]) { html in
                html.add("h3", text: "End")
                html.add(
                    "p", text: "exits, asked before every step: \(playbook.exits.map(\.words).joined(separator: ", "))")
                guard let ends = counts?.ends, !ends.isEmpty else { return }
                html.add("div", ["class": "counts"]) { html in
                    for (reason, number) in ends.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                        count(
                            number, reason.isEmpty ? "walked to the end" : reason,
                            accounts(["all": "yes", "end": reason.isEmpty ? Self.noReason : reason]), in: &html)
                    }
                }
            }
        }
    }

    private func title(_ step: Step, _ variant: String?) -> String {
        switch step.action {
        case .send(let send):
            let kind =
                switch send.kind {
                case .email: "Email"
                case .inApp: "In-app"
                case .push: "Push"
                case .sms: "Text message"
                case .webhook: "Webhook"
                }
            let names = variant.flatMap { send.message(for: $0) }.map { [$0] } ?? Set(send.message.values).sorted()
            return "\(kind): \(names.joined(separator: " or "))"
        case .wait(let span): return "Wait \(span)"
        case .waitFor(_, let most): return "Wait until it holds, at most \(most)"
        case .waitTill(.date, _): return "Wait for a date"
        case .waitTill(.clock(let time, let isLocal), _): return "Wait until \(time)\(isLocal ? " local" : "")"
        case .choose: return "Choose"
        case .set(let settings): return "Set \(settings.map(\.text).joined(separator: ", "))"
        case .goTo: return "Go on"
        case .stop: return "Stop"
        }
    }

    private func note(_ step: Step) -> HTML? {
        switch step.action {
        case .waitFor(let term, _): HTML { $0.add("code", text: term.text) }
        case .waitTill(.date(let term), let sendsLate):
            HTML { html in
                html.add("code", text: term.text)
                if sendsLate { html.text(", late, too") }
            }
        case .send(let send) where send.channel != nil: HTML { $0.text("by \(send.channel ?? "")") }
        default: nil
        }
    }
}

extension Playbook.Exit {
    var words: String {
        switch self {
        case .goal: "goal"
        case .leftAudience: "left_audience"
        case .churned: "churned"
        case .noMatch: "no_match"
        case .condition(let term): term.text
        }
    }
}
