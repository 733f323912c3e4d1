private import Foundation

/// The words by which people end text messages, and those by which they want them again.
///
/// Only a message that is nothing else counts: `Stop!` does, `Please stop the bus` is an answer. Capitals, accents, blanks
/// and marks around it do not count.
package enum StopWord: Sendable {
    case stop, start

    /// Nil for what is neither.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let word = Self.folded(text)
        if Self.stops.contains(word) {
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
        "停止", "配信停止", "退订", "退訂", "取消", "td", "수신거부", "중지", "توقف", "الغاء", "עצור", "הסר",
    ]

    private static let starts: Set<String> = [
        "start", "unstop", "anmelden", "demarrer", "reprendre", "alta", "comenzar", "iniciar", "inizia", "comecar",
        "hervatten", "wznow", "starta",
    ]

    private static func folded(_ text: String) -> String {
        let plain = text.precomposedStringWithCompatibilityMapping.lowercased()
            .folding(options: [.diacriticInsensitive], locale: Locale(identifier: "en_US_POSIX"))
        let words = plain.split { $0.isWhitespace || ($0.isPunctuation && $0 != "-") || $0.isSymbol }
        return words.joined(separator: " ")
    }
}
