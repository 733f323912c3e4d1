import Playbooks

/// Which column of an export says who is still a customer, and what its words mean.
struct StatusGuess {
    /// Columns that say so by their name, whatever is in them.
    static let names = [
        "status", "account_status", "customer_status", "subscription_status", "account_state", "customer_state",
        "lifecycle_status", "contract_status", "client_status", "membership_status", "billing_status", "plan_status",
        "kundenstatus", "vertragsstatus", "abo_status", "kontostatus", "statut", "statut_client", "état", "etat",
        "estado", "estado_cliente", "estado_del_cliente", "estatus", "klantstatus", "stato", "stato_cliente",
        "situação", "situacao", "status_do_cliente", "situación", "situacion", "status_label", "customer_stage",
        "customer_phase", "tila", "stav",
    ]
    /// Whether a column is called a status of accounts, however its words are cut short: `Cust. Status`, `Subscription State`.
    static func isNamed(_ name: String) -> Bool {
        var words = name.split(separator: "_").map(String.init)
        if let compound = words.last, let kind = kinds.first(where: { compound.hasSuffix($0) && compound != $0 }) {
            words = words.dropLast() + [String(compound.dropLast(kind.count)), kind]
        }
        guard let kind = words.first(where: kinds.contains) else { return false }
        words.removeAll { $0 == kind || ["of", "the", "current", "der", "des", "du", "de", "del"].contains($0) }
        // The state of a company may as well be Texas.
        if kind == "state", words.contains(where: ["company", "org", "organization", "client", "service"].contains) {
            return false
        }
        return !words.isEmpty && words.allSatisfy(owners.contains)
    }

    private static let kinds: Set<String> = ["status", "state", "statut", "estado", "stato", "zustand"]
    /// Whose status it is.
    private static let owners: Set<String> = [
        "cust", "customer", "customers", "client", "clients", "acct", "acc", "account", "accounts", "subscription",
        "subscr", "sub",
        "subs", "contract", "plan", "billing", "membership", "member", "license", "licence", "service", "company",
        "org",
        "organization", "tenant", "lifecycle", "kunde", "kunden", "vertrag", "vertrags", "abo", "konto", "abonnement",
        "compte",
        "contrat", "cliente", "cuenta", "contrato", "suscripción", "klant", "klanten", "mitglieds", "mitglied",
        "lizenz",
    ]

    /// Columns of yes and no.
    private static let flags = [
        "cancelled", "canceled", "churned", "is_cancelled", "is_canceled", "is_churned", "active", "is_active", "aktiv",
        "actif", "activo", "attivo", "ativo", "actief", "gekündigt", "gekuendigt", "résilié", "résiliée", "resilie",
        "annulé",
        "cancelado", "cancelada", "baja", "dado_de_baja", "opgezegd", "geannuleerd", "disdetto", "disdetta",
        "cancellato",
        "cancelou", "rescindido", "inactive", "is_inactive", "inaktiv", "is_customer", "is_a_customer",
        "paying_customer",
        "paying", "is_paying", "current_customer", "is_current", "active_customer", "enabled", "is_enabled", "is_live",
        "deactivated", "is_deactivated", "disabled", "is_disabled", "archived", "is_archived", "deleted", "is_deleted",
        "terminated", "is_terminated", "former_customer", "ex_customer", "lost_customer", "has_left", "closed",
        "is_closed",
        "gesperrt", "beendet", "ehemalig", "aktiver_kunde", "ist_kunde", "zahlend", "client_actif", "est_client",
        "cliente_activo", "es_cliente", "cliente_attivo", "cliente_ativo", "klant_actief",
    ]
    /// By what a flag says that a customer has left.
    private static let gone = [
        "cancel", "churn", "gekündigt", "gekuendigt", "résili", "resili", "annul", "baja", "opgezegd", "disdett",
        "rescindid", "inactiv", "inaktiv", "deactiv", "desactiv", "deaktiv", "disabled", "archiv", "deleted",
        "terminat",
        "former", "ex_cust", "lost", "left", "closed", "gesperrt", "beendet", "ehemalig",
    ]
    /// By what it says that one is a customer.
    private static let there = [
        "active", "aktiv", "actif", "activo", "attivo", "ativo", "actief", "is_a_customer", "is_customer", "paying",
        "current", "enabled", "is_live", "zahlend", "ist_kunde", "est_client", "es_cliente",
    ]
    /// Columns in which such words say something else.
    private static let unrelated = [
        "ticket", "case", "invoice", "payment", "onboarding", "mail", "newsletter", "task", "deal", "opportunity",
        "project",
        "health", "risk", "nps", "survey", "campaign", "subscri", "marketing", "state", "consent", "opt", "login",
        "contact_status",
    ]
    /// Columns that may as well say something else, such as a state of the USA.
    private static let others = [
        "type", "account_type", "customer_type", "state", "opportunity_stage", "deal_stage", "label", "labels", "stage",
        "relationship", "relationship_type", "relationship_status", "contact_type", "business_type", "record_type",
        "customer_or_lead", "kundentyp", "type_de_client", "tipo_de_cliente", "tipo_cliente", "lead_status", "tags",
    ]
    private static let mostWords = 40

    let column: Int
    /// What to declare; nil when no word of the column is known.
    private(set) var attribute: Attribute?
    /// What is to be said about it.
    private(set) var notes: [String] = []

    /// - Parameter free: the columns with some of these names, in the order of the names.
    init?(_ file: FileGuess, free: ([String]) -> [Int]) {
        func share(_ index: Int) -> Double {
            let guess = file.guesses[index]
            let known = Self.meanings(file, index).keys.reduce(0) { $0 + (guess.words[$1] ?? 0) }
            return Double(known) / Double(max(1, guess.filled))
        }
        func isFew(_ index: Int) -> Bool {
            file.guesses[index].filled > 0 && file.guesses[index].distinct <= Self.mostWords
                && !file.guesses[index].isMoment && !WishWord.isOfAList(file.guesses[index].words.keys)
        }
        let others = file.usable.map { file.simpleName($0) }.filter { !Self.names.contains($0) && Self.isNamed($0) }
        let named = free(Self.names + others).filter(isFew)
        // Of two statuses the one that says of somebody that they have left says more.
        let telling = named.first { share($0) >= 0.7 && Self.meanings(file, $0).values.contains(.gone) }
        let sure =
            telling
            ?? (named + free(Self.flags).filter { isFew($0) && Self.isFlag(file, $0) }
            + free(Self.stageNames + Self.others).filter { isFew($0) && Self.tellsApart(file, $0) })
            .first { share($0) >= 0.7 }
        let told =
            sure == nil ? free(file.usable.map { file.simpleName($0) }).first { Self.tellsOfItself(file, $0) } : nil
        guard let column = sure ?? told ?? named.max(by: { (share($0), $1) < (share($1), $0) }) else { return nil }
        self.column = column
        if let told {
            let words = file.guesses[told].words.keys.filter { StatusWords.meaning(of: $0) != .active }.sorted().prefix(
                4)
            notes.append(
                "\"\(file.header[told])\" is taken for the status, by its words; who is "
                    + "\(words.map { "\"\($0)\"" }.joined(separator: " or ")) is no customer")
        }
        explain(file)
    }

    /// Whether some have left or never came: all "paid" may be a price, all "live" a stage.
    private static func tellsApart(_ file: FileGuess, _ index: Int) -> Bool {
        !["type", "typ", "label", "labels", "stage", "tags", "cliente", "client"].contains {
            file.simpleName(index).hasSuffix($0)
        } || stageNames.contains(file.simpleName(index)) || meanings(file, index).values.contains { $0 != .active }
    }

    /// Whether the words of a column alone say who is a customer and who is none, whatever it is called.
    private static func tellsOfItself(_ file: FileGuess, _ index: Int) -> Bool {
        let guess = file.guesses[index]
        let name = file.simpleName(index)
        guard guess.filled * 10 >= file.rows * 9, (2...mostWords).contains(guess.distinct), !guess.isBoolean,
            !guess.isMoment, !guess.isNumber, !unrelated.contains(where: { name.contains($0) }),
            !WishWord.isOfAList(guess.words.keys)
        else { return false }
        let meanings = guess.words.keys.map { (word: $0, meaning: StatusWords.meaning(of: $0)) }
        let known = meanings.reduce(0) { $0 + ($1.meaning == nil ? 0 : guess.words[$1.word] ?? 0) }
        return known * 10 >= guess.filled * 9 && meanings.contains { $0.meaning == .active && isOfCustomers($0.word) }
            && meanings.contains { $0.meaning != nil && $0.meaning != .active && isOfCustomers($0.word) }
    }

    /// Whether a word can be said of customers alone: open and closed are tickets, too.
    private static func isOfCustomers(_ word: String) -> Bool {
        let word = ColumnMap.simplified(word)
        return [
            "custom", "client", "kund", "klant", "churn", "cancel", "künd", "kuend", "résili", "resili", "activ",
            "aktiv",
            "actif", "actief", "ativ", "attiv", "inact", "lead", "prospect", "former", "opgezegd", "baja", "disdett",
        ].contains { word.contains($0) }
    }

    /// Whether some words of a column say that somebody has left.
    static func soundsLikeDeparture(_ guess: ColumnGuess) -> Bool {
        guess.distinct <= mostWords && !guess.isMoment
            && guess.words.keys.contains { StatusWords.meaning(of: $0) == .gone && isOfCustomers($0) }
    }

    /// Whether a word among others, such as a plan or a tag, says that somebody has left: `Cancelled`, `Plan: Cancelled`.
    static func isDeparture(_ word: String) -> Bool {
        let plain = word.split(separator: ":").last.map(String.init) ?? word
        return StatusWords.meaning(of: plain) == .gone && isOfCustomers(plain)
    }

    /// Stages of HubSpot's that other programs mean something else by.
    private static let stagesBefore: Set<String> = [
        "subscriber", "other", "abonnent", "sonstige", "abonné", "autre", "suscriptor", "otro", "iscritto", "altro",
        "assinante", "outro",
    ]
    private static let stageNames = [
        "lifecycle_stage", "lifecyclestage", "lifecycle_phase", "lebenszyklusphase", "phase_du_cycle_de_vie",
        "étape_du_cycle_de_vie", "etapa_del_ciclo_de_vida", "fase_del_ciclo_de_vida", "fase_del_ciclo_di_vita",
        "estágio_do_ciclo_de_vida", "fase_do_ciclo_de_vida", "levenscyclusfase",
    ]

    private static func isFlag(_ file: FileGuess, _ index: Int) -> Bool {
        file.guesses[index].words.keys.allSatisfy { isYes($0) != nil } || file.simpleName(index).hasSuffix("active")
    }

    private static func isYes(_ word: String) -> Bool? {
        switch word {
        case "1", "t", "T": true
        case "0", "f", "F": false
        case "x", "X", "✓", "✔", "☑": true
        default: BooleanWord.value(of: word)
        }
    }

    /// What the words of a column mean, as far as they are known.
    private static func meanings(_ file: FileGuess, _ index: Int) -> [String: StatusWords.Meaning] {
        let name = file.simpleName(index)
        let isOfGone = Self.gone.contains { name.contains($0) }
        let isOfActive = !isOfGone && Self.there.contains { name.contains($0) }
        let isOfStages = stageNames.contains(name)
        var meanings: [String: StatusWords.Meaning] = [:]
        for word in file.guesses[index].words.keys {
            if isOfActive || isOfGone, let isYes = isYes(word) {
                meanings[word] = isYes == isOfActive ? .active : .gone
            } else {
                meanings[word] = StatusWords.meaning(of: word)
            }
            // Whoever subscribes to a blog, in the stages of HubSpot.
            if isOfStages, stagesBefore.contains(word.lowercased()) { meanings[word] = .notYet }
        }
        return meanings
    }

    private mutating func explain(_ file: FileGuess) {
        let words = file.guesses[column].words
        func list(_ words: [(key: String, value: Int)]) -> String {
            words.prefix(8).map { "\"\($0.key)\" (\($0.value))" }.joined(separator: ", ")
                + (words.count > 8 ? ", ..." : "")
        }
        func sorted(where belongs: (String) -> Bool) -> [(key: String, value: Int)] {
            words.filter { belongs($0.key) }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        }
        var meanings = Self.meanings(file, column)
        let untilThen = Self.untilTheEnd(file, column)
        for word in untilThen { meanings[word] = .active }
        if !untilThen.isEmpty {
            notes.append(
                "\"\(file.header[column])\": who is \(list(sorted { untilThen.contains($0) })) is a customer until the period ends, as "
                    + "in Recurly, where those who have left are expired")
        }
        var attribute = Attribute("status", .text)
        if file.header[column] != "status" { attribute.form.column = file.header[column] }
        for (word, meaning) in meanings where !["active", "churned"].contains(word.lowercased()) {
            attribute.form.map[word.lowercased()] = meaning == .active ? "active" : "churned"
        }
        let marks = words.keys.filter { ["x", "X", "✓", "✔", "☑"].contains($0) }
        if !marks.isEmpty, file.guesses[column].empty > 0, meanings[marks[0]] == .active {
            notes.append(
                "\"\(file.header[column])\" is empty in \(file.guesses[column].empty) rows, which says nothing: if these are no "
                    + "customers, write no there")
        }
        let notYet = sorted { meanings[$0] == .notYet }
        if !notYet.isEmpty {
            notes.append(
                "\"\(file.header[column])\": \(list(notYet)) are no customers yet; they count as churned, so that nobody writes "
                    + "to them, and are better left out of the export")
        }
        let unknown = sorted { meanings[$0] == nil }
        if !unknown.isEmpty {
            var completed = attribute
            for (word, _) in unknown { completed.form.map[word] = Self.question }
            notes.append(
                "\"\(file.header[column])\": nobody knows what \(list(unknown)) \(unknown.count == 1 ? "means" : "mean"); "
                    + "such accounts count as active until data.yaml says: "
                    + "attributes: { status: \(ImportHint.declaration(of: completed, isBuiltIn: true)) }"
                    .replacing("\"\(Self.question)\"", with: Self.question))
        }
        if !meanings.isEmpty { self.attribute = attribute }
    }

    /// The words for those who have canceled and are served until their period ends: where others have expired, and a
    /// column says until when.
    private static func untilTheEnd(_ file: FileGuess, _ column: Int) -> [String] {
        let words = file.guesses[column].words.keys
        guard words.contains(where: { $0.lowercased() == "expired" }) || file.columns(["expires_at"]).isEmpty == false,
            !file.columns(["expires_at", "current_period_ends_at", "current_term_ends_at"]).isEmpty
        else { return [] }
        return words.filter { ["canceled", "cancelled"].contains($0.lowercased()) }
    }

    private static let question = "<active or churned>"
}
