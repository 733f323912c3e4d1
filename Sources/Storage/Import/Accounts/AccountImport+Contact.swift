/// The one contact that comes with its account, with the key and role `owner`.
extension AccountImport {
    func ownerColumns(_ map: ColumnMap) -> StagedColumns {
        var owned = StagedColumns(isPerRow: map.isPerRow)
        if emailPlace != nil {
            for name in ["email", "address"] {
                owned.add(name, column: "\"\(name)\"", ownerEmail, place: nil, updated: "s.\(name)")
            }
        }
        if hasOwner {
            owned.add("name", column: "\"name\"", ownerName, place: nil, updated: "COALESCE(s.name, a.name)")
        }
        owned.add("role", column: "\"role\"", ownerName, place: nil, updated: "s.role")
        if wishes.isNeeded { owned.addWish() }
        return owned
    }

    func applyOwners(_ slice: Range<Int>) throws -> Int {
        for row in slice.lazy.map(rows.row(at:)) where !rows.isRepeated(row) {
            let hasAddress =
                emailPlace == nil ? !rows[row, StagedAccount.contact].isNull : !rows[row, StagedAccount.email].isNull
            if hasAddress {
                owner.stage(
                    account: rows[row, StagedAccount.account], isNew: rows[row, StagedAccount.isNew],
                    key: .text(ownerWord))
                if emailPlace != nil {
                    owner.rows.add(rows[row, StagedAccount.email])
                    owner.rows.add(rows[row, StagedAccount.address])
                }
                owner.rows.add(rows[row, StagedAccount.contact])
                owner.rows.add(.text(ownerWord))
                if wishes.isNeeded { owner.rows.add(rows[row, StagedAccount.wish]) }
                owner.rows.endRow()
            } else if wishes.isNeeded, case .integer(1) = rows[row, StagedAccount.wish],
                case .integer(let account) = rows[row, StagedAccount.account]
            {
                tally.unsubscribed += try owner.unsubscribe("owner", of: account)
            }
        }
        defer { owner.rows.removeAll() }
        let ofContacts = try owner.apply()
        tally.unsubscribed += ofContacts.unsubscribed
        return ofContacts.eventsMade
    }

    /// How many accounts stayed as they are and have a contact that did not.
    func accountsChangedByContact(_ slice: Range<Int>) -> Int {
        if owner.changedAccounts.isEmpty, emptied.accounts.isEmpty { return 0 }
        return slice.lazy.map(rows.row(at:)).count { row in
            guard rows.isUnchanged(row), case .integer(let account) = rows[row, StagedAccount.account] else {
                return false
            }
            return owner.changedAccounts.contains(account) || emptied.accounts.contains(account)
        }
    }
}
