import Playbooks

/// Whether a file lists addresses that an email tool does not write to, by its name, its columns and what they hold.
struct SuppressionGuess {
    /// The column of the addresses.
    let address: Int
    /// Why all of them are there where no column says it.
    let whole: SuppressionReason
    let reason: Int?
    let at: Int?

    /// - Parameter key: the column of the accounts' keys, where they are known.
    init?(_ file: FileGuess, key: ColumnGuess? = nil) {
        let emails = file.usable.filter { file.guesses[$0].isEmail }
        guard let address = file.columns(SuppressionImport.emailNames).first(where: emails.contains) ?? emails.first,
            !Self.hasWilling(file)
        else { return nil }
        let ofTitle = SuppressionWord.reason(ofTitle: file.title)
        let ofColumns = file.usable.lazy.compactMap { index in
            file.guesses[index].filled * 20 >= file.rows * 19
                ? SuppressionWord.reason(ofColumn: file.simpleName(index)) : nil
        }.first
        let named = file.columns(SuppressionImport.reasonNames).filter { $0 != address }
        let told = named.first { index in
            let guess = file.guesses[index]
            let known = guess.words.reduce(0) { $0 + (SuppressionWord.reason($1.key) == nil ? 0 : $1.value) }
            let looked = guess.words.reduce(0) { $0 + $1.value }
            // Numbers alone count or price something.
            return looked > 0 && known * 5 >= looked * 4 && guess.filled * 5 >= file.rows * 4
                && (ofTitle != nil || ofColumns != nil || !guess.isNumber)
        }
        // Events of a product name its accounts, and say more than who wants no messages.
        let isOfAccounts = file.usable.contains { index in
            guard let keys = key?.hashes, !keys.isEmpty else { return false }
            return !file.guesses[index].isEmail && !file.guesses[index].hashes.isDisjoint(with: keys)
        }
        guard let whole = ofTitle ?? ofColumns ?? (told == nil || isOfAccounts ? nil : .unsubscribed) else {
            return nil
        }
        self.address = address
        self.whole = whole
        // A column that says nothing that is known is not asked.
        reason = told ?? (whole == .hardBounce ? named.first { file.guesses[$0].type == .text } : nil)
        at = file.columns(SuppressionImport.momentNames).first { $0 != address && file.guesses[$0].isMoment }
    }

    /// Whether a column of wishes says of anybody that messages are wanted: such a file is one of people.
    private static func hasWilling(_ file: FileGuess) -> Bool {
        func says(_ names: [String], isOptIn: Bool) -> Bool {
            file.columns(names).contains { index in
                file.guesses[index].words.keys.contains { word in
                    let bytes = ByteArena(capacity: word.utf8.count + 1)
                    return WishWord.isOut(bytes.append(word.utf8), isOptIn: isOptIn, WrittenTime(zone: .utc)) == false
                }
            }
        }
        let statuses = file.columns(["status", "email_status"]).contains { index in
            file.guesses[index].words.keys.contains { ["subscribed", "active"].contains(ColumnMap.simplified($0)) }
        }
        return statuses || says(WishWord.optOutNames, isOptIn: false) || says(WishWord.optInNames, isOptIn: true)
    }
}

/// Members of a mailing list, as Mailchimp exports them: who gets messages, which says nothing of accounts.
struct SubscriberGuess {
    static func isOne(_ file: FileGuess) -> Bool {
        !file.columns(["optin_time", "confirm_time", "member_rating", "euid", "leid"]).isEmpty
            && file.columns(["unsub_time", "clean_time"] + ["account"] + ContactImport.accountSynonyms).isEmpty
    }
}
