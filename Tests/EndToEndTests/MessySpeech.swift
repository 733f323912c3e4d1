/// What exports in one language call their columns, and the words in them.
struct MessySpeech {
    var name: String
    /// By what each column is.
    var columns: [(String, [String])]
    var monthly: [String]
    var yearly: [String]
    /// Who is a customer, and who has left.
    var statuses: [(String, String)]
    var yes: String
    var no: String
    /// Columns of who wants no messages, or wants them.
    var wishes: [(name: String, isOptOut: Bool)]

    static let all = [english, german, french, spanish, dutch]

    private static let english = MessySpeech(
        name: "English",
        columns: [
            ("key", ["Account ID", "Customer ID", "id", "Company Id", "account_key", "Customer Number"]),
            ("name", ["Company", "Account Name", "Name", "Organization", "company_name"]),
            ("status", ["Status", "Account Status", "Customer Status", "subscription_status"]),
            ("left", ["Cancelled On", "Churn Date", "cancelled_at", "Cancellation Date", "Date Cancelled"]),
            ("flag", ["Cancelled", "Churned", "Canceled"]),
            ("since", ["Customer Since", "Created At", "Signup Date", "Created", "Start Date"]),
            ("renewal", ["Renewal Date", "Next Renewal", "Renews On"]), ("seats", ["Seats", "Licenses"]),
            ("plan", ["Plan", "Tier", "Subscription Plan"]),
            ("email", ["Email", "E-Mail", "Work Email", "Primary Contact E-mail", "Admin Address", "contact email"]),
            ("person", ["Contact", "Primary Contact", "Contact Name"]), ("zone", ["Time Zone", "timezone", "TZ"]),
            ("country", ["Country"]), ("notes", ["Notes"]),
        ],
        monthly: ["MRR", "Monthly Revenue", "MRR (USD)", "mrr"], yearly: ["ARR", "Annual Recurring Revenue"],
        statuses: [("Active", "Cancelled"), ("active", "churned"), ("ACTIVE", "CANCELED"), ("Live", "Closed")],
        yes: "Yes", no: "No",
        wishes: [
            ("Email Opt Out", true), ("Unsubscribed from all email", true), ("Do Not Contact", true),
            ("Newsletter", false), ("Marketing Consent", false),
        ])

    private static let german = MessySpeech(
        name: "German",
        columns: [
            ("key", ["Kundennummer", "Kundennr.", "Kunden-ID"]), ("name", ["Firma", "Kunde", "Unternehmen"]),
            ("status", ["Status", "Kundenstatus"]), ("left", ["Gekündigt am", "Kündigungsdatum"]),
            ("flag", ["Gekündigt"]), ("since", ["Kunde seit", "Vertragsbeginn", "Angelegt am"]),
            ("renewal", ["Verlängerung am", "Verlängerungsdatum"]), ("seats", ["Lizenzen", "Anzahl Lizenzen"]),
            ("plan", ["Tarif", "Paket"]), ("email", ["E-Mail", "E-Mail-Adresse"]),
            ("person", ["Ansprechpartner", "Kontakt"]), ("zone", ["Zeitzone"]), ("country", ["Land"]),
            ("notes", ["Notizen"]),
        ],
        monthly: ["MRR", "Monatsbeitrag", "Monatsumsatz"], yearly: ["ARR"],
        statuses: [("aktiv", "gekündigt"), ("Aktiv", "Ehemalig"), ("Bestandskunde", "Beendet")], yes: "Ja", no: "Nein",
        wishes: [("Werbesperre", true), ("Newsletter", false)])

    private static let french = MessySpeech(
        name: "French",
        columns: [
            ("key", ["N° client", "ID client"]), ("name", ["Société", "Raison sociale"]), ("status", ["Statut"]),
            ("left", ["Résilié le", "Date de résiliation"]), ("flag", ["Résilié"]),
            ("since", ["Client depuis", "Date d'inscription"]), ("renewal", ["Renouvellement"]), ("seats", ["Sièges"]),
            ("plan", ["Formule", "Offre"]), ("email", ["E-mail", "Adresse e-mail", "Courriel"]),
            ("person", ["Contact"]), ("zone", ["Fuseau horaire"]), ("country", ["Pays"]), ("notes", ["Remarques"]),
        ],
        monthly: ["MRR", "Montant mensuel"], yearly: ["ARR"],
        statuses: [("actif", "résilié"), ("Actif", "Annulé")], yes: "Oui", no: "Non",
        wishes: [("Désabonné", true), ("Ne pas contacter", true)])

    private static let spanish = MessySpeech(
        name: "Spanish",
        columns: [
            ("key", ["ID cliente", "Número de cliente"]), ("name", ["Empresa", "Razón social"]), ("status", ["Estado"]),
            ("left", ["Fecha de baja", "Fecha de cancelación"]), ("flag", ["Cancelado"]),
            ("since", ["Fecha de alta", "Cliente desde"]), ("renewal", ["Fecha de renovación"]),
            ("seats", ["Licencias"]), ("plan", ["Tarifa", "Plan"]), ("email", ["Correo electrónico", "Email"]),
            ("person", ["Contacto"]), ("zone", ["Zona horaria"]), ("country", ["País"]), ("notes", ["Notas"]),
        ],
        monthly: ["MRR", "Cuota mensual"], yearly: ["ARR"], statuses: [("activo", "baja"), ("Activa", "Cancelada")],
        yes: "Sí", no: "No", wishes: [("No contactar", true), ("Boletín", false)])

    private static let dutch = MessySpeech(
        name: "Dutch",
        columns: [
            ("key", ["Klantnummer", "Klant-ID"]), ("name", ["Bedrijf", "Bedrijfsnaam"]),
            ("status", ["Status", "Klantstatus"]),
            ("left", ["Opgezegd op", "Opzegdatum"]), ("flag", ["Opgezegd"]),
            ("since", ["Klant sinds", "Ingangsdatum"]),
            ("renewal", ["Verlengingsdatum"]), ("seats", ["Licenties"]), ("plan", ["Abonnement", "Plan"]),
            ("email", ["E-mailadres", "E-mail"]), ("person", ["Contactpersoon"]), ("zone", ["Tijdzone"]),
            ("country", ["Land"]), ("notes", ["Opmerkingen"]),
        ],
        monthly: ["MRR", "Bedrag per maand"], yearly: ["ARR"],
        statuses: [("actief", "opgezegd"), ("Klant", "Beëindigd")], yes: "Ja", no: "Nee",
        wishes: [("Afgemeld", true), ("Nieuwsbrief", false)])
}
