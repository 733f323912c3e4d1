import Playbooks
import Testing

/// docs/playbooks.md, whose files are one workspace.
struct PlaybooksPageTests {
    private let page: Document
    private let files: [String: String]

    init() throws {
        page = try Document("docs/playbooks.md")
        // The files of the tutorial are a workspace of their own, which ConsoleTests builds.
        let reference = page.blocks.filter { $0.options["part"] == nil }
        files = Dictionary(reference.compactMap { block in block.title.map { ($0, block.text) } }) { $1 }
    }

    private func workspace() throws -> Workspace {
        try #require(WorkspaceReader.read(files).workspace)
    }

    @Test func theFilesAreAWorkspaceWithoutComplaints() throws {
        #expect(WorkspaceReader.read(files).diagnostics.map(\.description) == [])
        #expect(try workspace().playbooks.count == 6)
        #expect(try workspace().channels.count == 4)
    }

    @Test func everyExampleOfAFileIsAWholeFile() {
        let titles = page.blocks.compactMap(\.title)
        #expect(Set(titles).count == titles.count)
        for block in page.blocks(of: "yaml") + page.blocks(of: "markdown") {
            #expect(block.title != nil, "line \(block.line) of \(page.name)")
        }
    }

    @Test func everyConditionIsWhatThePageSaysOfIt() throws {
        let workspace = try workspace()
        for block in page.blocks(of: "condition") {
            var scope = ConditionScope(
                dataMap: workspace.dataMap, segments: workspace.segments, playbooks: workspace.playbooks.map(\.name))
            scope.health = workspace.health
            if let name = block.options["on"] {
                let event: EventKind = try #require(workspace.dataMap.event(name))
                scope.triggeringEvent = event
            }
            if let name = block.options["entry"] {
                let playbook = try #require(workspace.playbook(name))
                scope.signals = playbook.signals
                scope.steps = playbook.steps.map(\.known)
                scope.allowsEntry = true
            }
            for (offset, line) in block.lines.enumerated() {
                let parts = line.split(separator: "# refused: ", maxSplits: 1)
                let text = String(parts[0]).trimmingTrailingSpaces()
                let place = Position(file: page.name, line: block.line + offset)
                let (_, diagnostics) = ConditionParser(scope).condition(
                    SourceText(name: "example", text: text, position: place))
                if parts.count == 2 {
                    #expect(diagnostics.contains { $0.message.contains(parts[1]) }, "\(place): \(line)")
                } else {
                    #expect(diagnostics.map(\.description) == [])
                }
            }
        }
    }

    @Test func everyKeyIsMentioned() throws {
        var tables = JSONSchema.allCases.map(\.table) + [.step, .send, .message]
        var keys: Set<String> = []
        while let table = tables.popLast() {
            for key in table.keys {
                keys.insert(key.name)
                tables += Self.tables(in: key.shape)
            }
        }
        let pages = try [page, Document("docs/channels.md"), Document("docs/email.md"), Document("docs/sms.md")]
        #expect(keys.filter { key in !pages.contains { $0.mentions(key) } }.sorted() == [])
    }

    private static func tables(in shape: KeyTable.Shape) -> [KeyTable] {
        switch shape {
        case .table(let table): [table]
        case .list(let inner), .mapping(let inner), .optional(let inner): tables(in: inner)
        case .either(let shapes): shapes.flatMap { tables(in: $0) }
        case .text, .form, .number, .integer, .boolean, .choice, .steps, .anything: []
        }
    }

    @Test func everyFunctionIsMentioned() {
        let families =
            MetricSignal.Function.allCases.map(\.rawValue) + EventSignal.Function.allCases.map(\.rawValue)
            + DateFunction.allCases.map(\.rawValue) + HistoryFunction.allCases.map(\.rawValue)
        let others = [
            "contacts", "in_stage", "time_in_stage", "stuck", "weak_point", "at_risk", "sent", "delivered", "opened",
            "clicked", "replied", "waited", "touched", "enrolled",
        ]
        #expect((families + others).filter { !page.mentions($0) } == [])
    }
}

extension String {
    func trimmingTrailingSpaces() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
