/// What columns about people say of whether they are still there, by their names and words, in the languages of the usual
/// exports.
enum PresenceWord {
    /// What a column says.
    enum Column: Equatable {
        /// Yes, or a day, means that somebody has left.
        ///
        /// - Parameter isOfDays: whether it says when, so that an empty cell means that they have not.
        case gone(isOfDays: Bool)
        /// Yes means that somebody is there.
        case there
        /// Words say how somebody stands.
        case status
    }

    /// Names that are looked for in files whose rows name their own columns.
    static let usualNames = [
        "is_active", "active", "deactivated_at", "deleted_at", "archived", "is_archived", "disabled", "suspended",
        "blocked", "user_status", "account_status", "state",
    ]

    /// Nil where the name speaks of something else, too: `Last active`, `Seats left`.
    static func column(_ name: String) -> Column? {
        let name = ColumnMap.simplified(name)
        guard !WishWord.optOutNames.contains(name), !WishWord.optInNames.contains(name) else { return nil }
        let words = name.split(separator: "_").flatMap { parts(of: String($0)) }
        guard !words.isEmpty else { return nil }
        if isStatus(words) { return .status }
        guard let isGone = isGone(words) else { return nil }
        return isGone ? .gone(isOfDays: words.contains(where: ofDays.contains)) : .there
    }

    /// The same of a company, which pays again when it is blocked or suspended for a bill.
    static func accountHasLeft(_ word: String) -> Bool? {
        let words = ColumnMap.simplified(word).split(separator: "_").map(String.init)
        guard !words.contains(where: { word in barred.contains { word.hasPrefix($0) } }) else { return nil }
        return isGone(words)
    }

    private static let barred = [
        "suspend", "block", "bloqu", "lock", "ban", "gesperrt", "geblokkeer", "blocc", "sospes", "suspens", "zablokow",
        "spärr", "spærr", "left", "remov", "exit",
    ]

    /// Whether a word says that somebody has left; nil when it says neither.
    static func hasLeft(_ word: String) -> Bool? {
        isGone(ColumnMap.simplified(word).split(separator: "_").map(String.init))
            ?? StatusWords.statusOfContact(word).map { $0 == "left" }
    }

    /// One word speaks of it, no more than one, and the others add nothing.
    private static func isGone(_ words: [String]) -> Bool? {
        let isDenied = words.contains(where: denials.contains)
        if isDenied, words.contains(where: longer.contains), words.contains(where: places.contains) { return true }
        if words == ["uit", "dienst"] { return true }
        if words.count > 1, ["left", "verlassen", "quitté", "lasciato", "verlaten"].contains(where: words.contains),
            words.contains(where: places.contains)
        {
            return true
        }
        let telling = words.filter { !besides.contains($0) && !denials.contains($0) && !ofDays.contains($0) }
        guard telling.count == 1, let word = telling.first else { return nil }
        if there.contains(word) { return isDenied }
        guard goneWords.contains(word) || gone.contains(where: { word.hasPrefix($0) }) else { return nil }
        return !isDenied
    }

    private static func isStatus(_ words: [String]) -> Bool {
        guard words.contains(where: statuses.contains) else { return false }
        return words.allSatisfy { statuses.contains($0) || owners.contains($0) || $0 == "current" }
    }

    /// What is written in one word, as programs and German do: `isActive`, `deactivatedAt`, `Benutzerstatus`.
    private static func parts(of word: String) -> [String] {
        for start in ["is", "has", "was", "user", "account", "member", "benutzer", "mitarbeiter", "kontakt", "konto"] {
            let rest = String(word.dropFirst(start.count))
            if word.hasPrefix(start), statuses.contains(rest) || isGone([rest]) != nil { return [start, rest] }
            if word.hasPrefix(start), rest.count > 3, case let more = parts(of: rest), more.count > 1 {
                return [start] + more
            }
        }
        for end in ["at", "on", "date", "datum"] where word.hasSuffix(end) && word != end {
            let rest = String(word.dropLast(end.count))
            if isGone([rest]) == true { return [rest, end] }
        }
        return [word]
    }

    private static let statuses: Set<String> = [
        "status", "state", "statut", "estado", "estatus", "stato", "zustand", "situação", "situacao", "situación",
        "stan", "toestand",
    ]
    private static let owners: Set<String> = [
        "user", "users", "contact", "contacts", "person", "people", "member", "employee", "employment", "account",
        "login", "profile", "record", "work", "staff", "access", "seat", "benutzer", "nutzer", "mitarbeiter",
        "kontakt", "konto", "utilisateur", "compte", "usuario", "contacto", "cuenta", "empleado",
        "gebruiker", "medewerker", "contatto", "utente", "usuário", "conta", "użytkownika", "användare", "bruger",
        "read", "only", "of", "the", "de", "del", "du", "da", "do", "van", "des", "der",
    ]
    private static let besides: Set<String> = owners.union([
        "is", "are", "was", "has", "have", "been", "still", "currently", "now", "flag", "soft", "utc", "gmt",
        "ist", "noch", "est", "toujours", "es", "está", "sigue", "nog", "è", "ancora", "ainda", "jest", "är", "er",
        "dado", "dada", "l", "n", "a", "out", "sign", "signin", "in", "here",
    ])
    private static let ofDays: Set<String> = [
        "at", "on", "date", "day", "time", "datetime", "timestamp", "since", "when", "last", "am", "datum", "seit",
        "zum", "le", "la", "depuis", "el", "fecha", "desde", "op", "sinds", "il", "data", "dal", "em", "dnia", "dato",
        "den",
    ]
    private static let denials: Set<String> = [
        "no", "not", "non", "never", "nicht", "kein", "keine", "pas", "ne", "ya", "niet", "geen", "não", "nao", "nie",
        "inte", "ikke", "isn", "aren", "più",
    ]
    private static let longer: Set<String> = [
        "longer", "anymore", "more", "mehr", "plus", "ya", "meer", "più", "mais", "już",
    ]
    /// Where people work.
    private static let places: Set<String> = [
        "company", "organization", "organisation", "org", "firm", "business", "team", "job", "here", "there", "with",
        "employed", "employee", "works", "working", "active", "unternehmen", "firma", "betrieb", "beschäftigt",
        "entreprise", "société", "empresa", "trabaja", "azienda", "bedrijf", "dienst", "lavora", "trabalha", "we",
    ]
    private static let there: Set<String> = [
        "active", "enabled", "current", "employed", "works", "aktiv", "aktive", "aktiver", "actif", "activo", "activa",
        "actief", "attivo", "attiva", "ativo", "ativa", "aktywny", "aktywna", "angestellt", "beschäftigt", "aktivt",
        "habilitado", "aktiviert", "activé", "abilitato",
    ]
    private static let goneWords: Set<String> = [
        "left", "block", "blocked", "locked", "lockedout", "banned", "removed", "exit", "exited", "departed",
        "departure",
        "quit", "retired", "ex", "parti", "partie", "sorti", "sortie", "départ", "depart", "ancien", "ancienne",
        "bloqué", "bloquée", "bloque", "baja", "salida", "saída", "saiu", "demitido", "abgang", "leaver", "leaving",
        "sluttet", "slutat", "uitdienst", "fired", "dismissed", "deceased", "gone",
    ]
    /// How words begin that say it.
    private static let gone = [
        "deactivat", "inactiv", "disabl", "archiv", "delet", "terminat", "suspend", "offboard", "former", "resign",
        "deprovision", "trash", "discard", "revoked",
        "deaktiv", "inaktiv", "gesperrt", "gelösch", "geloesch", "ausgeschied", "ausscheid", "ausgetret", "austritt",
        "entfernt", "ehemalig", "verlassen", "verstorben",
        "désactiv", "desactiv", "inactif", "supprim", "quitté", "décédé",
        "eliminad", "bloquead", "borrad", "fallecid",
        "gedeactiv", "inactief", "verwijder", "gearchiv", "geblokkeer", "vertrokken", "overleden",
        "disattiv", "inattiv", "eliminat", "bloccat", "sospes", "cessat", "cessaz", "deceduto",
        "desativ", "inativ", "excluíd", "excluid", "arquivad", "suspens", "desligad", "removid", "falecid",
        "nieaktywn", "usunięt", "usuniet", "zablokowan", "zarchiwizowan", "borttag", "slettet", "fratrådt", "spärrad",
        "spærret", "dezaktyw",
    ]
}
