import Playbooks

/// What a file of an export brings, by its columns and, where they leave a doubt, by its name.
enum FileRole {
    case contacts(account: Int)
    /// One row an account and a column for each day or month.
    case calendar(account: Int)
    /// One row an account and day; columns of numbers are metrics.
    case metrics(account: Int, day: Int)
    case events(account: Int, at: Int, kind: Kind)
    /// Addresses that an email tool does not write to, whoever has them.
    case suppressions(SuppressionGuess)
    /// A row for each subscription of an account: whether it runs, since when, and what is paid for it.
    case subscriptions(account: Int)
    /// Accounts that the file of accounts does not have, such as those who have left.
    case accounts(key: Int)

    /// The column that names accounts; nil where none has to.
    var account: Int? {
        switch self {
        case .suppressions: nil
        case .contacts(let account), .calendar(let account), .metrics(let account, _), .events(let account, _, _),
            .subscriptions(let account):
            account
        case .accounts: nil
        }
    }

    enum Kind {
        case nps(score: Int)
        case cancellations(reason: Int?)
        /// A column says which.
        case named(Int)
        /// All rows are one event, called after the file.
        case one
    }

    /// How much a file looks like the list of accounts.
    static func likeness(of file: FileGuess) -> Int {
        var points = 0
        if file.columns(AccountColumnNames.key).contains(where: { file.guesses[$0].isNearlyUnique }) { points += 3 }
        if !file.columns(AccountColumnNames.name).isEmpty { points += 2 }
        for names in [
            AccountColumnNames.mrr, AccountColumnNames.created, ["plan", "tier", "subscription_plan", "seats"],
        ]
        where !file.columns(names).isEmpty {
            points += 2
        }
        if ["account", "customer", "compan", "client"].contains(where: { file.title.contains($0) }) { points += 3 }
        if file.calendar != nil { points -= 6 }
        if SuppressionGuess(file) != nil { points -= 20 }
        // Beside a list of customers it says of them how they stand.
        if file.isOfSubscriptions { points -= 4 }
        if ["usage", "nps", "survey", "cancel", "churn", "event", "contact", "login", "metric", "activit"]
            .contains(where: { file.title.contains($0) })
        {
            points -= 3
        }
        return points
    }

    /// Nil, with the reason, when nothing can be made of the file.
    ///
    /// - Parameters:
    ///   - key: the column that tells accounts apart.
    ///   - joins: other texts of accounts that do.
    static func find(
        _ file: FileGuess, key: ColumnGuess?, addresses: Set<Int>, joins: [AccountJoin.Attribute] = []
    ) -> Result<FileRole, ImportError> {
        if file.rows == 0 {
            return .failure(
                ImportError(
                    "\(file.name) holds no row but the names of its columns, and was left out; name it again when it has some"
                ))
        }
        if file.header.contains(where: { EmailAddress.normalized($0) != nil }) {
            return .failure(
                ImportError(
                    "\(file.name):1: holds an address where the names of columns belong; it was left out: put a line above it, such "
                        + "as \(file.header.count == 1 ? "email" : "email,reason")"))
        }
        if let list = SuppressionGuess(file, key: key) { return .success(.suppressions(list)) }
        if let key, key.digits == nil, let index = file.columnWithOtherZeros(than: key) {
            return .failure(
                ImportError(
                    "\(file.name): \"\(file.header[index])\" holds the keys of accounts without the zeros before them, which "
                        + "spreadsheets drop; it is left out. Export it again and let no spreadsheet save it"))
        }
        guard let account = file.join(key, addresses, joins)?.column else {
            if let key, let own = file.doubtfulKey(key) {
                return .failure(doubt(file, own, key, addresses, joins))
            }
            return .failure(
                ImportError(
                    "no column of \(file.name) names accounts by their keys or by the addresses of contacts; say which: "
                        + "keeptouch import KIND \(file.name) --map account=\"...\""))
        }
        return find(file, account: account, key, addresses, joins)
    }

    /// A file whose only ids are numbers that may be those of accounts, or of its own rows.
    private static func doubt(
        _ file: FileGuess, _ own: Int, _ key: ColumnGuess, _ addresses: Set<Int>, _ joins: [AccountJoin.Attribute]
    ) -> ImportError {
        let kind =
            switch find(file, account: own, key, addresses, joins) {
            case .success(.contacts): "contacts"
            case .success(.metrics), .success(.calendar): "metrics"
            default: "events"
            }
        return ImportError(
            "\(file.name): the numbers in \"\(file.header[own])\" are keys of accounts, but may as well count the rows of the "
                + "file, and nothing else in it is known of accounts; it was left out. If they name accounts, say: "
                + "keeptouch import \(kind) \(file.path ?? file.name) --map account=\"\(file.header[own])\"; else bring a column "
                + "with the keys, or a file of contacts with the addresses")
    }

    /// Headings that name days, weeks or months of no year.
    private static func doubt(_ file: FileGuess, _ headings: [String]) -> ImportError {
        ImportError(
            "\(file.name): \(headings.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")) name \(headings.count) days, weeks or "
                + "months of no year, and nobody can say of which; it was left out. Write the year to each in its first line "
                + "(\"\(headings[0])\(headings[0].last?.isNumber == true && !headings[0].contains(" ") ? "/" : " ")2026\"), and name it again"
        )
    }

    /// Amounts by day or month, which are no usage; the newest may be what accounts pay.
    private static func money(_ file: FileGuess, account: Int, _ keys: Set<Int>) -> ImportError {
        var line = ""
        if let newest = file.newestOfCalendar, let path = file.path,
            !file.guesses[account].hashes.isDisjoint(with: keys)
        {
            line =
                " If the newest is what accounts pay in a month, say: imports: { revenue: { kind: accounts, file: "
                + "\(ImportHint.quoted(path)), contact: no, columns: { key: \(ImportHint.quoted(file.header[account])), mrr: "
                + "\(ImportHint.quoted(file.header[newest])) } } }"
        }
        return ImportError("\(file.name) holds amounts of money by day or month, and no usage; it was left out.\(line)")
    }

    private static func find(
        _ file: FileGuess, account: Int, _ key: ColumnGuess?, _ addresses: Set<Int>, _ joins: [AccountJoin.Attribute]
    ) -> Result<FileRole, ImportError> {
        let keys = key?.hashes ?? []
        if SubscriberGuess.isOne(file) {
            return .failure(
                ImportError(
                    "\(file.name) lists who gets messages of a mailing list, and names no accounts; it suppresses nobody and is "
                        + "left out. Who wants none stands in the lists of unsubscribed and cleaned members"))
        }
        if let key, let own = file.keyOfOtherAccounts(than: key) { return .success(.accounts(key: own)) }
        if file.isCalendarOfMoney { return .failure(money(file, account: account, keys)) }
        let withoutYear = file.header.filter(PeriodText.lacksYear)
        if withoutYear.count >= 2, withoutYear.count * 2 > file.usable.count, file.calendar == nil {
            return .failure(doubt(file, withoutYear))
        }
        if file.calendar != nil { return .success(.calendar(account: account)) }
        if file.isOfSubscriptions {
            guard !file.guesses[account].isEmail, joins.isEmpty || file.join(key, addresses, joins)?.by == nil,
                !file.guesses[account].hashes.isDisjoint(with: keys)
            else {
                return .failure(
                    ImportError(
                        "\(file.name) says of subscriptions who pays and who has left, and no column holds the keys of accounts; it was "
                            + "left out. Bring a column with the key, or let what \"\(file.header[account])\" holds be the key of "
                            + "accounts"))
            }
            return .success(.subscriptions(account: account))
        }
        let free = file.usable.filter { $0 != account && file.guesses[$0].filled > 0 }
        let moments = free.filter { file.guesses[$0].isMoment }
        let hasAddress = free.contains { file.guesses[$0].isEmail }
        let isOfPeople = hasAddress || file.guesses[account].isEmail
        let score = score(file, free)
        let departures = DepartureGuess(file, besides: account, moments: moments)
        // Who wants no messages, or has left, is said of people; what they answered and why they left are events, all the same.
        if isOfPeople, score == nil, departures == nil,
            !file.columns(WishWord.optOutNames + WishWord.optInNames).isEmpty
                || PresenceGuess.isTold(file, besides: account) && !file.isOfPapers(besides: account)
        {
            return .success(.contacts(account: account))
        }
        let names = file.columns(["event", "event_name", "event_type", "activity", "action", "type"])
        if let at = moments.first {
            if let score {
                // When somebody was asked is not when they answered.
                let answered = moments.first { index in
                    file.guesses[index].filled * 2 >= file.rows
                        && ["respon", "submit", "complet", "answered", "end_date"].contains {
                            file.simpleName(index).contains($0)
                        }
                }
                return .success(.events(account: account, at: answered ?? at, kind: .nps(score: score)))
            }
            if let departures {
                if let doubt = departures.doubt(file, account: account, among: keys.count) { return .failure(doubt) }
                return .success(
                    .events(account: account, at: departures.at, kind: .cancellations(reason: departures.reason)))
            }
            let isCounted = file.columns(FileGuess.countNames.filter { $0 != "value" && $0 != "total" }).contains {
                $0 != account && file.isFigure($0)
            }
            if !isCounted, !file.isOfPapers(besides: account),
                let named = names.first(where: { $0 != account && file.guesses[$0].distinct <= 50 })
            {
                return .success(.events(account: account, at: at, kind: .named(named)))
            }
            let figures = free.filter(file.isFigure)
            let isOfRows = file.isOfPapers(besides: account)
            let past = moments.first { file.guesses[$0].isPast && file.guesses[$0].filled * 10 >= file.rows * 9 }
            if isOfRows {
                guard file.isJoined(by: account, keys, addresses, joins) else {
                    return .failure(
                        ImportError(
                            "\(file.name) holds papers, deals or answers, and no column names accounts by what these files have; it was "
                                + "left out"))
                }
                return .success(.events(account: account, at: past ?? at, kind: .one))
            }
            if !figures.isEmpty, !hasAddress, file.isAsOfLast(at, account: account) {
                return .failure(
                    ImportError(
                        "\(file.name) says of each account when something happened last (\"\(file.header[at])\"), and no usage "
                            + "by day; it was left out. Columns about accounts belong into their own file"))
            }
            if !figures.isEmpty, !hasAddress { return .success(.metrics(account: account, day: at)) }
            if !figures.isEmpty, let day = file.dayOfUsage(among: moments) {
                return .success(.metrics(account: account, day: day))
            }
            if !hasAddress { return .success(.events(account: account, at: at, kind: .one)) }
        }
        let figures = free.filter(file.isFigure)
        if !hasAddress, let period = free.first(where: { file.guesses[$0].isPeriod && !figures.contains($0) }),
            !figures.isEmpty
        {
            return .success(.metrics(account: account, day: period))
        }
        if isOfPeople { return .success(.contacts(account: account)) }
        if withoutYear.count >= 2 { return .failure(doubt(file, withoutYear)) }
        return .failure(
            ImportError(
                "\(file.name) has neither dates nor addresses nor columns called after days or months; it was left out")
        )
    }

    /// The column of an NPS score: whole numbers from 0 to 10.
    private static func score(_ file: FileGuess, _ free: [Int]) -> Int? {
        let named = free.filter { index in
            file.simpleName(index) != "member_rating"
                && (["score", "nps", "rating"].contains { file.simpleName(index).contains($0) }
                    || file.asksToRecommend(index))
        }
        return named.first { index in
            let numbers = file.guesses[index].numbers
            let scores = numbers.count { (0...10).contains($0) && $0 == $0.rounded() }
            // One that nobody can have given is a slip.
            return !numbers.isEmpty && (scores * 10 >= numbers.count * 9 || scores >= 2 && scores + 1 == numbers.count)
        }
    }
}

extension ColumnGuess {
    /// Whether nearly every value comes once: good enough for a key whose repeats are said.
    var isNearlyUnique: Bool {
        filled > 0 && (repeats * 20 <= filled || repeats == 1 && filled >= 3) && filled * 20 >= count * 19
    }
}
