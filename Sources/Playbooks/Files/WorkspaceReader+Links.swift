private import Foundation

extension WorkspaceReader {
    /// Whether the links by which people leave lead anywhere.
    func checkLinks(_ workspace: Workspace) {
        for channel in workspace.channels.values where channel.track.links || channel.track.opens {
            guard workspace.configuration.baseURL == nil else { break }
            diagnostics.warning(
                channel.position,
                "the channel \"\(channel.name)\" tracks nothing without a \"base_url\" in keeptouch.yaml")
        }
        guard let text = workspace.configuration.baseURL else {
            let mailing = workspace.playbooks.filter { $0.state == .live && !$0.isService && $0.sendsEmail }
            guard let first = mailing.first else { return }
            diagnostics.warning(
                Position(file: "keeptouch.yaml"),
                "without a \"base_url\" the emails of \"\(first.name)\"\(mailing.count > 1 ? " and others" : "") have no "
                    + "unsubscribe link; give the address where keeptouch serve --port is reached from outside")
            return
        }
        // RFC 8058 asks for https: mail programs show no unsubscribe button otherwise.
        guard let url = URL(string: text), url.scheme == "http" else { return }
        guard !["localhost", "127.0.0.1", "::1", "[::1]"].contains(url.host() ?? "") else { return }
        diagnostics.warning(
            place(of: text, in: "keeptouch.yaml"),
            "the \"base_url\" is not https; mail programs want it for unsubscribing")
    }
}

extension Playbook {
    fileprivate var sendsEmail: Bool {
        programs.joined().contains { step in
            if case .send(let send) = step.action { send.kind == .email } else { false }
        }
    }
}
