import Foundation
import Playbooks
import Testing

/// Channels as a workspace has them: a few lines over a preset.
enum ChannelFixture {
    static let folder = Bundle.module.bundleURL.appending(path: "Providers")

    /// The channel of a file that says `channel: NAME` and these lines.
    static func channel(_ name: String, _ lines: String = "") throws -> Channel {
        let files = [
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n",
            "channels/\(name).yaml": "channel: \(name)\n\(lines)\n",
        ]
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(diagnostics.map(\.description) == [])
        return try #require(workspace?.channels[name])
    }
}
