import Playbooks
import Testing

/// docs/channels.md, whose files are one workspace.
struct ChannelsPageTests {
    private let page: Document

    init() throws {
        page = try Document("docs/channels.md")
    }

    @Test func theFilesAreAWorkspaceWithoutComplaints() throws {
        let files = Dictionary(page.blocks.compactMap { block in block.title.map { ($0, block.text) } }) { $1 }
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(diagnostics.map(\.description) == [])
        #expect(workspace?.channels.keys.sorted() == ["hooks", "intercom", "mail", "postmark", "receipts", "slack"])
        for block in page.blocks(of: "yaml") { #expect(block.title != nil, "line \(block.line)") }
    }

    @Test(arguments: ChannelPreset.names) func theTableSaysWhatAPresetSays(name: String) throws {
        let preset = try #require(ChannelPreset.named(name))
        let channel = try #require(preset.channel)
        let row = try #require(page.text.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") })
        let cells = row.split(separator: "|").map { $0.filter { $0 != " " && $0 != "`" } }
        func names(_ list: [String]) -> String { list.joined(separator: ",") }
        let needs = preset.needs.map(\.name)
        let secrets = (channel.secrets.filter { !$0.isOptional }.map(\.reference)).compactMap(Self.name)
        let lifetime = channel.idempotency.lifetime.map { $0 == .days(1) ? "24h" : "\($0)" } ?? "no"
        #expect(cells[1] == channel.kind.rawValue)
        #expect(Set(cells[2].split(separator: ",").map(String.init)) == Set(secrets))
        #expect(cells[3] == names(needs))
        #expect(
            Set(cells[4].split(separator: ",").map(String.init)) == Set(channel.vars.keys).subtracting(needs))
        #expect(cells[5] == lifetime)
        #expect(cells[6] == (channel.events?.key).flatMap { Self.name($0.reference) } ?? "")
    }

    private static func name(_ reference: Secret.Reference) -> String? {
        if case .environment(let name) = reference { name } else { nil }
    }

    @Test func everyAuthKindAndVerdictHasItsRow() {
        let kinds = ["none", "bearer", "basic", "header", "query", "body", "sigv4", "hmac"]
        let verdicts = Channel.ResponseClass.allCases.map(\.rawValue)
        for word in kinds + verdicts { #expect(page.text.contains("\n| `\(word)` |"), "\(word)") }
    }
}
