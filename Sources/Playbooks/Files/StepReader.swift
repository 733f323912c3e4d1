/// Reads the steps of a playbook, nested ones too, into programs.
struct StepReader {
    /// A message file, or a rotation of them, that a step names.
    struct MessageUse {
        var path: String
        var kind: Channel.Kind
        var position: Position
    }

    let channels: [String: Channel]
    let brokenChannels: Set<String>
    let calendars: CalendarNames
    /// The playbook's own, for its emails, pushes and text messages.
    let window: SendWindow?
    let diagnostics: Diagnostics
    /// What conditions may use; the steps are those of the program that come before.
    var terms: Terms
    var uses: [MessageUse] = []
    /// How many steps of each kind the file has up to here.
    private var counts: [String: Int] = [:]
    /// Where each id of the program stands.
    private var places: [String: Position] = [:]
    private var program: [Step] = []
    /// How long after the enrollment the waits up to here end, at most; nil behind a date.
    private var elapsed: TimeSpan? = .days(0)

    init(
        channels: [String: Channel], brokenChannels: Set<String>, calendars: CalendarNames, window: SendWindow?,
        terms: Terms, diagnostics: Diagnostics
    ) {
        self.channels = channels
        self.brokenChannels = brokenChannels
        self.calendars = calendars
        self.window = window
        self.terms = terms
        self.diagnostics = diagnostics
    }

    static let kinds =
        Channel.Kind.allCases.map(\.rawValue) + ["wait", "wait_for", "wait_till", "choose"] + SettingReader.kinds
        + ["stop"]

    /// The steps that can be read; `variants` are those that walk them, none standing for no variants at all.
    mutating func program(_ nodes: [YAMLNode], variants: [String]) -> [Step] {
        (places, program, terms.scope.steps, elapsed) = ([:], [], [], .days(0))
        _ = read(nodes, variants)
        return program
    }

    /// Appends the steps to the program; answers whether every way through them stops.
    private mutating func read(_ nodes: [YAMLNode], _ variants: [String]) -> Bool {
        var isOver = false
        for node in nodes {
            if isOver {
                diagnostics.warning(node.position, "this step is never reached: every way before it stops")
                isOver = false
            }
            if step(node, variants) { isOver = true }
        }
        return isOver
    }

    private mutating func step(_ node: YAMLNode, _ variants: [String]) -> Bool {
        if node.text == "stop" {
            append(.stop, id: nextID("stop"), at: node.position)
            return true
        }
        guard let fields = Fields(node, .step, diagnostics, of: "a step") else { return false }
        let given = (node.entries ?? []).map(\.key).filter(Self.kinds.contains)
        guard let kind = given.first, given.count == 1 else {
            diagnostics.error(
                node.position,
                given.isEmpty
                    ? "a step needs one of \(Self.kinds.joined(separator: ", "))"
                    : "a step does one thing, not \(given.joined(separator: " and ")); make them steps of their own")
            return false
        }
        checkCompanions(of: kind, fields)
        let block = block(kind, in: fields)
        let standardID = nextID(kind)
        let id = block.flatMap(self.id) ?? self.id(fields) ?? standardID
        if let first = places[id] {
            diagnostics.error(node.position, "the id \"\(id)\" is taken by the step in line \(first.line)")
        }
        places[id] = places[id] ?? node.position
        switch kind {
        case "choose": return choose(fields, id, node.position, variants)
        case "stop":
            append(.stop, id: id, at: node.position)
            return true
        default:
            let action: Step.Action? =
                if let channel = Channel.Kind(rawValue: kind) {
                    send(channel, fields, block, variants)
                } else if SettingReader.kinds.contains(kind) {
                    SettingReader(terms: terms).read(kind, fields).map(Step.Action.set)
                } else {
                    wait(kind, fields)
                }
            if let action { append(action, id: id, at: node.position) }
            let known: KnownStep.Kind =
                Channel.Kind(rawValue: kind) != nil ? .send : kind == "wait_for" ? .waitFor : .other
            terms.scope.steps.append(KnownStep(id, known))
            return false
        }
    }

    private mutating func append(_ action: Step.Action, id: String, at position: Position) {
        program.append(Step(id: id, action: action, position: position))
    }

    private mutating func nextID(_ kind: String) -> String {
        counts[kind, default: 0] += 1
        return "\(kind)_\(counts[kind, default: 0])"
    }

    /// Keys that go with another kind of step only.
    private func checkCompanions(of kind: String, _ fields: Fields) {
        let isSend = Channel.Kind(rawValue: kind) != nil
        for (key, isRight) in [
            ("at_most", kind == "wait_for"), ("late", kind == "wait_till"), ("channel", isSend),
            ("send_window", isSend),
        ] where fields.has(key) && !isRight {
            diagnostics.error(fields.position(key), "\"\(key)\" does not go with \"\(kind)\"")
        }
    }

    /// The options under the kind: `email: { message: lessons.md, channel: mailgun }`.
    private func block(_ kind: String, in fields: Fields) -> Fields? {
        guard Channel.Kind(rawValue: kind) != nil, let node = fields.node[kind], node["message"] != nil else {
            return nil
        }
        return Fields(node, .send, diagnostics, of: "the step")
    }

    private func id(_ fields: Fields) -> String? {
        guard let id = fields.text("id") else { return nil }
        diagnostics.checkName(id, "a step", at: fields.position("id"))
        return id
    }

    // MARK: Waits

    private mutating func wait(_ kind: String, _ fields: Fields) -> Step.Action? {
        switch kind {
        case "wait":
            let span = fields.span("wait")
            elapse(span)
            return span.map(Step.Action.wait)
        case "wait_for":
            let source = fields.source("wait_for")
            let condition = source.flatMap(terms.condition)
            guard fields.has("at_most") else {
                diagnostics.error(
                    fields.position(kind),
                    "\"wait_for\" needs \"at_most\", such as 4d: without it the wait may never end")
                return nil
            }
            let longest = fields.span("at_most")
            elapse(longest)
            guard let longest, let source, let condition else { return nil }
            if condition.isSettledAtEntry {
                diagnostics.warning(source.position, "nothing that happens during the wait can change this condition")
            }
            terms.check(condition, source, within: elapsed)
            return .waitFor(condition, atMost: longest)
        default:
            elapsed = nil
            guard let moment = moment(fields) else { return nil }
            guard let node = fields["late"] else { return .waitTill(moment, sendsLate: false) }
            if case .clock = moment {
                diagnostics.error(fields.position("late"), "a time of day is never late; \"late\" goes with a date")
            }
            guard let late = diagnostics.text(node, "late"), ["skip", "send"].contains(late) else {
                diagnostics.error(node.position, "expected skip or send for \"late\", got \(node.summary)")
                return nil
            }
            return .waitTill(moment, sendsLate: late == "send")
        }
    }

    private mutating func elapse(_ span: TimeSpan?) {
        elapsed = elapsed.map { TimeSpan(milliseconds: $0.milliseconds &+ (span?.milliseconds ?? 0)) }
    }

    /// `10:00`, `10:00 local`, or a date.
    private func moment(_ fields: Fields) -> Step.Moment? {
        guard let source = fields.source("wait_till") else { return nil }
        let words = source.text.split(whereSeparator: \.isWhitespace)
        if let first = words.first, first.contains(":") {
            guard case .success(let time) = ClockTime.parse(String(first)),
                words.count == 1 || words.count == 2 && words[1] == "local"
            else {
                diagnostics.error(
                    source.position,
                    "expected a time such as 10:00 or 10:00 local for \"wait_till\", got \"\(source.text)\"")
                return nil
            }
            return .clock(time, isLocal: words.count == 2)
        }
        guard let date = terms.signal(source) else { return nil }
        guard date.type == .date || date.type == .instant else {
            diagnostics.error(
                source.position,
                "\"\(date.text.prefix(80))\" is \(date.type.phrase); \"wait_till\" takes a date, such as renewal_at - 30d, "
                    + "or a time, such as 10:00")
            return nil
        }
        return .date(date)
    }

    // MARK: Choices

    /// Appends the choice and its branches; answers whether every branch stops and none is left out.
    private mutating func choose(
        _ fields: Fields, _ id: String, _ position: Position, _ variants: [String]
    ) -> Bool {
        let nodes = fields.items("choose")
        let index = program.count
        append(.choose([]), id: id, at: position)
        var branches: [Step.Branch] = []
        var ends: [Int] = []
        var hasElse = false
        var stops = true
        let before = elapsed
        var after = elapsed
        for (number, node) in nodes.enumerated() {
            guard let branch = Fields(node, .branch, diagnostics, of: "a branch") else { continue }
            let isElse = branch.has("else")
            checkForm(of: branch, isFirst: number == 0, isLast: number == nodes.count - 1)
            let source = isElse ? nil : branch.source("if")
            let condition = source.flatMap(terms.condition)
            if let source, let condition { terms.check(condition, source, within: before) }
            hasElse = hasElse || isElse
            branches.append(Step.Branch(condition: condition, next: program.count))
            elapsed = before
            let isOver = read(diagnostics.steps(isElse ? "else" : "then", of: branch), variants)
            stops = stops && isOver
            if !isOver { after = after.flatMap { most in elapsed.map { max(most, $0) } } }
            if number < nodes.count - 1, !isOver {
                ends.append(program.count)
                append(.goTo(0), id: id, at: node.position)
            }
        }
        elapsed = after
        for end in ends { program[end].action = .goTo(program.count) }
        if !hasElse { branches.append(Step.Branch(condition: nil, next: program.count)) }
        program[index].action = .choose(branches)
        return stops && hasElse
    }

    private func checkForm(of branch: Fields, isFirst: Bool, isLast: Bool) {
        let position = branch.node.position
        if branch.has("else") {
            if branch.has("if") || branch.has("then") {
                diagnostics.error(
                    position, "a branch is \"if\" with \"then\", or \"else\"; make \"else\" a branch of its own")
            } else if isFirst {
                diagnostics.error(position, "\"choose\" begins with a branch that has an \"if\"")
            } else if !isLast {
                diagnostics.error(position, "\"else\" is the last branch; those after it are never reached")
            }
        } else if !branch.has("if") {
            diagnostics.error(position, "a branch needs \"if\" with its condition, or \"else\"")
        } else if !branch.has("then") {
            diagnostics.error(position, "a branch with \"if\" needs \"then\" with its steps")
        }
    }
}

extension Diagnostics {
    /// The nodes of a list of steps.
    func steps(_ key: String, of fields: Fields) -> [YAMLNode] {
        guard let node = fields[key] else { return [] }
        guard let list = node.list, !list.isEmpty else {
            error(node.position, "expected a list of steps, each with a \"-\", got \(node.summary)")
            return []
        }
        return list
    }
}
