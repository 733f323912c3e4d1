private import Foundation

/// The words by which people end text messages, and those by which they want them again.
///
/// A message that is nothing else counts, and one of at most three words that begins with a word which is hardly ever meant
/// otherwise, or with a "please" before it: `Stop!` and `stop texting me` do, `Please stop the bus` is an answer. Capitals,
/// accents, blanks and marks do not count.
package enum StopWord: Sendable {
    case stop, start

    /// Nil for what is neither.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let words = Self.words(of: text)
        let word = words.joined(separator: " ")
        if Self.stops.contains(word) || Self.isRequest(words) {
            self = .stop
        } else if Self.starts.contains(word) {
            self = .start
        } else {
            return nil
        }
    }

    /// Whether a message tells how to end it: it has one of the words in capitals, as people are told to write them.
    package static func isTold(in text: String) -> Bool {
        text.split { !$0.isLetter }.contains { Self.told.contains(String($0)) }
    }

    /// Whether a line holds a word by which text messages end.
    package static func isHeld(in line: String) -> Bool {
        let words = words(of: line)
        // Languages without blanks have the word among others.
        let parts = words.flatMap(Self.parts)
        return parts.contains(where: stops.contains)
            || zip(parts, parts.dropFirst()).contains { stops.contains("\($0) \($1)") }
            || stops.contains { stop in
                stop.unicodeScalars.allSatisfy { $0.value >= 0x2E80 } && words.contains { $0.contains(stop) }
            }
    }

    /// The letters of the Latin alphabet and others, apart.
    private static func parts(of word: String) -> [String] {
        word.reduce(into: []) { parts, letter in
            if let last = parts.last?.last, last.isASCII == letter.isASCII {
                parts[parts.count - 1].append(letter)
            } else {
                parts.append(String(letter))
            }
        }
    }

    private static func isRequest(_ words: [String]) -> Bool {
        guard words.count <= 3 else { return false }
        let please = pleases.first { words.starts(with: $0) } ?? []
        let rest = words.dropFirst(please.count)
        return rest.first.map(strong.contains) == true || rest.starts(with: ["opt", "out"])
    }

    /// Those that are hardly ever meant otherwise.
    private static let strong: Set<String> = [
        "stop", "stopp", "stopall", "unsubscribe", "optout", "opt-out", "stoppen", "abmelden", "abbestellen", "arret",
        "arreter",
        "arretez", "desabonner", "desinscrire", "baja", "disiscrivi", "sair", "descadastrar", "afmelden",
        "uitschrijven",
        "wypisz", "rezygnuje", "avregistrera", "afmeld", "odhlasit", "leiratkozas", "dezabonare", "στοπ", "стоп",
        "отписаться", "ايقاف", "إيقاف", "退订", "退訂",
    ]

    private static let pleases = [
        ["please"], ["pls"], ["plz"], ["bitte"], ["svp"], ["por", "favor"], ["favor"], ["per", "favore"], ["prosze"],
        ["alstublieft"], ["graag"], ["пожалуйста"],
    ]

    private static let longest = 64
    private static let told: Set<String> = [
        "STOP", "STOPP", "STOPALL", "UNSUBSCRIBE", "ARRET", "BAJA", "SAIR", "PARAR", "AFMELDEN", "ABMELDEN",
    ]

    /// In small letters without accents.
    private static let stops: Set<String> = [
        // English, and what carriers of the United States and Canada ask for
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out",
        "remove",
        // German
        "stopp", "abmelden", "abbestellen", "ende", "halt", "abmeldung", "kundigen", "aufhoren",
        // French
        "arret", "arreter", "arretez", "desabonner", "desinscrire", "desabonnement", "fin",
        // Spanish
        "alto", "baja", "parar", "cancelar", "detener", "finalizar", "salir",
        // Italian
        "ferma", "fermare", "basta", "cancella", "disiscrivi", "annulla",
        // Portuguese
        "sair", "pare", "remover", "descadastrar", "cancele",
        // Dutch
        "afmelden", "stoppen", "uitschrijven", "opzeggen", "einde",
        // Polish
        "koniec", "rezygnuje", "wypisz", "anuluj", "zatrzymaj",
        // Swedish, Danish, Norwegian, Finnish
        "avsluta", "avbryt", "avregistrera", "sluta", "afmeld", "slut", "avslutt", "lopeta", "peruuta",
        // Czech, Slovak, Hungarian, Romanian, Turkish
        "zrusit", "odhlasit", "leallitas", "leiratkozas", "dezabonare", "iptal", "dur",
        // Greek, Russian, Ukrainian
        "διακοπη", "στοπ", "стоп", "отписаться", "отмена",
        // Japanese, Chinese, Korean, Arabic, Hebrew
        "停止", "配信停止", "退订", "退訂", "取消", "td", "수신거부", "중지", "توقف", "ايقاف", "إيقاف", "الغاء", "עצור", "הסר",
    ]

    private static let starts: Set<String> = [
        "start", "unstop", "anmelden", "demarrer", "reprendre", "alta", "comenzar", "iniciar", "inizia", "comecar",
        "hervatten", "wznow", "starta",
    ]

    private static func words(of text: String) -> [String] {
        let plain = text.precomposedStringWithCompatibilityMapping.lowercased()
            .folding(options: [.diacriticInsensitive], locale: Locale(identifier: "en_US_POSIX"))
        return plain.split { $0.isWhitespace || ($0.isPunctuation && $0 != "-") || $0.isSymbol }.map(String.init)
    }
}
