import Playbooks

extension Workspace {
    /// The workspace with only these playbooks, all of them live, without safety rules; every channel leads nowhere.
    func onTrial(_ playbooks: [Playbook]) -> Workspace {
        var trial = self
        trial.playbooks = playbooks.map { playbook in
            var live = playbook
            live.state = .live
            return live
        }
        trial.configuration.digests = []
        // A journey takes a look at every account; where nobody asks for a stage it may be left out.
        let asks = playbooks.flatMap(\.terms).contains { $0.reads.attributes.contains("stage") }
        if !asks { trial.journeys = [] }
        for index in trial.dataMap.reasons.indices { trial.dataMap.reasons[index].notify = nil }
        trial.configuration.safety = .none
        for kind in Channel.Kind.allCases where trial.configuration.channels[kind] == nil {
            trial.configuration.channels[kind] = "any \(kind.rawValue)"
        }
        trial.channels = [:]
        for (kind, name) in trial.configuration.channels { trial.channels[name] = .pretended(name, kind) }
        for step in playbooks.flatMap(\.programs).joined() {
            guard case .send(let send) = step.action, let name = send.channel else { continue }
            trial.channels[name] = .pretended(name, send.kind)
        }
        return trial
    }
}

extension Channel {
    fileprivate static func pretended(_ name: String, _ kind: Kind) -> Channel {
        Channel(name: name, kind: kind, url: "http://127.0.0.1/", position: Position(file: "channels/\(name).yaml"))
    }
}
