import Foundation
import Playbooks
import Runner
import Storage

/// What went wrong in a benchmark.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A workspace without errors, and its database.
struct BenchWorkspace {
    let folder: URL
    let workspace: Workspace
    let texts: [String: String]

    init(_ path: String) throws {
        folder = URL(fileURLWithPath: path, isDirectory: true)
        let (texts, complaints) = WorkspaceFiles.read(folder)
        let (workspace, diagnostics) = WorkspaceReader.read(texts)
        let errors = (complaints + diagnostics).filter { $0.severity == .error }
        guard errors.isEmpty, let workspace else {
            throw BenchError(errors.map { "\($0)" }.joined(separator: "\n"))
        }
        self.workspace = workspace
        self.texts = texts
    }

    func open(_ mode: Store.Mode) throws -> Store {
        let store = try Store(path: folder.appending(path: workspace.configuration.database).path, mode: mode)
        if mode == .readWrite { try AttributeColumns(workspace.dataMap).apply(to: store) }
        return store
    }

    func cycle(_ store: Store) -> Cycle {
        Cycle(
            workspace: workspace, pinned: PinnedVersions(texts: texts), store: store,
            processNow: Clocks.system.processNow)
    }
}

/// How long something took, in seconds.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
}

/// The processor time of this process so far, in seconds, which a busy machine does not lengthen as it does the clock's.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
