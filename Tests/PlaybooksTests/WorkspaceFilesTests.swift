import Foundation
import Playbooks
import Testing

struct WorkspaceFilesTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keeptouch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func write(_ text: some DataProtocol, _ path: String, in folder: URL) throws {
        let url = folder.appending(path: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text).write(to: url)
    }

    @Test func aWorkspaceIsReadFromItsFolder() throws {
        try withFolder { folder in
            for (path, text) in SampleWorkspace.files { try write(Data(text.utf8), path, in: folder) }
            try write(Data("x".utf8), "playbooks/win-back-usage/.lessons.md.swp", in: folder)
            try write(Data("x".utf8), "exports/big.yaml", in: folder)
            let (texts, complaints) = WorkspaceFiles.read(folder)
            #expect(complaints == [])
            #expect(texts == SampleWorkspace.files.filter { $0.key != "README.md" })
            let (workspace, diagnostics) = Workspace.read(folder)
            #expect(diagnostics == [])
            #expect(workspace?.playbooks.count == 1)
        }
    }

    @Test func aFolderThatIsNotThereSaysWhatToDo() throws {
        try withFolder { folder in
            let (workspace, diagnostics) = Workspace.read(folder.appending(path: "none"))
            #expect(workspace == nil)
            #expect(diagnostics.count == 1)
        }
    }

    @Test func badFilesAreToldAndLeftOut() throws {
        try withFolder { folder in
            try write(Data("workspace: a\ntimezone: UTC\n".utf8), "keeptouch.yaml", in: folder)
            try write([UInt8]("a: 1\nb: \u{E4}".utf8) + [0xFF, 0x0A], "data.yaml", in: folder)
            try write([UInt8](repeating: 35, count: 256 * 1_024 + 1), "channels/large.yaml", in: folder)
            try write(Data("x".utf8), "outside/secret.yaml", in: folder)
            let inner = folder.appending(path: "inner")
            try write(Data("\u{FEFF}workspace: a\ntimezone: UTC\n".utf8), "inner/keeptouch.yaml", in: folder)
            try write(Data("x".utf8), "inner/channels/here.yaml", in: folder)
            for (link, target) in [("leak", "../../outside/secret.yaml"), ("fine", "here.yaml"), ("lost", "no.yaml")] {
                try FileManager.default.createSymbolicLink(
                    atPath: inner.appending(path: "channels/\(link).yaml").path, withDestinationPath: target)
            }
            #expect(
                WorkspaceFiles.read(folder).diagnostics.map(\.description) == [
                    "channels/large.yaml:1:1: error: the file is larger than 256 KiB",
                    "data.yaml:2:5: error: the file is not UTF-8; save it as UTF-8",
                ])
            let (texts, complaints) = WorkspaceFiles.read(inner)
            #expect(texts.keys.sorted() == ["channels/fine.yaml", "channels/here.yaml", "keeptouch.yaml"])
            #expect(texts["keeptouch.yaml"]?.hasPrefix("workspace") == true)
            #expect(
                complaints.map(\.description) == [
                    "channels/leak.yaml:1:1: error: the link leads out of the workspace and is not followed",
                    "channels/lost.yaml:1:1: error: it is not a regular file",
                ])
        }
    }
}
