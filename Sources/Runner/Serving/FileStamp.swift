import Foundation
import Playbooks

/// Names, sizes and moments of change of a workspace's files: another stamp means that there is something to read.
struct FileStamp: Equatable {
    private var files: [String: [Int64]] = [:]

    init(of folder: URL) {
        for name in WorkspaceFiles.single { look(at: folder.path + "/" + name, depth: 0) }
        for (name, depth) in WorkspaceFiles.folders {
            look(at: folder.path + "/" + name, depth: depth)
        }
    }

    private mutating func look(at path: String, depth: Int) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            guard depth > 0 else { return }
            files[path] = []
            for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where !name.hasPrefix(".") {
                look(at: path + "/" + name, depth: depth - 1)
            }
        } else {
            #if canImport(Darwin)
                let changed = (status.st_mtimespec, status.st_ctimespec)
            #else
                let changed = (status.st_mtim, status.st_ctim)
            #endif
            files[path] = [
                Int64(status.st_size), Int64(changed.0.tv_sec), Int64(changed.0.tv_nsec), Int64(changed.1.tv_sec),
                Int64(changed.1.tv_nsec),
            ]
        }
    }
}
