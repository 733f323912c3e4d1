import ArgumentParser
import Decisions
import Playbooks
import Runner
import Storage

struct UnenrollCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unenroll", abstract: "End what runs of a playbook for accounts; open touches are cancelled.")

    @Argument(help: "Accounts, by key, name or an address.")
    var accounts: [String]

    @Option(help: "The playbook.")
    var playbook: String

    @Option(help: "Why; the account's story tells it.")
    var reason = "unenrolled"

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        _ = try loaded.playbook(playbook)
        try options.change(accounts, loaded) { story, hand, _ in
            try hand.unenroll(story.accountID, from: playbook, because: reason)
                ? "\(story.key) is out of \(playbook)." : "\(story.key) was not in \(playbook)."
        }
    }
}

struct SnoozeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snooze", abstract: "Leave an account alone for a while; what runs goes on afterwards.",
        discussion: "Messages of the category service go out all the same.")

    @Argument(help: "The account, by key, name or an address.")
    var account: String

    @Argument(help: "For how long, or until when: 14d, 2026-04-01.")
    var time: String

    @Option(help: "Only this playbook.")
    var playbook: String?

    @Option(help: "Why; the account's story tells it.")
    var reason = "no reason was given"

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        if let playbook { _ = try loaded.playbook(playbook) }
        try options.change([account], loaded) { story, hand, now in
            let until = try WorkspaceOptions.end(time, after: now, in: loaded.zone)
            let exclusion = Exclusion(.snoozed, playbook: playbook, until: until, reason: reason)
            _ = try hand.exclude(story.accountID, exclusion, playbooks: loaded.workspace.playbooks)
            return
                "\(story.key) is \(exclusion.sentence(in: loaded.zone))\(try rest(beside: exclusion, story, now, loaded))."
        }
        Terminal.hint("end it before with: keeptouch include \(account)")
    }
}

struct ExcludeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude", abstract: "Leave accounts alone, for good or until a date; what runs ends.",
        discussion: "Messages of the category service go out all the same.")

    @Argument(help: "Accounts, by key, name or an address.")
    var accounts: [String]

    @Option(help: "Only this playbook.")
    var playbook: String?

    @Option(help: "The end: 2026-04-01, 90d.")
    var until: String?

    @Option(help: "Why; the account's story tells it.")
    var reason: String

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        if let playbook { _ = try loaded.playbook(playbook) }
        try options.change(accounts, loaded) { story, hand, now in
            let exclusion = Exclusion(
                .excluded, playbook: playbook,
                until: try until.map { try WorkspaceOptions.end($0, after: now, in: loaded.zone) }, reason: reason)
            let ended = try hand.exclude(story.accountID, exclusion, playbooks: loaded.workspace.playbooks)
            let ends = ended == 0 ? "" : "; \(Terminal.count(ended, "enrollment")) ended"
            return "\(story.key) is \(exclusion.sentence(in: loaded.zone))\(ends)"
                + "\(try rest(beside: exclusion, story, now, loaded))."
        }
    }
}

struct IncludeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "include", abstract: "End snoozing and exclusions of accounts.")

    @Argument(help: "Accounts, by key, name or an address.")
    var accounts: [String]

    @Option(help: "Only what was said for this playbook.")
    var playbook: String?

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        try options.change(accounts, loaded) { story, hand, _ in
            let inclusion = try hand.include(story.accountID, playbook: playbook)
            guard let playbook, let longest = inclusion.holding.longest else {
                return inclusion.ended > 0
                    ? "\(story.key) takes part again." : "\(story.key) was neither snoozed nor excluded."
            }
            return (inclusion.ended > 0 ? "What was said of \(story.key) for \(playbook) alone has ended; " : "")
                + "\(story.key) is left alone by all playbooks, and not by \(playbook) alone: "
                + "\(longest.sentence(in: loaded.zone)); end that with: keeptouch include \(story.key)"
        }
    }
}

/// What holds longer than what was said just now, as the end of its sentence.
private func rest(
    beside exclusion: Exclusion, _ story: AccountStory, _ now: Instant, _ loaded: LoadedWorkspace
) throws -> String {
    let holding = try story.exclusions(at: now).filter { $0.playbook == nil || $0.playbook == exclusion.playbook }
    guard let longest = holding.longest, longest != exclusion else { return "" }
    let whose = longest.playbook == exclusion.playbook ? "" : "for all playbooks "
    return ", and \(whose)\(longest.sentence(in: loaded.zone))"
}

struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Let nobody enter a playbook until a date; what runs goes on.",
        discussion: "keeptouch hold win-back until 2026-12-27. release ends it before; pause stops what runs, too.")

    @Argument(help: "The playbook.")
    var playbook: String

    @Argument(help: ArgumentHelp("The end: 2026-12-27, or 14d.", valueName: "until DATE"))
    var words: [String]

    @Option(help: "Why; status shows it.")
    var reason = "no reason was given"

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        guard words.count == 2, words[0] == "until" else {
            throw ValidationError("say until when: keeptouch hold \(playbook) until 2026-12-27")
        }
    }

    func run() throws {
        let loaded = try options.read()
        _ = try loaded.playbook(playbook)
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        let until = try WorkspaceOptions.end(words[1], after: now, in: loaded.zone)
        try store.write {
            try ByHand($0, now: now, zone: loaded.zone, by: .command).hold(playbook, until: until, because: reason)
        }
        Terminal.print("\(playbook) takes nobody in until \(until.text(in: loaded.zone)) \(loaded.zone.name).")
        Terminal.hint("end it before with: keeptouch release \(playbook)")
    }
}

extension WorkspaceOptions {
    /// Does something with each account that is named; those that are not there are told, and do not keep the others.
    fileprivate func change(
        _ names: [String], _ loaded: LoadedWorkspace, _ body: (AccountStory, ByHand, Instant) throws -> String
    ) throws {
        let store = try loaded.open(.readWrite)
        let now = try moment(store, zone: loaded.zone)
        var complaints: [String] = []
        for name in names {
            do {
                let line = try store.write { connection in
                    try body(
                        try AccountStory.find(name, connection),
                        ByHand(connection, now: now, zone: loaded.zone, by: .command), now)
                }
                Terminal.print(line)
            } catch let error as StorageError {
                complaints.append("\(error)")
            }
        }
        if !complaints.isEmpty { throw CommandError(complaints.joined(separator: "\n")) }
    }

    /// The moment that ends something: a span from now, or a date, which begins with its first moment.
    fileprivate static func end(_ text: String, after now: Instant, in zone: Zone) throws -> Instant {
        let end: Instant
        if case .success(let span) = TimeSpan.parse(text) {
            end = now + span
        } else if case .success(let day) = Day.parse(text) {
            end = zone.start(of: day)
        } else if case .success(let instant) = Instant.parse(text, in: zone) {
            end = instant
        } else {
            throw ValidationError("\"\(text)\" is neither a span such as 14d nor a date such as 2026-04-01")
        }
        guard end > now else { throw ValidationError("\(text) is over; name a moment after \(now.text(in: zone))") }
        return end
    }
}
