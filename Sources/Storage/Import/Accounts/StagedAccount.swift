/// What every staged row of an account begins with, in this order; its columns follow.
enum StagedAccount: Int, CaseIterable {
    case account, isNew, present, key, email, address, contact, wish, keepsEmail, isOldNews

    /// As SQL calls it.
    var name: String {
        switch self {
        case .account: "account_id"
        case .isNew: "is_new"
        case .present: "present"
        case .key: "key"
        case .email: "email"
        case .address: "address"
        case .contact: "contact"
        case .wish: "wish"
        case .keepsEmail: "keeps_email"
        case .isOldNews: "is_old_news"
        }
    }

    var column: StagedRows.Column {
        switch self {
        case .account, .isNew, .present, .wish, .keepsEmail, .isOldNews: .integer(name)
        case .key, .email, .address, .contact: .text(name)
        }
    }
}

extension StagedRows {
    subscript(row: Int, column: StagedAccount) -> Scalar {
        get { self[row, column.rawValue] }
        set { self[row, column.rawValue] = newValue }
    }

    /// Of several rows of one account the last counts, with what it leaves out of those before; the last that speaks of the
    /// address counts for it.
    func mergeAccounts(_ columns: StagedColumns) {
        let first = StagedAccount.allCases.count
        mergeRepeats(
            of: [StagedAccount.key.rawValue], present: StagedAccount.present.rawValue, from: first,
            filling: [StagedAccount.contact, .wish].map(\.rawValue)
                // A row that says how its account stands says that it leaves on no day, too.
                + columns.withoutPlace.filter { !["leaves_told", "service_end_at"].contains(columns.all[$0].name) }
                .map { first + $0 },
            kept: StagedAccount.keepsEmail.rawValue, keeping: [StagedAccount.email, .address].map(\.rawValue))
    }
}
