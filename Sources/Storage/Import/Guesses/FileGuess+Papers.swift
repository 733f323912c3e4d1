import Playbooks

/// Files whose rows are papers, deals or answers: each happened once, and is neither a person nor a day of usage.
extension FileGuess {
    private static let titles: Set<String> = [
        "invoices", "payments", "charges", "refunds", "orders", "deals", "opportunities", "quotes", "transactions",
        "receipts", "bills", "tickets", "cases", "conversations", "rechnungen", "zahlungen", "bestellungen", "factures",
        "paiements", "commandes", "facturas", "pagos", "pedidos", "facturen", "betalingen", "fatture", "faturas",
        "invoice", "payment", "charge", "refund", "order", "deal", "opportunity", "quote", "transaction", "receipt",
        "bill",
        "ticket", "rechnung", "zahlung", "bestellung", "facture", "paiement", "factura", "pago", "fattura", "factuur",
        "fatura", "surveymonkey", "typeform", "delighted", "survey", "surveys", "responses", "umfrage", "encuesta",
        "sondage",
    ]

    /// Whether each row is one of them, by the name of the file or by a column that numbers them.
    func isOfPapers(besides account: Int) -> Bool {
        if rowName(besides: account) != nil { return true }
        return title.split(separator: "_").contains { Self.titles.contains(String($0)) } || isOfDeals || isOfInvoices
    }

    private var isOfDeals: Bool {
        usable.count { index in ["deal_", "opportunity_"].contains { simpleName(index).hasPrefix($0) } } >= 3
    }

    private var isOfInvoices: Bool {
        !columns(["transaction_type", "txn_type", "doc_number", "invoice_no", "invoice_number", "open_balance"]).isEmpty
            && !columns(["amount", "due_date", "open_balance", "total"]).isEmpty
            || !columns(["amount_due", "invoice_date", "invoice_total", "total_due"]).isEmpty
                && !columns(["amount_paid", "paid", "due_date", "due_date_utc", "number", "invoice_status"]).isEmpty
    }

    /// Whether a column asks how likely somebody is to recommend, in words of its own.
    func asksToRecommend(_ index: Int) -> Bool {
        let name = simpleName(index)
        return [
            "recommend", "empfehlen", "weiterempfehl", "recomend", "recommand", "raccomand", "consigli", "aanbevel",
        ]
        .contains { name.contains($0) }
    }

    /// The column in which people say why, as they like.
    func commentColumn(besides taken: [Int]) -> Int? {
        let named = columns(["comment", "comments", "feedback", "verbatim", "details", "note", "notes"]).first
        return named
            ?? usable.first { index in
                let words = simpleName(index).split(separator: "_").map(String.init)
                return !taken.contains(index) && guesses[index].type == .text && !guesses[index].isEmail
                    && !words.filter {
                        ["why", "reason", "warum", "pourquoi", "improve", "waarom", "perché"].contains($0)
                    }.isEmpty
            }
    }
}
