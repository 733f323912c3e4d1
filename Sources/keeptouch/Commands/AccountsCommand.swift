import ArgumentParser
import Basics
import Decisions
import Measure
import Playbooks
import Runner
import Storage

struct AccountsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "The accounts behind a number: who, why and since when.",
        discussion: """
            All accounts, or those of which everything is true that is asked. What is asked of playbooks is as the last cycle left it.
            """)

    @Option(name: .customLong("where"), help: "A condition: mrr > 100 and drop(logins, 14d, 56d) > 40%.")
    var condition: String?

    @Option(help: "A segment of data.yaml.")
    var segment: String?

    @Option(name: .customLong("in"), help: "A playbook that they are in.")
    var inside: String?

    @Option(help: "With --in: the step that they stand at, such as wait_1.")
    var step: String?

    @Option(
        help:
            "With --in: \(Arm.allCases.map(\.rawValue).joined(separator: ", ")), \(AccountQuestion.heldOut); with --experiment an arm of its report."
    )
    var arm: String?

    @Option(
        help: "With --in: active (when left out), ended, goal (it was reached), open (it can be), left (since), or all."
    )
    var state: String?

    @Option(help: "With --in: who entered after the start of this day.")
    var enteredSince: String?

    @Option(name: .customLong("at-risk"), defaultAsFlag: "", help: "Those at risk, of a reason of data.yaml or of any.")
    var risk: String?

    @Option(help: "With --at-risk: who came to be after the start of this day.")
    var newSince: String?

    @Flag(help: "Those who are in their stage for longer than is expected.")
    var stuck = false

    @Option(help: "With --reached: who came to this journey in the year that its funnel counts.")
    var journey: String?

    @Option(help: "With --journey: and has reached this stage.")
    var reached: String?

    @Flag(help: "Those that are snoozed or excluded by hand.")
    var excluded = false

    @Option(help: "With --playbook: \(Verdict.allCases.map(\.rawValue).joined(separator: ", ")).")
    var verdict: String?

    @Option(help: "The playbook of --verdict.")
    var playbook: String?

    @OptionGroup(title: "Customers that came and went, as the attrition report counts them") var life: LifeOptions

    @OptionGroup(title: "Whom the report of an experiment counts") var trial: ExperimentOptions

    @Option(help: "At most so many.")
    var limit: Int?

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        if (journey == nil) != (reached == nil) { throw ValidationError("--journey and --reached belong together") }
    }

    func run() throws {
        let files = try options.read()
        let question = try question
        let store = try files.open(.readOnly)
        let now = try options.moment(store, zone: files.zone)
        try store.read { connection in
            let loaded = try files.withEarlierVersions(connection)
            let names = loaded.stepNames
            var choice = try question.choice(in: loaded.workspace)
            let context = try EvaluationContext(
                connection, workspace: loaded.workspace, now: now, asking: [choice.condition].compactMap(\.self))
            try question.narrow(&choice, in: loaded.workspace, connection, asOf: now)
            let list = try AccountList(connection, context, choice, stepName: names.name)
            try question.checkStep(in: loaded.workspace, list)
            let printing = AccountLines(output.format, loaded.zone, hasHealth: context.health != nil)
            let end = try list.forEach(limit: limit ?? .max) { try printing.add($0) }
            try printing.end()
            guard output.format == .table else { return }
            let more = end == .all ? "" : "; there are more"
            if printing.count > 0 { Terminal.hint("\(Terminal.count(printing.count, "account"))\(more)") }
            if let condition = choice.condition, let stale = context.staleness(of: [condition]) {
                Terminal.hint(stale)
            }
        }
    }

    private var question: AccountQuestion {
        get throws {
            var question = AccountQuestion()
            question.condition = condition
            question.segment = segment
            question.playbook = inside
            question.experiment = try trial.question(arm: arm, by: life.by, group: life.group)
            (question.step, question.arm, question.state) = (step, question.experiment == nil ? arm : nil, state)
            question.enteredSince = try enteredSince.map { try Day.option("--entered-since", $0) }
            question.newSince = try newSince.map { try Day.option("--new-since", $0) }
            question.risk = risk
            (question.isStuck, question.isExcluded) = (stuck, excluded)
            (question.verdict, question.judging) = (verdict, playbook)
            question.life = try life.question(beside: question.experiment)
            if let journey, let reached { question.journey = JourneyQuestion(journey: journey, reached: reached) }
            return question
        }
    }
}

/// Prints accounts as they come, so that a list of any length is begun at once.
private final class AccountLines {
    private let format: OutputFormat
    private let zone: Zone
    private let hasHealth: Bool
    private(set) var count = 0
    private var waiting: [AccountLine] = []
    private var widths: [Int] = []

    /// So many lines are looked at together, so that their columns stand below each other.
    private static let page = 500

    init(_ format: OutputFormat, _ zone: Zone, hasHealth: Bool) {
        (self.format, self.zone, self.hasHealth) = (format, zone, hasHealth)
    }

    func add(_ item: AccountList.Item) throws {
        count += 1
        waiting.append(AccountLine(item, hasHealth: hasHealth))
        if waiting.count == Self.page { flush() }
    }

    func end() throws {
        flush()
        switch format {
        case .table: if count == 0 { Terminal.print("No account is so.") }
        case .csv: if count == 0 { Terminal.print(Table(columns).csv) }
        case .json: Terminal.print(count == 0 ? "[]" : "]")
        }
    }

    private var columns: [(String, Table.Alignment)] {
        AccountLine.titles(hasHealth: hasHealth).map { ($0, $0 == "mrr" || $0 == "health" ? .right : .left) }
    }

    private func flush() {
        guard !waiting.isEmpty else { return }
        let isFirst = count == waiting.count
        if format == .json {
            let rows = waiting.map(\.json.encodedText).joined(separator: ",\n")
            Terminal.print((isFirst ? "[" : ",") + rows)
        } else {
            var table = Table(columns)
            table.rows = waiting.map { line in
                line.cells { format == .table ? $0.text(in: zone) : "\($0)" }
            }
            let text = format == .table ? table.text : table.csv
            Terminal.print(isFirst ? text : Self.withoutHead(text))
        }
        waiting = []
    }

    private static func withoutHead(_ text: String) -> String {
        guard let end = text.firstIndex(where: \.isNewline) else { return "" }
        return String(text[text.index(after: end)...])
    }
}
