package import Foundation

/// The texts of a workspace on disk; the only part of this module that touches files.
package enum WorkspaceFiles {
    package static let mostFiles = 10_000
    package static let largestTotal = 64 * 1_024 * 1_024
    /// What other systems export is larger than what people write.
    package static let largestCalendar = 1_024 * 1_024
    /// The folders, and how deep files lie in them.
    package static let folders = [
        ("channels", 1), ("journeys", 1), ("playbooks", 3), ("snippets", 1), ("notes", 1), ("calendars", 1),
        ("layouts", 1),
    ]

    /// Those that lie in the workspace itself.
    package static let single = ["keeptouch.yaml", "data.yaml", "brand.yaml"]

    /// Reads `keeptouch.yaml`, `data.yaml`, `brand.yaml` and what lies in `journeys/`, `playbooks/`, `snippets/`, `notes/`, `channels/`, `calendars/`
    /// and `layouts/`,
    /// by path relative to the folder.
    ///
    /// A file that is too large, not UTF-8, not readable, or a symbolic link that leads out of the folder is a
    /// diagnostic and left out.
    package static func read(_ folder: URL) -> (texts: [String: String], diagnostics: [Diagnostic]) {
        var folderReader = FolderReader(folder: folder.resolvingSymlinksInPath().standardizedFileURL)
        for file in single where folderReader.exists(file) { folderReader.read(file) }
        for (name, depth) in folders where folderReader.exists(name) {
            folderReader.walk(name, depth: depth)
        }
        return (folderReader.texts, folderReader.diagnostics.sorted())
    }
}

extension Workspace {
    /// Reads and checks the workspace in a folder.
    package static func read(_ folder: URL) -> (workspace: Workspace?, diagnostics: [Diagnostic]) {
        let (texts, complaints) = WorkspaceFiles.read(folder)
        let (workspace, diagnostics) = WorkspaceReader.read(texts)
        return (workspace, (complaints + diagnostics).sorted())
    }
}

private struct FolderReader {
    let folder: URL
    var texts: [String: String] = [:]
    var diagnostics: [Diagnostic] = []
    var total = 0

    init(folder: URL) {
        self.folder = folder
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    mutating func walk(_ path: String, depth: Int) {
        guard depth > 0, isInside(path) else { return }
        let url = folder.appending(path: path)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            complain(path, "the folder cannot be read")
            return
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            guard texts.count < WorkspaceFiles.mostFiles else {
                complain(path, "the workspace has more than 10,000 files; the rest is not read")
                return
            }
            let inner = "\(path)/\(name)"
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: folder.appending(path: inner).path, isDirectory: &isFolder)
            if isFolder.boolValue {
                walk(inner, depth: depth - 1)
            } else if [".yaml", ".yml", ".md"].contains(where: name.hasSuffix) {
                read(inner)
            } else if name.hasSuffix(".html"), path == "layouts" || path.hasPrefix("playbooks/") {
                read(inner)
            } else if path == "calendars", name.hasSuffix(".ics") {
                read(inner, atMost: WorkspaceFiles.largestCalendar)
            }
        }
    }

    mutating func read(_ path: String, atMost size: Int = YAMLFile.largestSize) {
        guard isInside(path) else { return }
        let url = folder.appending(path: path)
        // Pipes and devices would wait or never end.
        guard
            (try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)[.type])
                as? FileAttributeType == .typeRegular
        else { return complain(path, "it is not a regular file") }
        do {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            let data = try file.read(upToCount: size + 1) ?? Data()
            guard data.count <= size else { return complain(path, "the file is larger than \(size / 1_024) KiB") }
            total += data.count
            guard total <= WorkspaceFiles.largestTotal else {
                return complain(path, "the workspace is larger than 64 MiB; this file is not read")
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                let place = firstBadByte(data)
                diagnostics.append(
                    Diagnostic(
                        at: Position(file: path, line: place.line, column: place.column),
                        "the file is not UTF-8; save it as UTF-8"))
                return
            }
            texts[path] = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
        } catch {
            complain(path, "the file cannot be read: \(error.localizedDescription)")
        }
    }

    /// Whether the path, links followed, stays in the folder.
    private mutating func isInside(_ path: String) -> Bool {
        let target = folder.appending(path: path).resolvingSymlinksInPath().standardizedFileURL.path
        if target.hasPrefix(folder.path + "/") { return true }
        complain(path, "the link leads out of the workspace and is not followed")
        return false
    }

    private func firstBadByte(_ data: Data) -> (line: Int, column: Int) {
        var line = 1
        for (index, bytes) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            line = index + 1
            if String(validating: bytes, as: UTF8.self) == nil {
                let repaired = String(decoding: bytes, as: UTF8.self).unicodeScalars
                let good = repaired.prefix { $0 != "\u{FFFD}" }.count
                return (line, good + 1)
            }
        }
        return (line, 1)
    }

    private mutating func complain(_ path: String, _ message: String) {
        diagnostics.append(Diagnostic(at: Position(file: path), message))
    }
}
