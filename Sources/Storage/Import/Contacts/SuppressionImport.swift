import Playbooks

/// Lists of addresses that an email tool does not write to, whoever has them: each is suppressed for the tool's own reason.
///
/// Only what a list says for the first time, or with a later moment, suppresses: who is written to again by a wish or by
/// hand stays so, though the list comes every night.
final class SuppressionImport: ImportTarget {
    let wanted: [WantedColumn]
    var staged: Int { rows.count }
    private(set) var tally = ImportTally()
    private(set) var leftOut: [Rejection] = []

    private let store: Store
    private let connection: Connection
    private let context: ImportContext
    private let moment: CellReader
    private let reasonWords: MappedWords?
    private var rows: [ListedSuppression] = []
    private var pace = Store.freshPace
    private var emailPlace = 0
    /// What says why: the column that is meant, then others, such as the status code beside the server's answer.
    private var reasonPlaces: [Int] = []
    private var atPlace: Int?
    /// Columns that say of each row whether messages are wanted: `unsubscribed`, `opted_in`.
    private var wishPlaces: [(place: Int, isOptIn: Bool)] = []
    private var willing = 0
    private var whole = SuppressionReason.unsubscribed
    private var isWholeKnown = false
    /// Words that are no reason, and how many rows have one.
    private var unknown = KeyExamples()
    private var counts: [SuppressionReason: Int] = [:]

    static let emailNames =
        AccountNames.addressSynonyms + ["address", "recipient", "emailaddress", "email_address", "to", "subscriber"]
    static let reasonNames = [
        "suppression_reason", "suppressionreason", "reason", "suppression_type", "bounce_type", "bounce_category",
        "blocked_reason", "unsubscribe_reason", "unsub_reason", "opt_out_reason", "type", "category", "source", "event",
        "status", "code", "grund", "motif", "motivo", "reden",
    ]
    static let momentNames = [
        "created", "created_at", "createdat", "unsub_time", "clean_time", "suppressed_at", "suppressed_on",
        "suppression_date",
        "unsubscribed_at", "unsubscribed_on", "unsubscribe_date", "unsubscribe_time", "opt_out_date", "opted_out_at",
        "opted_out_on", "blocked_on", "blocklisted_at", "bounced_at", "bounce_time", "hard_bounced_at",
        "last_update_time", "lastupdatetime", "date", "timestamp", "time",
    ]

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) {
        self.store = store
        self.connection = connection
        self.context = context
        wanted = [("email", Self.emailNames), ("reason", Self.reasonNames), ("at", Self.momentNames)].map {
            var column = WantedColumn($0, column: context.form(of: $0).column, synonyms: $1)
            column.takesAll = $0 == "reason"
            return column
        }
        moment = CellReader(Attribute("at", .instant), context)
        reasonWords = MappedWords(context.form(of: "reason").map)
    }

    func begin(_ map: ColumnMap) throws {
        guard !map.header.contains(where: { EmailAddress.normalized($0) != nil }) else {
            throw ImportError(
                "\(map.source):1: holds an address where the names of columns belong; put a line above it: \(map.header.count == 1 ? "email" : "email,reason")"
            )
        }
        if let place = map.place(of: "email") ?? Self.addressPlace(map.header) {
            emailPlace = place
        } else {
            try map.require("email")
        }
        reasonPlaces = map.allPlaces(of: "reason").filter { $0 != emailPlace && $0 != map.place(of: "at") }
        atPlace = map.place(of: "at")
        wishPlaces = map.header.indices.filter { $0 != emailPlace }.compactMap { place in
            let name = ColumnMap.simplified(map.header[place])
            if WishWord.reasonNames.contains(name) { return nil }
            if WishWord.optOutNames.contains(name) { return (place, false) }
            return WishWord.optInNames.contains(name) ? (place, true) : nil
        }
        let file = map.source.split(separator: "/").last ?? ""
        let title = ColumnMap.simplified(file.split(separator: ".").dropLast().joined(separator: "_"))
        let named =
            context.options.map?.reason ?? SuppressionWord.reason(ofTitle: title)
            ?? map.header.lazy.compactMap { SuppressionWord.reason(ofColumn: ColumnMap.simplified($0)) }.first
        isWholeKnown = named != nil
        whole = named ?? .unsubscribed
    }

    /// The only column whose name speaks of addresses of mail, in whatever language.
    private static func addressPlace(_ header: [String]) -> Int? {
        let words = [
            "mail", "courriel", "correo", "correio", "posta_elettronica", "e_post", "epost", "posti", "адрес", "почт",
        ]
        let places = header.indices.filter { place in
            let name = ColumnMap.simplified(header[place])
            return words.contains { name.contains($0) } && !WishWord.optOutNames.contains(name)
                && !["status", "type", "date", "reason", "count", "domain"].contains { name.contains($0) }
        }
        return places.count == 1 ? places[0] : nil
    }

    func stage(_ record: Record) throws {
        if !leftOut.isEmpty { leftOut.removeAll() }
        let cell = record.cells[emailPlace].trimmed
        if cell.isEmpty { throw Rejection(.missing, "email", "is empty") }
        let text = cell.string
        guard
            let address = EmailAddress.normalized(text)
                ?? Mailbox(text).flatMap({ EmailAddress.normalized($0.address) })
        else { throw Rejection(.value, "email", "\(cell.excerpt) is not an address", value: text) }
        if isWilling(record) {
            willing += 1
            return
        }
        var at: Instant?
        if let atPlace {
            do {
                if case .integer(let said) = try moment.scalar(record.cells[atPlace].trimmed), said <= context.latest {
                    at = Instant(milliseconds: said)
                }
            } catch let rejection as Rejection {
                leftOut.append(rejection)
            }
        }
        let reason = try reason(of: record)
        counts[reason, default: 0] += 1
        rows.append(ListedSuppression(address: address, reason: reason, at: at))
    }

    /// Whether the row says that messages are wanted, and nothing against the address.
    private func isWilling(_ record: Record) -> Bool {
        let said = wishPlaces.compactMap { WishWord.isOut(said: record.cells[$0.place].trimmed, isOptIn: $0.isOptIn) }
        if said.contains(true) { return false }
        let reasons = reasonPlaces.map { record.cells[$0].trimmed }.filter { !$0.isEmpty }
        if reasons.contains(where: { SuppressionWord.isWilling($0.string) }) { return true }
        return said.contains(false)
            && !reasons.contains { SuppressionWord.reason($0.string).map { $0 != .nothing } ?? false }
    }

    /// What the row says, else what the file does; that of all of a file of blocks holds whatever a server answered.
    private func reason(of record: Record) throws -> SuppressionReason {
        let cells = reasonPlaces.map { record.cells[$0].trimmed }.filter {
            !$0.isEmpty && !Placeholder.isOne($0.string)
        }
        guard let cell = cells.first else { return whole }
        if let mapped = reasonWords?.value(of: cell) {
            guard let reason = SuppressionReason(rawValue: mapped.string) else {
                let known = SuppressionReason.allCases.map(\.rawValue).joined(separator: ", ")
                throw Rejection(.value, "reason", "\(mapped.excerpt) is none of \(known)", value: cell.string)
            }
            return reason
        }
        if whole == .nothing { return whole }
        let words = cells.map(\.string)
        if let ofCode = words.lazy.compactMap({ SuppressionWord.reason(ofCode: $0) }).first { return ofCode }
        if let reason = words.lazy.compactMap({ SuppressionWord.reason($0) }).first { return reason }
        if !isWholeKnown { unknown.add(cell.string) }
        return whole
    }

    var isFull: Bool { rows.count >= 50_000 }

    func apply() throws {
        let writer = try ListedSuppressions(connection, now: context.now)
        try store.writeInSlices(
            on: connection, count: rows.count, at: &pace, checkpointAfter: Store.importCheckpointPages
        ) { _, slice in
            var slices = ImportTally()
            for row in rows[slice] where row.reason != .nothing {
                if try writer.take(row) { slices.inserted += 1 } else { slices.unchanged += 1 }
            }
            tally.add(slices)
        }
        rows.removeAll()
    }

    func finish(_ report: inout ImportReport) throws {
        let told = [
            (SuppressionReason.unsubscribed, "unsubscribed"), (.hardBounce, "hard bounces"), (.complaint, "complaints"),
        ]
        .compactMap { reason, words in counts[reason].map { "\($0) \(words)" } }
        if told.count > 1 || counts[.nothing] != nil {
            let harmless = counts[.nothing].map {
                "\($0) of blocks, full mailboxes and soft bounces, which say nothing against an address"
            }
            tally.warnings.append((told + [harmless].compactMap { $0 }).joined(separator: ", "))
        }
        if willing > 0 {
            tally.warnings.append(
                "\(willing) \(willing == 1 ? "row says" : "rows say") that messages are wanted, and "
                    + "\(willing == 1 ? "suppresses" : "suppress") nobody")
        }
        if unknown.count > 0 {
            tally.warnings.append(
                "\(unknown.count) \(unknown.count == 1 ? "row has a reason" : "rows have reasons") that nobody knows "
                    + "(\(unknown.names)), and count as unsubscribed; say what they mean: imports: { suppressions: { columns: { "
                    + "reason: { map: { \(ImportHint.scalar(unknown.first ?? "")): hard_bounce } } } } }")
        }
    }

    func renew() throws {
        tally = ImportTally()
        counts = [:]
        willing = 0
        unknown = KeyExamples()
    }

    func end() {}

    func hint(for rejection: Rejection, _ values: [String], ofMost: Bool) -> String? {
        rejection.column == "at"
            ? ImportHint.line(forColumn: "at", of: .suppressions, values, ofMost: ofMost, context) : nil
    }
}
