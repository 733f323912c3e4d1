import Playbooks

/// Whether a file lists customers who have left, or ask to, by its name and its columns.
///
/// Each row of such a file sends a customer away, so that a column of reasons alone is no evidence: invoices, refunds and
/// tickets have one, too.
struct DepartureGuess {
    /// When each of them left.
    let at: Int
    let reason: Int?

    private static let words = [
        "cancel", "churn", "terminat", "offboard", "künd", "kuend", "resili", "résili", "opzeg", "disdett", "rescis",
        "fecha_de_baja", "bajas",
    ]

    /// - Parameter moments: the columns that say when.
    init?(_ file: FileGuess, besides account: Int, moments: [Int]) {
        func isNamedSo(_ name: String) -> Bool { Self.words.contains { name.contains($0) } }
        let reason = file.reasonColumn(besides: account)
        let named = moments.filter { isNamedSo(file.simpleName($0)) }
        // A list of customers or subscriptions says of some of them that they left.
        let ofAll = named.first { file.guesses[$0].filled * 5 >= file.rows * 4 }
        let isOfReasons =
            reason.map { isNamedSo(file.simpleName($0)) && file.guesses[$0].filled * 2 >= file.rows } ?? false
        guard isNamedSo(file.title) || ofAll != nil || isOfReasons else { return nil }
        let asked = moments.first { file.simpleName($0).contains("request") }
        guard let at = ofAll ?? asked ?? named.first ?? moments.first else { return nil }
        self.at = at
        self.reason = reason
    }

    /// Why the file is left out though it looks like one: nobody loses most customers and keeps a list of it.
    ///
    /// - Parameter accounts: how many there are; 0 when nobody knows.
    func doubt(_ file: FileGuess, account: Int, among accounts: Int) -> ImportError? {
        let named = file.guesses[account].distinct
        guard accounts > 0, named * 2 > accounts else { return nil }
        let columns =
            ["account: \(ImportHint.quoted(file.header[account]))", "at: \(ImportHint.quoted(file.header[at]))"]
            + (reason.map { ["reason: \(ImportHint.quoted(file.header[$0]))"] } ?? [])
        return ImportError(
            "\(file.name) looks like a list of customers who left, but names \(named) of \(accounts) accounts; it is left "
                + "out. If all of these have left, say: imports: { cancellations: { kind: events, file: "
                + "\(ImportHint.quoted(file.path ?? file.name)), event: churned, columns: { "
                + "\(columns.joined(separator: ", ")) } } }")
    }
}

extension FileGuess {
    /// The column that says why, whatever it is about.
    func reasonColumn(besides account: Int) -> Int? {
        usable.first { index in
            let name = simpleName(index)
            return index != account
                && (["reason", "why", "motif", "motivo"].contains { name.contains($0) } || name.hasSuffix("grund"))
        }
    }

    /// The column that names the paper that each row is about.
    ///
    /// Such rows are events, with whatever numbers beside them; a plain `id` may number anything, days too.
    func rowName(besides account: Int) -> Int? {
        let papers = [
            "invoice", "payment", "charge", "refund", "ticket", "order", "subscription", "transaction", "case",
            "receipt",
            "bill", "credit", "conversation", "response", "respondent", "rechnung", "rechnungs", "zahlung", "zahlungs",
            "bestell",
            "facture", "paiement", "commande", "factura", "pago", "pedido",
        ]
        return usable.first { index in
            let words = simpleName(index).split(separator: "_").map(String.init)
            return index != account && guesses[index].isUnique && guesses[index].filled == guesses[index].count
                && words.count > 1 && papers.contains(words[0]) && Self.isOfNames(simpleName(index))
        }
    }
}
