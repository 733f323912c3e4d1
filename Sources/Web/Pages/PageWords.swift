/// What the pages say, in the languages that they speak; English for all others.
struct PageWords: Sendable {
    let code: String
    let preferences: String
    /// Gets the address.
    let about: @Sendable (String) -> String
    /// Gets the title of a category.
    let leave: @Sendable (String) -> String
    let leaveAll: String
    let choose: String
    let categories: String
    let save: String
    let left: @Sendable (String) -> String
    let leftAll: String
    let saved: String
    let blocked: String
    let necessary: String
    let notFound: String
    let notFoundAbout: String
    let notUnderstood: String
    let yourAnswer: String
    let confirm: String
    let comment: String
    let otherAnswers: String
    let thanks: String
    let recorded: String
    let closed: String

    static func of(_ locale: String?) -> PageWords {
        let code = locale?.prefix { $0 != "-" && $0 != "_" }.lowercased()
        return all.first { $0.code == code } ?? english
    }

    private static let all = [english, german, french, spanish]

    static let english = PageWords(
        code: "en", preferences: "Email preferences",
        about: { "These settings are for \($0)." },
        leave: { "Unsubscribe from “\($0)”" }, leaveAll: "Unsubscribe from everything",
        choose: "Or choose what you want to get", categories: "Send me", save: "Save",
        left: { "You are unsubscribed from “\($0)”." }, leftAll: "You are unsubscribed from everything.",
        saved: "Your choice is saved.",
        blocked: "We do not write to this address any more.",
        necessary: "Messages about your account itself, such as confirmations, still reach you.",
        notFound: "This page is not here",
        notFoundAbout: "The link is not complete, or no longer good. Please open it from the message again.",
        notUnderstood: "We did not understand that. Nothing was changed; please try again.",
        yourAnswer: "Your answer", confirm: "Send this answer", comment: "Anything you would like to add? (optional)",
        otherAnswers: "A different answer:", thanks: "Thank you", recorded: "Your answer has reached us.",
        closed: "This question is closed.")

    static let german = PageWords(
        code: "de", preferences: "E-Mail-Einstellungen",
        about: { "Diese Einstellungen gelten für \($0)." },
        leave: { "„\($0)“ abbestellen" }, leaveAll: "Alles abbestellen",
        choose: "Oder wählen, was Sie bekommen möchten", categories: "Ich möchte bekommen", save: "Speichern",
        left: { "Sie haben „\($0)“ abbestellt." }, leftAll: "Sie haben alles abbestellt.",
        saved: "Ihre Auswahl ist gespeichert.",
        blocked: "An diese Adresse schreiben wir nicht mehr.",
        necessary: "Nachrichten zu Ihrem Konto selbst, etwa Bestätigungen, erreichen Sie weiterhin.",
        notFound: "Diese Seite gibt es nicht",
        notFoundAbout:
            "Der Link ist unvollständig oder nicht mehr gültig. Bitte öffnen Sie ihn noch einmal aus der Nachricht.",
        notUnderstood: "Das haben wir nicht verstanden. Es wurde nichts geändert; bitte versuchen Sie es noch einmal.",
        yourAnswer: "Ihre Antwort", confirm: "Antwort senden", comment: "Möchten Sie etwas hinzufügen? (freiwillig)",
        otherAnswers: "Eine andere Antwort:", thanks: "Vielen Dank", recorded: "Ihre Antwort ist angekommen.",
        closed: "Diese Frage ist geschlossen.")

    static let french = PageWords(
        code: "fr", preferences: "Préférences d'e-mail",
        about: { "Ces réglages concernent \($0)." },
        leave: { "Se désabonner de « \($0) »" }, leaveAll: "Se désabonner de tout",
        choose: "Ou choisissez ce que vous souhaitez recevoir", categories: "Je souhaite recevoir",
        save: "Enregistrer",
        left: { "Vous êtes désabonné de « \($0) »." }, leftAll: "Vous êtes désabonné de tout.",
        saved: "Votre choix est enregistré.",
        blocked: "Nous n'écrivons plus à cette adresse.",
        necessary: "Les messages sur votre compte lui-même, comme les confirmations, vous parviennent toujours.",
        notFound: "Cette page n'existe pas",
        notFoundAbout: "Le lien est incomplet ou n'est plus valable. Veuillez le rouvrir depuis le message.",
        notUnderstood: "Nous n'avons pas compris. Rien n'a été modifié ; veuillez réessayer.",
        yourAnswer: "Votre réponse", confirm: "Envoyer cette réponse",
        comment: "Souhaitez-vous ajouter quelque chose ? (facultatif)",
        otherAnswers: "Une autre réponse :", thanks: "Merci", recorded: "Votre réponse nous est parvenue.",
        closed: "Cette question est close.")

    static let spanish = PageWords(
        code: "es", preferences: "Preferencias de correo",
        about: { "Estos ajustes son para \($0)." },
        leave: { "Cancelar la suscripción a «\($0)»" }, leaveAll: "Cancelar todo",
        choose: "O elija lo que quiere recibir", categories: "Quiero recibir", save: "Guardar",
        left: { "Ha cancelado la suscripción a «\($0)»." }, leftAll: "Ha cancelado todas las suscripciones.",
        saved: "Su elección se ha guardado.",
        blocked: "Ya no escribimos a esta dirección.",
        necessary: "Los mensajes sobre su propia cuenta, como las confirmaciones, le seguirán llegando.",
        notFound: "Esta página no existe",
        notFoundAbout: "El enlace está incompleto o ya no es válido. Ábralo de nuevo desde el mensaje.",
        notUnderstood: "No lo hemos entendido. No se ha cambiado nada; inténtelo de nuevo.",
        yourAnswer: "Su respuesta", confirm: "Enviar esta respuesta", comment: "¿Quiere añadir algo? (opcional)",
        otherAnswers: "Otra respuesta:", thanks: "Gracias", recorded: "Su respuesta ha llegado.",
        closed: "Esta pregunta está cerrada.")
}
