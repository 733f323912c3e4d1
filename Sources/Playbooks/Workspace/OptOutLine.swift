import Basics

/// The line by which a text message says how to end them.
package enum OptOutLine {
    /// What a message of a category ends with in a language; nil where it tells already, or nobody can leave.
    ///
    /// - Parameter text: of the message.
    package static func needed(
        by text: String, category: String, language: String, _ settings: TextMessaging?
    ) -> String? {
        guard category != "service", !StopWord.isTold(in: text) else { return nil }
        return line(in: language, settings)
    }

    /// The workspace's own in the language or for all, else the program's, else the English one.
    static func line(in language: String, _ settings: TextMessaging?) -> String {
        let own = settings?.optOut ?? [:]
        if let tag = LanguageTag.lookup(language, in: { own[$0] != nil }), let line = own[tag] { return line }
        if let line = own[""] { return line }
        return LanguageTag.lookup(language, in: { standard[$0] != nil }).flatMap { standard[$0] } ?? english
    }

    private static let english = "Reply STOP to opt out."

    /// In letters that leave the message in GSM 7 bit, where the language can be written so.
    private static let standard: [String: String] = [
        "en": english,
        "de": "Mit STOP abbestellen.",
        "fr": "STOP pour se désabonner.",
        "es": "Responda STOP para darse de baja.",
        "it": "Rispondi STOP per non riceverne.",
        "pt": "Responda STOP para cancelar.",
        "nl": "Antwoord STOP om af te melden.",
        "pl": "Rezygnacja: odpisz STOP.",
        "sv": "Svara STOP för att avsluta.",
        "da": "Svar STOP for at afmelde.",
        "nb": "Svar STOP for å melde deg av.",
        "no": "Svar STOP for å melde deg av.",
        "fi": "Lopeta vastaamalla STOP.",
        "ja": "配信停止はSTOPと返信",
        "zh": "回复STOP退订",
        "zh-hant": "回覆STOP退訂", "zh-tw": "回覆STOP退訂", "zh-hk": "回覆STOP退訂",
    ]
}
