import Basics
import Foundation
import Playbooks

/// The files beside `playbook.yaml` that a version needs to be read, as they were when it was first seen.
///
/// What runs by a version goes on when a message is renamed, or an attribute, a category or a channel is gone.
package struct VersionFiles: Sendable, Codable, Equatable {
    /// `data.yaml`, the journeys and the playbook's messages, by path.
    package var texts: [String: String]
    package var category: String
    /// The channels that its steps name, with their kinds.
    package var channels: [String: String]

    init(of playbook: Playbook, in workspace: Workspace, texts: [String: String]) {
        let folder =
            playbook.path.hasSuffix("/playbook.yaml") ? String(playbook.path.dropLast("playbook.yaml".count)) : ""
        self.texts = texts.filter { path, _ in
            path == "data.yaml" || path.hasPrefix("journeys/")
                || !folder.isEmpty && path.hasPrefix(folder) && Message.isFile(path)
        }
        category = playbook.category
        channels = [:]
        for step in playbook.programs.joined() {
            guard case .send(let send) = step.action, let name = send.channel else { continue }
            channels[name] = send.kind.rawValue
        }
    }

    init?(_ text: String?) {
        guard let text, let files = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = files
    }

    var text: String? { try? JSONText.encode(self) }

    /// What a reader takes as known although the files of today do not have it.
    var known: WorkspaceReader.Known {
        WorkspaceReader.Known(
            categories: [category],
            channels: channels.reduce(into: [:]) { channels, item in
                if let kind = Channel.Kind(rawValue: item.value) { channels[item.key] = kind }
            })
    }
}
