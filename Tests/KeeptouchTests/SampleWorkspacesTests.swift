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

@Test(arguments: [("samples/acme", 4), ("samples/cdnow", 1)])
func aSampleWorkspaceHasNoComplaints(path: String, playbooks: Int) throws {
    let (workspace, diagnostics) = WorkspaceReader.read(try texts(of: root.appendingPathComponent(path)))
    #expect(diagnostics.map(\.description) == [])
    #expect(workspace?.playbooks.count == playbooks)
    #expect(workspace?.playbooks.allSatisfy { $0.state == .live } == true)
}

@Test func theLibraryIsMadeOfDrafts() throws {
    var files = try texts(of: root.appendingPathComponent("samples/acme"))
    let library = try texts(of: root.appendingPathComponent("playbooks"))
    for (path, text) in library { files["playbooks/\(path)"] = text }
    let workspace = try #require(WorkspaceReader.read(files).workspace)
    #expect(workspace.playbooks.allSatisfy { $0.state == .draft && $0.goal != nil && $0.holdout > 0 })
}
