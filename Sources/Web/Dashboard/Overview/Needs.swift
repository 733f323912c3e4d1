import Basics
import Decisions
import Foundation
import Measure
import Playbooks
import Runner
import Storage

/// What needs a person, the most harmful first.
struct Needs {
    struct Item {
        /// The class of its chip and the word in it.
        var style: String
        var word: String
        /// What is the matter, and what happens meanwhile.
        var text: HTML
        var since: HTML?
        var acts: HTML
    }

    private(set) var items: [Item] = []
    private let ask: PageRequest

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        let query = StatusQuery(connection)
        let pauses = try query.pauses()
        try addPauses(pauses.filter { $0.scope == "all" }, query)
        try addStop(connection)
        try addPauses(pauses.filter { $0.scope.hasPrefix("channel:") }, query)
        try addChannels(query)
        try addTouches(.unknown, query)
        try addDropped(query)
        try addHolds(query, connection)
        try addPauses(pauses.filter { $0.scope.hasPrefix("playbook:") }, query)
        try addTouches(.held, query)
        try addStandstill(query)
        try addFeeds(query, connection)
        addFiles()
        try addExperiments(connection)
        try addRest(query, connection)
        addDisk()
    }

    private mutating func add(
        _ style: String, _ word: String, since: (text: String?, moment: Instant?) = (nil, nil),
        _ text: (inout HTML) -> Void, acts: (inout HTML) -> Void = { _ in }
    ) {
        var line: HTML?
        if since.text != nil || since.moment != nil {
            line = HTML { html in
                if let moment = since.moment {
                    html.text("since ")
                    html.add(ask.time(moment))
                }
                if let text = since.text { html.text((since.moment == nil ? "" : ", ") + text) }
            }
        }
        items.append(Item(style: style, word: word, text: HTML(text), since: line, acts: HTML(acts)))
    }

    private mutating func addPauses(
        _ pauses: [(scope: String, reason: String, at: Instant)], _ query: StatusQuery
    ) throws {
        let ask = ask
        for pause in pauses {
            let isDoubtful = try pause.scope == "all" && query.isDoubtful()
            let isClock = Wakefulness.isClock(pause.reason)
            let word = pause.scope == "all" ? "Paused" : pause.scope.hasPrefix("channel:") ? "Channel" : "Paused"
            add("paused", word, since: (nil, pause.at)) { html in
                switch pause.scope.split(separator: ":", maxSplits: 1).map(String.init) {
                case let parts where parts.count == 2 && parts[0] == "playbook":
                    html.link(parts[1], ask.playbookLink(parts[1]))
                case let parts where parts.count == 2:
                    html.link(parts[1], ask.link("/channels/" + DashboardAddress.part(parts[1])))
                default: html.text("Everything")
                }
                html.text(" is paused: \(pause.reason)")
                if isDoubtful {
                    html.text(". Say what the database is, on the machine: ")
                    html.add("code", text: "keeptouch resume all --as restored|copy|moved")
                } else if isClock {
                    html.text(". Look at the clock, on the machine: ")
                    html.add("code", text: "keeptouch clock")
                }
            } acts: { html in
                guard !isDoubtful, !isClock else { return }
                if ask.visitor.role >= .operator {
                    html.add(
                        "a", ["class": "button", "href": ask.link("/resume", ["scope": pause.scope])], text: "Resume…")
                }
            }
        }
    }

    private mutating func addStop(_ connection: Connection) throws {
        let pulse = try Pulse(ask, connection)
        if !pulse.isRunning {
            add("broken", "Stopped", since: (nil, pulse.seenAt)) { html in
                html.text(
                    pulse.seenAt == nil
                        ? "No runner has ever worked on this database; nothing is planned or sent. "
                        : "The runner has not written for more than 5 minutes; nothing is planned or sent unless keeptouch run comes by. "
                )
                html.add("code", text: "keeptouch serve")
            }
        }
    }

    private mutating func addChannels(_ query: StatusQuery) throws {
        let ask = ask
        for (channel, state, since) in try query.channelStates() {
            add("broken", "Channel", since: (nil, since)) { html in
                html.link(channel, ask.link("/channels/" + DashboardAddress.part(channel)))
                html.text(" is \(state.kind.rawValue): \(state.reason). What it carries waits.")
            } acts: { html in
                html.add(
                    "a", ["class": "button", "href": ask.link("/channels/" + DashboardAddress.part(channel))],
                    text: "See the channel")
            }
        }
    }

    private mutating func addTouches(_ state: TouchState, _ query: StatusQuery) throws {
        let stuck = try query.stuck()
        let count = state == .unknown ? stuck.unknown : stuck.held
        guard count > 0 else { return }
        let ask = ask
        let link = ask.link("/touches", ["state": state.rawValue])
        let places = try query.stuck(state)
        add("held", state == .unknown ? "Unknown" : "Held", since: (nil, places.compactMap(\.since).min())) { html in
            html.link(count.of("touch", "touches"), link)
            for (index, place) in places.prefix(3).enumerated() {
                html.text(index == 0 ? " of " : ", ")
                html.link(
                    place.playbook, ask.link("/touches", ["state": state.rawValue, "playbook": place.playbook]))
            }
            if places.count > 3 { html.text(" and \((places.count - 3).of("other"))") }
            html.text(
                state == .unknown
                    ? " may or may not have arrived. They wait for your word and are never repeated by themselves."
                    : " cannot be rendered or lack a value. They go on when the cause is mended, until they expire.")
        } acts: { html in
            html.add("a", ["class": "button", "href": link], text: state == .unknown ? "Settle…" : "See them")
        }
    }

    /// Events that began a playbook, such as requests to cancel, and that nobody answered and nobody will.
    private mutating func addDropped(_ query: StatusQuery) throws {
        let ask = ask
        let events = ask.workspace.playbooks.filter { $0.state == .live }.compactMap { playbook -> String? in
            guard case .on(let event, _) = playbook.trigger else { return nil }
            return event
        }
        for item in try query.droppedEvents(of: Set(events), since: ask.now - .days(7)) {
            add("broken", "Dropped", since: (nil, item.since)) { html in
                html.text("\(item.count.grouped) × \(item.event) of ")
                html.link(item.playbook, ask.playbookLink(item.playbook))
                html.text(" got no answer and will get none: \(item.reason.ended) One by one: ")
                html.add("code", text: "keeptouch status --dropped")
            } acts: { html in
                html.add(
                    "a",
                    [
                        "class": "button",
                        "href": ask.link("/accounts", ["verdict": item.verdict.rawValue, "playbook": item.playbook]),
                    ], text: "See the accounts")
            }
        }
    }

    private mutating func addHolds(_ query: StatusQuery, _ connection: Connection) throws {
        let ask = ask
        for (name, since, reason) in try query.held(now: ask.now) {
            let forecast = try ReleaseForecast(name, connection)
            add("held", "Held", since: (nil, since)) { html in
                html.link(name, ask.playbookLink(name))
                html.text(": \(reason.withoutCommands). ")
                if let forecast { html.add(forecast.html(ask)) }
            } acts: { html in
                html.add(
                    "a", ["class": "button go", "href": ask.playbookLink(name, "/whom")], text: "Look at them")
                if ask.visitor.role >= .operator {
                    html.add("a", ["class": "button", "href": ask.playbookLink(name, "/release")], text: "Release…")
                }
            }
        }
    }

    private mutating func addStandstill(_ query: StatusQuery) throws {
        for sentence in try query.standingStill() { add("held", "Stands still") { $0.text(sentence) } }
    }

    private mutating func addFeeds(_ query: StatusQuery, _ connection: Connection) throws {
        let ask = ask
        // A feed that is late is one matter, however many playbooks wait for it.
        let waiting = Dictionary(grouping: try query.waiting(), by: \.reason).sorted { $0.key < $1.key }
        for (reason, items) in waiting {
            add("late", "Late feed") { html in
                html.text("\(reason.ended) ")
                for (index, item) in items.prefix(5).enumerated() {
                    if index > 0 { html.text(", ") }
                    html.link(item.playbook, ask.playbookLink(item.playbook))
                }
                if items.count > 5 { html.text(" and \((items.count - 5).of("other"))") }
                html.text(" \(items.count == 1 ? "waits" : "wait"); nothing goes wrong meanwhile.")
            } acts: { html in
                html.add("a", ["class": "button", "href": ask.link("/feeds")], text: "See the feed")
            }
        }
        let states = try SourceRecords(connection).all()
        for (name, state) in states.sorted(by: { $0.key < $1.key }) {
            guard let error = state.error else { continue }
            add("late", "Source", since: (nil, state.pulledAt)) { html in
                html.text("\(name) failed: \(error). It is tried again.")
            } acts: { html in
                html.add("a", ["class": "button", "href": ask.link("/feeds")], text: "See the feed")
            }
        }
    }

    private mutating func addFiles() {
        let ask = ask
        var seen: Set<String> = []
        for complaint in ask.edition.complaints where seen.insert(complaint.position.file).inserted {
            let count = ask.edition.complaints.count { $0.position.file == complaint.position.file }
            add("broken", "File") { html in
                html.link(
                    "\(complaint.position)", ask.link("/files", ["file": complaint.position.file]))
                html.text(": \(complaint.message.ended) ")
                if count > 1 { html.text("It has \((count - 1).of("other complaint")). ") }
                html.text(
                    ask.edition.kept.isEmpty ? "The rest works on." : "The older version goes on.")
            } acts: { html in
                html.add(
                    "a", ["class": "button", "href": ask.link("/files", ["file": complaint.position.file])],
                    text: "See the file")
            }
        }
    }

    /// Experiments whose verdict nobody has acted on yet, and those whose figures cannot be trusted.
    private mutating func addExperiments(_ connection: Connection) throws {
        let ask = ask
        for playbook in ask.workspace.playbooks where playbook.state == .live {
            guard let headline = try ask.headlines.headline(of: .experiment(playbook.name), connection),
                VerdictWords(headline).isToBeActedOn
            else { continue }
            let link = ask.link("/experiments/" + DashboardAddress.part(playbook.name))
            add("late", "Verdict", since: (nil, headline.asOf)) { html in
                html.link(playbook.name, link)
                html.text(": \(headline.sentence)")
            } acts: { html in
                html.add("a", ["class": "button", "href": link], text: "See the experiment")
            }
        }
    }

    private mutating func addRest(_ query: StatusQuery, _ connection: Connection) throws {
        let ask = ask
        for digest in try Digests(connection).troubled() {
            add("late", "Digest", since: (nil, digest.at)) { html in
                html.text("The digest for \(digest.channel) is \(digest.state.rawValue): \(digest.error)")
            }
        }
        for missed in try query.missed() where ask.now - missed.at.at < .days(7) {
            add("late", "Missed") { html in
                html.link(missed.playbook, ask.playbookLink(missed.playbook))
                html.text(
                    ": the occurrence of \(missed.at.text(in: ask.workspace.configuration.zone)) was missed"
                        + "\(missed.reason.map { ": \($0)" } ?? "").")
            }
        }
        if let unmatched = try Webhooks(connection).unmatched() {
            add("late", "Webhooks", since: (nil, unmatched.at)) { html in
                html.text(
                    "\(unmatched.count.of("webhook")) led to nothing; the last, from \(unmatched.source): \(unmatched.reason)"
                )
            }
        }
        let waiting = try query.waitingRows()
        if waiting > 0 {
            add("late", "Rows") { html in
                html.text("\(waiting.of("row waits", "rows wait")) for an account that nobody has told of yet.")
            } acts: { html in
                html.add("a", ["class": "button", "href": ask.link("/feeds")], text: "See the feeds")
            }
        }
    }

    private mutating func addDisk() {
        let path = ask.workspace.configuration.database
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard
            let free = (try? FileManager.default.attributesOfFileSystem(forPath: folder))?[.systemFreeSize] as? Int64,
            free < 1 << 30
        else { return }
        add("broken", "Disk") { $0.text("Less than 1 GB is free (\(free >> 20) MB); a full disk stops all sending.") }
    }

    /// The list of the overview.
    func draw(in html: inout HTML) {
        html.panel(
            "Needs you", id: "needs",
            note: items.isEmpty ? nil : "\(items.count.grouped), the most harmful first", isLive: true
        ) { html in
            if items.isEmpty { return html.nothing("Nothing needs you", "It goes on by itself.") }
            html.add("ul", ["class": "needs"]) { html in
                for item in items {
                    html.add("li") { html in
                        html.add("div") { $0.state(item.style, item.word) }
                        html.add("div") { html in
                            html.add("p") { $0.add(item.text) }
                            if let since = item.since { html.add("p") { $0.add(since) } }
                        }
                        html.add("div", ["class": "acts"]) { $0.add(item.acts) }
                    }
                }
            }
        }
    }
}
