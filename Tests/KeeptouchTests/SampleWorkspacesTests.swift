import Foundation
import Playbooks
import Testing

/// The folder of this repository.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    .standardized

private func texts(of folder: URL) throws -> [String: String] {
    var texts: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    where path.hasSuffix(".yaml") || path.hasSuffix(".md") {
        texts[path] = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }
    return texts
}

@Test(arguments: [("samples/acme", 19, 4), ("samples/cdnow", 1, 1)])
func aSampleWorkspaceHasNoComplaints(path: String, playbooks: Int, live: Int) throws {
    let (workspace, diagnostics) = WorkspaceReader.read(try texts(of: root.appendingPathComponent(path)))
    #expect(diagnostics.map(\.description) == [])
    #expect(workspace?.playbooks.count == playbooks)
    #expect(workspace?.playbooks.count { $0.state == .live } == live)
}

@Test(arguments: ["samples", "playbooks"])
func everyFileTellsEditorsItsSchema(folder: String) throws {
    let schemas = JSONSchema.allCases.map(\.fileName)
    for (path, text) in try texts(of: root.appendingPathComponent(folder)) where path.hasSuffix(".yaml") {
        let first = text.prefix { $0 != "\n" }
        #expect(first.hasPrefix("# yaml-language-server: $schema="), "\(path)")
        #expect(schemas.contains { first.hasSuffix(".schema/\($0)") }, "\(path)")
    }
}

/// The library's playbooks with the data map that serves them all.
private func library() throws -> Workspace {
    // The sample has a playbook of its own, with a snippet.
    var files = try texts(of: root.appendingPathComponent("samples/acme")).filter { path, _ in
        !path.hasPrefix("playbooks/") && !path.hasPrefix("snippets/")
    }
    let library = try texts(of: root.appendingPathComponent("playbooks"))
    for (path, text) in library where path != "README.md" { files["playbooks/\(path)"] = text }
    let (workspace, diagnostics) = WorkspaceReader.read(files)
    #expect(diagnostics.map(\.description) == [])
    return try #require(workspace)
}

@Test func theLibraryIsMadeOfDraftsThatCanBeMeasured() throws {
    let playbooks = try library().playbooks
    #expect(playbooks.count >= 16)
    for playbook in playbooks {
        #expect(playbook.state == .draft, "\(playbook.name)")
        #expect(playbook.goal != nil, "\(playbook.name)")
        #expect(playbook.isService || playbook.holdout > 0, "\(playbook.name)")
        #expect(playbook.isService || !playbook.guardrails.isEmpty, "\(playbook.name)")
        #expect(playbook.tests.count >= 2, "\(playbook.name)")
        #expect(playbook.source.contains("\n# Why: "), "\(playbook.name)")
    }
}

@Test func theLibraryCoversTheEightSignalsOfCustomerSuccess() throws {
    let workspace = try library()
    let reasons = Set(workspace.playbooks.compactMap(\.risk))
    let themes = Set(workspace.dataMap.reasons.filter { reasons.contains($0.name) }.compactMap(\.theme))
    let signals: Set = [
        "adoption", "support", "sentiment", "sponsor change", "implementation", "finance", "product", "renewal",
    ]
    #expect(themes == signals)
}

@Test func everyEmailOfTheLibraryHasASubjectAndNobodyIsPostedAboutOneByOne() throws {
    for playbook in try library().playbooks {
        for step in ([playbook.steps] + playbook.variants.compactMap(\.steps)).joined() {
            guard case .send(let send) = step.action else { continue }
            #expect(send.kind == .email || send.kind == .inApp, "\(playbook.name): \(step.id)")
            for path in send.message.values.flatMap({ playbook.messages(at: $0) }) {
                #expect(playbook.messages[path]?.subject?.isEmpty == false, "\(playbook.name)/\(path)")
            }
        }
    }
}

@Test func theTableOfTheLibraryNamesEachPlaybookWithItsSignal() throws {
    let workspace = try library()
    let table = try String(contentsOf: root.appendingPathComponent("playbooks/README.md"), encoding: .utf8)
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("| [") }
    #expect(rows.count == workspace.playbooks.count)
    for playbook in workspace.playbooks {
        let row = try #require(rows.first { $0.hasPrefix("| [\(playbook.name)](") }, "\(playbook.name)")
        let theme = workspace.dataMap.reasons.first { $0.name == playbook.risk }?.theme ?? "none: everybody"
        #expect(row.contains(" | \(theme) | "), "\(row)")
    }
}
