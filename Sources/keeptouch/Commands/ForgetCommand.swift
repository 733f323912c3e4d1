import ArgumentParser
import Playbooks
import Runner
import Storage

struct ForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Erase a person, or an account with all its people.",
        discussion: """
            The contact goes, and with it what touches, events and outcomes say of it; the rows stay, so that the books \
            balance. Of the address a keyed hash stays, so that it is not written to when it is imported again. The address \
            is looked for in the texts of all accounts, a name in those of the person's own accounts.
            """)

    @Argument(help: "An e-mail address, a telephone number, or a contact's key.")
    var person: String?

    @Option(help: "The account: all of it, or the one whose contact is meant.")
    var account: String?

    @Option(help: "Another text that is the person's wherever it stands, such as a full name; may be given again.")
    var also: [String] = []

    @Flag(help: "Only tell what would go.")
    var dryRun = false

    @Flag(help: "Also write the database file anew, without the space in which rows once stood; others wait meanwhile.")
    var compact = false

    @Flag(
        help:
            "The secret beside the database was lost for good, and there is a new one: erased addresses are known no more."
    )
    var newSecret = false

    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        if newSecret, person != nil || account != nil || dryRun {
            throw ValidationError("--new-secret stands alone")
        }
        if person == nil, account == nil, !compact && !newSecret || dryRun {
            throw ValidationError("name an e-mail address, a telephone number, a contact's key, or --account")
        }
        if let short = also.first(where: { $0.filter { !$0.isWhitespace }.count < 5 }) {
            throw ValidationError(
                "--also \"\(short)\" would be found in too many texts: give at least five letters, such as a full name")
        }
    }

    /// Undoes the transaction of a dry run and carries out what it counted.
    private struct DryRun: Error {
        var counts: Erasure.Counts
    }

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        if newSecret { return try takeNewSecret(store) }
        var isUnknown = false
        if let subject = subject(loaded.workspace.configuration.sms) {
            let now = try options.moment(store, zone: loaded.zone)
            let key = ErasureKey(secret: try SigningSecret.read(beside: store))
            do {
                let counts = try store.write { connection in
                    let counts = try Erasure(
                        connection, key: key, dataMap: loaded.workspace.dataMap, now: now
                    ).erase(subject, also: also)
                    if dryRun { throw DryRun(counts: counts) }
                    // Whom it was about is what must not be kept.
                    try Author.command.did("forget", "a person", connection)
                    return counts
                }
                tell(counts)
                isUnknown = isNothing(counts) && counts.newlySuppressed > 0
            } catch let end as DryRun {
                tell(end.counts)
                if isNothing(end.counts), end.counts.newlySuppressed > 0 { try failAsUnknown() }
                return
            }
        }
        if compact {
            try store.compact()
            Terminal.print("The database file is written anew.")
        }
        if try !store.emptyLog() {
            Terminal.complain(
                "another process reads the database, so its write-ahead log still holds what was erased; run the same "
                    + "command again later")
            throw ExitCode(1)
        }
        if isUnknown { try failAsUnknown() }
    }

    private func takeNewSecret(_ store: Store) throws {
        let key = ErasureKey(secret: try SigningSecret.read(beside: store))
        let lost = try store.write { connection in
            let lost = try key.replaceLost(connection)
            if lost != nil { try Author.command.did("forget", "the old secret", connection) }
            return lost
        }
        guard let lost else { throw CommandError("the secret is the one that it was; there is nothing to do") }
        Terminal.print(
            "\(Terminal.count(lost, "erased address is", "erased addresses are")) known no more when "
                + "\(lost == 1 ? "it comes" : "they come") again: see that no file that you import holds "
                + "\(lost == 1 ? "it" : "one").")
        Terminal.hint(
            "links in emails that were signed with the old secret have ended; keep the new one with the back-ups")
    }

    private func isNothing(_ counts: Erasure.Counts) -> Bool {
        counts.accounts + counts.contacts + counts.touches + counts.events + counts.outcomes + counts.texts
            + counts.waiting == 0
    }

    /// A person who asked to be forgotten and is not found may be here under another address.
    private func failAsUnknown() throws -> Never {
        let person = person ?? ""
        Terminal.complain(
            "nobody here has the address \(person), or ever had: look how it is spelled, or find the person by name with "
                + "keeptouch explain NAME; "
                + (dryRun
                    ? "nothing was changed"
                    : "it is kept as a keyed hash and not written to when it comes; when it was a slip, "
                        + "keeptouch unsuppress \(person) takes that back"))
        throw ExitCode(1)
    }

    private func subject(_ texts: TextMessaging?) -> Erasure.Subject? {
        guard let person else { return account.map { .account($0) } }
        if let address = EmailAddress.normalized(person), account == nil { return .address(address) }
        // Other digits may well be a key.
        if let number = PhoneNumber.normalized(person, in: texts?.country), account == nil, person.hasPrefix("+") {
            return .address(number)
        }
        return .contact(person, account: account)
    }

    private func tell(_ counts: Erasure.Counts) {
        if isNothing(counts) {
            Terminal.print("There is nothing of it in the database.")
        } else {
            let rows = [
                counts.accounts > 0 ? Terminal.count(counts.accounts, "account") : nil,
                Terminal.count(counts.contacts, "contact"),
            ].compactMap { $0 }.joined(separator: " and ")
            Terminal.print("\(dryRun ? "Would be erased" : "Erased"): \(rows).")
            let open =
                counts.cancelled > 0
                ? ", \(counts.cancelled) of them open and \(dryRun ? "to be" : "then") cancelled" : ""
            Terminal.print(
                "\(dryRun ? "Would be emptied" : "Emptied"), the rows stay: \(Terminal.count(counts.touches, "touch", "touches"))\(open); "
                    + "details of \(Terminal.count(counts.attempts, "attempt")); \(Terminal.count(counts.events, "event")); "
                    + "\(Terminal.count(counts.outcomes, "outcome")); \(Terminal.count(counts.texts, "other row")).")
        }
        if counts.waiting > 0 {
            Terminal.print(
                "\(dryRun ? "Would be deleted" : "Deleted"): "
                    + "\(Terminal.count(counts.waiting, "row")) that came in for nobody known.")
        }
        if counts.suppressed > 0 {
            let before = counts.suppressed - counts.newlySuppressed
            Terminal.print(
                "\(Terminal.count(counts.suppressed, "address", "addresses")) \(dryRun ? "would be " : "")suppressed as a keyed hash"
                    + (before > 0 ? ", \(before) since an earlier erasure." : "."))
        }
        guard !dryRun, !isNothing(counts) else { return }
        Terminal.hint(
            "not reached: files that were imported, *.rejected.csv, logs, back-ups, and what providers and teams have")
    }
}
