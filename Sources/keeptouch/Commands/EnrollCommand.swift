import ArgumentParser
import Decisions
import Playbooks
import Runner
import Storage

struct EnrollCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Enroll accounts in a playbook by hand; the next cycle decides about each.",
        discussion: """
            Verdicts, safety rules, caps and holdouts are those of every other match. Reports count them apart.
            """)

    @Argument(help: "Accounts, by key, name or an address.")
    var accounts: [String] = []

    @Option(help: "The playbook; it must be live.")
    var playbook: String

    @Option(help: "A CSV file with a column account, key or email.", completion: .file(extensions: ["csv"]))
    var file: String?

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        if accounts.isEmpty == (file == nil) { throw ValidationError("name accounts, or a file of them with --file") }
    }

    func run() throws {
        let loaded = try options.read()
        let playbook = try loaded.playbook(playbook)
        guard playbook.state == .live else {
            throw CommandError("\(playbook.name) is \(playbook.state.rawValue); only a live playbook takes anybody in")
        }
        if case .on(let event, _) = playbook.trigger {
            throw CommandError(
                "\(playbook.name) begins with the event \(event), which its messages may tell of; record it: keeptouch record ACCOUNT \(event)"
            )
        }
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        var wishes = try store.read { try named($0) }
        try store.read { connection in
            let context = try EvaluationContext(connection, workspace: loaded.workspace, now: now)
            for (term, what) in playbook.expected {
                let members = try Audience(connection, context, term, key: playbook.audienceKey)
                    .members(among: wishes.compactMap(\.id))
                for index in wishes.indices { wishes[index].refuse(outside: members, what) }
            }
        }
        for wish in wishes { if let complaint = wish.complaint { Terminal.complain(complaint) } }
        var seen: Set<Int64> = []
        let wanted = wishes.filter { $0.complaint == nil }.compactMap(\.id)
        let ids = wanted.filter { seen.insert($0).inserted }
        var (asked, known) = (0, 0)
        try store.writeInSlices(count: ids.count) { connection, range in
            let hand = ByHand(connection, now: now, zone: loaded.zone, by: .command)
            for id in ids[range] {
                if try hand.enroll(id, in: playbook.name) { asked += 1 } else { known += 1 }
            }
        }
        var before = known > 0 ? ", \(known) \(known == 1 ? "was" : "were") asked for before" : ""
        if wanted.count > ids.count { before += ", \(wanted.count - ids.count) named more than once" }
        Terminal.print(
            "\(Terminal.count(asked, "account")) to be enrolled in \(playbook.name)\(before); the next cycle decides.")
        Terminal.hint("what it will decide: keeptouch plan \(playbook.name) --who")
        if wanted.count < wishes.count { throw ExitCode(1) }
    }

    /// The accounts that are named, in their order, with what is wrong with each name.
    private func named(_ connection: Connection) throws -> [EnrollmentWish] {
        var wishes: [EnrollmentWish] = []
        guard let file else {
            for name in accounts { wishes.append(EnrollmentWish { try AccountStory.find(name, connection) }) }
            return wishes
        }
        try AccountFile.forEach(file) { row, line in
            let place = "\(file):\(row): error: "
            switch line {
            case .bad(let reason): wishes.append(EnrollmentWish(complaint: place + reason))
            case .name(let name):
                // Of a file, whose rows nobody has typed, a name will not do.
                wishes.append(
                    EnrollmentWish(place) {
                        guard let story = try AccountStory.find(keyOrAddress: name, connection) else {
                            throw StorageError("there is no account \"\(name)\", by key or address")
                        }
                        return story
                    })
            }
        }
        return wishes
    }
}

/// An account that somebody wants to enroll, or why that cannot be.
private struct EnrollmentWish {
    private let place: String
    private var key = ""
    private(set) var id: Int64?
    private(set) var complaint: String?

    init(complaint: String) {
        (place, self.complaint) = ("", complaint)
    }

    /// - Parameter place: where the name stands, before every complaint.
    init(_ place: String = "", _ find: () throws -> AccountStory) {
        self.place = place
        do {
            let story = try find()
            (key, id) = (story.key, story.accountID)
        } catch {
            complaint = "\(place)\(error)"
        }
    }

    /// - Parameter what: what all others do.
    mutating func refuse(outside members: Set<Int64>, _ what: String) {
        guard let id, complaint == nil, !members.contains(id) else { return }
        complaint = "\(place)\(key) \(what)"
    }
}

extension Playbook {
    /// What must hold of an account that it would not leave at once, and what is said of one of which it does not.
    fileprivate var expected: [(Term, String)] {
        var expected: [(Term, String)] = []
        if let audience = audience?.term {
            expected.append(
                (audience, "is not in the audience of \(name), which it would leave at once: \(audience.text)"))
        }
        if exits.contains(.noMatch), case .when(let condition) = trigger {
            expected.append(
                (condition, "does not match \(name), whose exit no_match would end it at once: \(condition.text)"))
        }
        return expected
    }
}
