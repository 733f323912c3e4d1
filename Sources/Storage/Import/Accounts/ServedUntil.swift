import Playbooks

/// The columns of a file of accounts that say until when somebody is served, whatever they are called: who has canceled is a
/// customer until that day.
struct ServedUntil {
    private struct Column {
        var place: Int
        var name: String
        /// Whether it may be the end of a term, many of which an account may have had.
        var isOfTerms: Bool
        /// The ways in which its days may be written.
        var times: [WrittenTime]
    }

    private var columns: [Column] = []

    init() {}

    /// - Parameter taken: places of what is something else: the day of leaving, that of the beginning.
    init(_ map: ColumnMap, _ attributes: [Attribute], _ context: ImportContext, besides taken: Set<Int>) {
        guard context.takesGoodCells, !map.isPerRow else { return }
        let forms = attributes.map { context.form(of: $0.name, $0.form) }
        let others = Set(forms.flatMap(\.formats)).sorted()
        for (place, header) in map.header.enumerated()
        where !taken.contains(place) && Self.isOne(header) && map.header.firstIndex(of: header) == place {
            let own = forms.first { $0.columns.contains(header) && !$0.formats.isEmpty }
            let formats = own?.formats ?? (others.isEmpty ? ColumnGuess.formats : others)
            // ISO 8601 leaves no doubt beside any of them.
            let times = formats.map { WrittenTime(formats: [$0], zone: context.zone) }
            columns.append(
                Column(
                    place: place, name: header, isOfTerms: Self.isOfTerms(header),
                    times: times + [WrittenTime(zone: context.zone)]))
        }
    }

    var isEmpty: Bool { columns.isEmpty }
    var names: String { columns.map { "\"\($0.name)\"" }.joined(separator: ", ") }

    /// The last of the row's days; of one that can be read in several ways the earliest, so that nobody stays by a guess.
    ///
    /// - Parameter isOver: whether only columns count that a contract which was renewed leaves alone.
    func end(_ record: Record, isOver: Bool = false) -> Int64? {
        columns.filter { !isOver || !$0.isOfTerms }.compactMap { column in
            let cell = record.cells[column.place].trimmed
            guard !cell.isEmpty, !Placeholder.isNoDay(cell) else { return nil }
            let moments = column.times.compactMap { $0.instant(cell) }
            // When somebody has left is not guessed at.
            return isOver && moments.contains { $0 != moments[0] } ? nil : moments.min()
        }.max()
    }

    /// Whether a column of that name says when a service or what is paid for ends.
    static func isOne(_ name: String) -> Bool {
        let words = ColumnMap.simplified(name).split(separator: "_").map(String.init)
        if words.contains(where: unrelated.contains) { return false }
        func has(_ some: Set<String>) -> Bool { words.contains(where: some.contains) }
        if has(ends) { return true }
        if has(["last", "final"]), words.contains("day") { return true }
        let isOfLeaving = words.contains { word in leaving.contains { word.hasPrefix($0) } }
        return isOfLeaving
            && (has(["on", "at"]) && has(["cancels", "cancel", "leaves", "terminates", "churns", "stops"]) || has(of))
    }

    private static func isOfTerms(_ name: String) -> Bool {
        let name = ColumnMap.simplified(name)
        return ["contract", "term", "period", "vertrag", "laufzeit", "contrat", "renew"].contains { name.contains($0) }
            && !leaving.contains { name.contains($0) && $0 != "end" }
    }

    /// Whether a day of leaving under that name is one of the notice, after which somebody may still be served.
    static func isOfNotice(_ name: String) -> Bool {
        let name = ColumnMap.simplified(name)
        return notices.contains { name.contains($0) } && !isOne(name)
    }

    private static let ends: Set<String> = [
        "until", "through", "thru", "till", "end", "ends", "ending", "expires", "expire", "expiry", "expiration",
        "bis", "endet", "ende", "enddatum", "ablauf", "ablaufdatum", "kündigungstermin", "kuendigungstermin",
        "vertragsende", "laufzeitende", "vertragsablauf", "auslauf", "läuft",
        "fin", "jusqu", "jusque", "hasta", "vence", "vencimiento", "expira",
        "tot", "einddatum", "eindigt", "vervaldatum", "scadenza", "scade", "fino", "até", "término", "termino",
        "fim", "vigência", "slutdatum", "upphör", "udløber", "udløb",
    ]
    private static let of: Set<String> = [
        "effective", "eff", "zum", "per", "wirksam", "au", "effet", "efectiva", "efecto", "effettiva", "efetiva",
        "ingangsdatum",
    ]
    private static let leaving = [
        "cancel", "terminat", "churn", "leav", "stop", "künd", "gekünd", "kuend", "gekuend", "résil", "resil", "opzeg",
        "opgezeg", "disdet", "rescis", "rescind", "baja", "end",
    ]
    private static let notices = [
        "cancel", "künd", "kuend", "résil", "resil", "opzeg", "opgezeg", "disdet", "baja", "annul", "notice",
    ]
    private static let unrelated: Set<String> = [
        "trial", "login", "seen", "activity", "invoice", "card", "cc", "support", "warranty", "certificate", "token",
        "password", "onboarding", "discount", "coupon", "promo", "promotion", "quote", "offer", "deal", "close",
        "project", "year", "fiscal", "id", "test", "probe", "essai", "prueba", "proef",
        "prova", "letzter", "contacted", "contact", "order", "payment", "rechnung",
    ]
}
