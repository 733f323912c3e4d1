import Playbooks

/// A data map while it is being guessed, section by section.
struct DataMapDraft {
    let accounts: AccountDraft
    private let key: ColumnGuess?
    var keys: Set<Int> { key?.hashes ?? [] }
    /// Addresses of contacts that the file of accounts names.
    private let ownAddresses: Set<Int>
    /// Addresses of each file of contacts, by its name.
    private let ofContacts: [(name: String, addresses: Set<Int>)]
    var contactAttributes: [String] = []
    private var metrics: [String] = []
    var events: [String] = []
    private var imports: [String] = []
    var notes: [String] = []
    private var importNames: Set<String> = []
    /// Files that say what accounts pay, where that of accounts does not.
    var ofAmounts: [AccountDraft] = []
    private var names: Set<String>

    /// - Parameter others: the files that are to be added.
    init(_ accounts: AccountDraft, with others: [FileGuess] = []) {
        self.accounts = accounts
        let key = accounts.key.map { accounts.file.guesses[$0] }
        self.key = key
        let contacts = others.filter { file in
            if case .success(.contacts) = FileRole.find(file, key: key, addresses: [], joins: accounts.joins) {
                true
            } else {
                false
            }
        }
        func addresses(of files: [FileGuess]) -> Set<Int> {
            files.reduce(into: []) { all, file in
                for guess in file.guesses where guess.isEmail { all.formUnion(guess.addresses) }
            }
        }
        ownAddresses = addresses(of: [accounts.file])
        ofContacts = contacts.map { ($0.name, addresses(of: [$0])) }
        names = accounts.names
        notes = accounts.notes
        noteReading(accounts.file)
        defer { if accounts.isOfPeople, let key = accounts.key { addContacts(accounts.file, key) } }
        if let path = accounts.file.path {
            importNames.insert("accounts")
            let contact = accounts.isOfPeople ? ", contact: no" : ""
            imports.append("  accounts: { file: \(ImportHint.quoted(path))\(contact) }")
        }
    }

    private mutating func noteReading(_ file: FileGuess) {
        for note in file.notes { notes.append("\(file.name): \(note)") }
        noteLists(file)
        noteContraryDates(file)
        let headings = file.headings
        guard !headings.isEmpty, !accounts.saysStatus else { return }
        notes.append(
            "\(file.name): \(headings.prefix(6).joined(separator: ", ")) \(headings.count == 1 ? "stands" : "stand") alone, like "
                + "headings of the rows below, and the import refuses the file for it; add a column \"status\" that says it of each row"
        )
    }

    /// The currency that most amounts of the accounts, or of their subscriptions, name.
    var currency: String? { Self.currency(accounts) ?? ofAmounts.lazy.compactMap(Self.currency).first }

    private static func currency(_ accounts: AccountDraft) -> String? {
        var counts: [String: Int] = [:]
        let money =
            accounts.mrr.map { [accounts.file.guesses[$0.column]] } ?? accounts.file.guesses.filter(\.hasCurrency)
        for guess in money where guess.isMoney {
            for (sign, count) in guess.currencies { counts[sign, default: 0] += count }
        }
        // A column of codes, or what that of the amounts is called, says which of the dollars a sign means.
        if counts.count == 1, let only = counts.first?.key, let code = namedCurrency(accounts),
            ["$", "£", "¥", "kr"].contains(where: { sign in
                MoneyText.currencies(of: sign).map { $0.contains(only) && $0.contains(code) } ?? false
            })
        {
            return code
        }
        // What the column of the amounts is called says it, too.
        if counts.isEmpty,
            let named = accounts.mrr.flatMap({ CurrencyCell.currency(inName: accounts.file.header[$0.column]) })
        {
            return Currency.isCode(named) ? named : ["€": "EUR", "£": "GBP", "$": "USD"][named]
        }
        if let named = currencies(accounts), counts.isEmpty {
            counts = accounts.file.guesses[named].words.filter { Currency.isCode($0.key.uppercased()) }
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key.uppercased()
    }

    /// The code that a column of currencies, or the name of that of the amounts, says.
    private static func namedCurrency(_ accounts: AccountDraft) -> String? {
        let codes = currencies(accounts).map { index in
            accounts.file.guesses[index].words.filter { Currency.isCode($0.key.uppercased()) }
        }
        if let most = codes?.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) { return most.key.uppercased() }
        let named = accounts.mrr.flatMap { CurrencyCell.currency(inName: accounts.file.header[$0.column]) }
        return named.flatMap { Currency.isCode($0) ? $0 : nil }
    }

    /// The column of currencies.
    private static func currencies(_ accounts: AccountDraft) -> Int? {
        let file = accounts.file
        return file.columns(CurrencyCell.names).first
            ?? file.usable.first { index in
                CurrencyCell.isOfCurrencies(file.header[index]) && file.guesses[index].filled > 0
                    && file.guesses[index].words.keys.allSatisfy { Currency.isCode($0.uppercased()) }
            }
    }

    /// What is to be said of the currency that `init` writes.
    var currencyNote: String? {
        guard accounts.mrr != nil || !ofAmounts.isEmpty || accounts.file.guesses.contains(where: \.hasCurrency) else {
            return nil
        }
        guard let currency else {
            return "nothing names the currency of the amounts; USD is written (currency: of keeptouch.yaml)"
        }
        return "amounts are taken for \(currency) (currency: of keeptouch.yaml)"
    }

    // MARK: Other files

    mutating func add(_ file: FileGuess) {
        noteReading(file)
        let role = FileRole.find(file, key: key, addresses: addresses(besides: file), joins: accounts.joins)
        if case .success(let role) = role {
            noteAddresses(file, role)
            if let account = role.account { noteJoin(file, account) }
        }
        switch role {
        case .failure(let error): notes.append(error.description)
        case .success(.contacts(let account)): addContacts(file, account)
        case .success(.suppressions(let list)): addSuppressions(file, list)
        case .success(.subscriptions(let account)): addSubscriptions(file, account)
        case .success(.accounts(let key)): addOtherAccounts(file, key)
        case .success(.calendar(let account)): addCalendar(file, account)
        case .success(.metrics(let account, let day)): addMetrics(file, account, day)
        case .success(.events(let account, let at, let kind)): addEvents(file, account, at, kind)
        }
    }

    private mutating func noteAddresses(_ file: FileGuess, _ role: FileRole) {
        guard let account = role.account else { return }
        let guess = file.guesses[account]
        guard guess.isEmail, !guess.hashes.isSubset(of: keys) || keys.isEmpty else { return }
        // A file of contacts cannot find its accounts by itself.
        let others = if case .contacts = role { ownAddresses } else { addresses(besides: file) }
        let known = guess.addresses.count { others.contains($0) }
        notes.append(
            "\(file.name): accounts are found by the addresses in \"\(file.header[account])\", of which \(known) of "
                + "\(guess.addresses.count) are contacts in these files")
    }

    private mutating func addCalendar(_ file: FileGuess, _ account: Int) {
        guard let (format, columns) = file.calendar else { return }
        let headings = columns.map { file.header[$0] }
        let isWeek = format == DateFormat.ofWeeks || MetricCalendar.areWeeks(headings, [format])
        let isMonth = !format.contains("d") && !isWeek
        let period = isMonth || MetricCalendar.areMonths(headings, [format]) ? "month" : isWeek ? "week" : "day"
        let name = metricName(file, columns)
        metrics.append("  \(name): { fresh_within: \(Self.freshness(period)) }")
        notes.append(
            "\(file.name): \(columns.count) \(period)s of the metric \(name)"
                + (period == "day" ? "" : "; a \(period)'s total is spread evenly over its days"))
        let unread = MetricCalendar.unread(file.header, [format])
        if !unread.isEmpty {
            notes.append(
                "\(file.name): \(unread.map { "\"\($0)\"" }.joined(separator: ", ")) cannot be read as \(format), and the import "
                    + "refuses the file for it: add their format to days:, or call them otherwise")
        }
        var parts = [accountPair(file, account)]
        if let mark = mark(file, columns) { parts.append("value: { decimal: \(mark.rawValue) }") }
        addImport(file, "usage", .metrics, ["metric: \(name)", "days: \(ImportHint.list([format]))"], parts)
    }

    /// What the columns are called beside their days, else after the file; usage that has no name of its own is logins.
    private mutating func metricName(_ file: FileGuess, _ columns: [Int]) -> String {
        let words = columns.map { index in
            file.simpleName(index).split(separator: "_").filter { word in word.allSatisfy(\.isLetter) }
                .filter { word in MonthName.number(of: String(word)) == nil }
                .filter { !MetricCalendar.isOfWeeks(String($0)) }
        }
        let common = words.first.flatMap { first in words.allSatisfy { $0 == first } ? first : nil } ?? []
        return names.insertFree(common.isEmpty ? "logins" : common.joined(separator: "_"))
    }

    private mutating func addMetrics(_ file: FileGuess, _ account: Int, _ day: Int) {
        let period =
            RowPeriod(file.header, day: day).end != nil || file.guesses[day].isPeriod
            ? "period"
            : MetricCalendar.namesWeek(file.header[day])
                ? "week" : MetricCalendar.namesMonth(file.header[day]) ? "month" : nil
        let fresh = "{ fresh_within: \(Self.freshness(period)) }"
        var columns = [accountPair(file, account), moment("day", file, day)]
        let parts = file.partColumns(besides: [account, day])
        let figures = file.usable.filter { $0 != account && $0 != day && !parts.contains($0) && file.isFigure($0) }
        var summed = parts
        if let value = file.columns(FileGuess.countNames).first(where: { figures.contains($0) }),
            let metric = file.metricColumn(besides: [account, day])
        {
            summed.removeAll { $0 == metric }
            columns.append(number("value", file, value))
            var map: [String] = []
            for word in file.guesses[metric].words.keys.sorted() {
                let name = names.insertFree(Self.name(word))
                metrics.append("  \(name): \(fresh)")
                if name != ColumnMap.simplified(word) { map.append("\(ImportHint.scalar(word)): \(name)") }
            }
            columns.append(
                map.isEmpty
                    ? pair("metric", file, metric)
                    : "metric: { column: \(ImportHint.quoted(file.header[metric])), map: { \(map.joined(separator: ", ")) } }"
            )
        } else {
            for index in figures {
                let name = names.insertFree(Self.name(file.header[index]))
                metrics.append("  \(name): \(fresh)")
                columns.append(number(name, file, index, isPlain: false))
            }
        }
        if file.guesses[account].isEmail { summed.insert(account, at: 0) }
        let over = summed.map { ImportHint.quoted(file.header[$0]) }.joined(separator: ", ")
        if !summed.isEmpty {
            notes.append(
                "\(file.name): what rows of one account and day say is added up over \(over) (sum_over); where the last row "
                    + "counts, say: sum_over: []")
        }
        note(
            file,
            period.map { "metrics by \($0); a \($0)'s total is spread evenly over its days" } ?? "metrics by day")
        if period == nil, file.areFirstsOfMonths(day) {
            notes.append(
                "\(file.name): all dates of \"\(file.header[day])\" are the first of a month; if each stands for a month, call "
                    + "the column \"month\", so that its total is spread over the days")
        } else if period == nil, let weekday = file.onlyWeekday(of: day) {
            notes.append(
                "\(file.name): all dates of \"\(file.header[day])\" are \(weekday)s; if each stands for a week, call the column "
                    + "\"week\", so that its total is spread over the days")
        }
        addImport(file, "usage", .metrics, over.isEmpty ? [] : ["sum_over: [\(over)]"], columns)
    }

    /// How old the newest day may be before what reads the metric waits: as long as the next file may take.
    private static func freshness(_ period: String?) -> String {
        switch period {
        case "week": "9d"
        case "month", "period": "7d"
        default: "3d"
        }
    }

    private mutating func addEvents(_ file: FileGuess, _ account: Int, _ at: Int, _ kind: FileRole.Kind) {
        var columns = [accountPair(file, account), moment("at", file, at)]
        if let person = file.usable.first(where: { $0 != account && file.guesses[$0].isEmail }) {
            columns.append(pair("contact", file, person))
        }
        if let name = file.rowName(besides: account) { columns.append(pair("id", file, name)) }
        let comment = file.commentColumn(besides: [account, at])
        switch kind {
        case .nps(let score):
            events.append("  nps_response:\n    properties: { score: number, comment: text }")
            columns.append(pair("score", file, score))
            if let comment { columns.append(pair("comment", file, comment)) }
            note(file, "nps_response events")
            addImport(file, "nps", .events, ["event: nps_response"], columns)
        case .cancellations(let reason): addDepartures(file, account, at, reason, columns)
        case .named(let column):
            var map: [String] = []
            for word in file.guesses[column].words.keys.sorted() {
                let name = Self.name(word)
                if !names.contains(name) { events.append("  \(names.insertFree(name)): {}") }
                if name != word { map.append("\(ImportHint.scalar(word)): \(name)") }
            }
            columns.append(
                map.isEmpty
                    ? pair("event", file, column)
                    : "event: { column: \(ImportHint.quoted(file.header[column])), map: { \(map.joined(separator: ", ")) } }"
            )
            note(file, "events")
            addImport(file, "activity", .events, [], columns)
        case .one:
            let name = names.insertFree(Self.name(file.title))
            events.append("  \(name): {}")
            note(file, "\(name) events")
            addImport(file, name, .events, ["event: \(name)"], columns)
        }
    }

    // MARK: Lines

    /// Addresses of contacts that other files have: those of a file of contacts say nothing of its own accounts.
    func addresses(besides file: FileGuess) -> Set<Int> {
        ofContacts.filter { $0.name != file.name }.reduce(into: ownAddresses) { $0.formUnion($1.addresses) }
    }

    func join(of file: FileGuess) -> AccountJoin? { file.join(key, addresses(besides: file), accounts.joins) }

    /// Whether a file names accounts by nothing but addresses.
    func isFoundByAddress(_ file: FileGuess) -> Bool {
        join(of: file).map { $0.by == nil && file.guesses[$0.column].isEmail } ?? false
    }

    /// The column that names accounts, and by what, where that is not their key.
    func accountPair(_ file: FileGuess, _ index: Int) -> String {
        let join = join(of: file)
        if let digits = join?.digits, join?.column == index {
            return "account: { column: \(ImportHint.quoted(file.header[index])), digits: \(digits) }"
        }
        guard let by = join?.by else { return pair("account", file, index) }
        return "account: { column: \(ImportHint.quoted(file.header[index])), by: \(by.name) }"
    }

    func pair(_ name: String, _ file: FileGuess, _ index: Int) -> String {
        "\(name): \(ImportHint.quoted(file.header[index]))"
    }

    mutating func moment(_ name: String, _ file: FileGuess, _ index: Int) -> String {
        if let doubt = file.doubt(about: index) { notes.append("\(file.name): \(doubt)") }
        let formats = file.guesses[index].declaredFormats
        if formats.isEmpty { return pair(name, file, index) }
        return "\(name): { column: \(ImportHint.quoted(file.header[index])), format: \(ImportHint.list(formats)) }"
    }

    /// - Parameter isPlain: whether the name of the column alone will do where there is nothing else to say.
    private mutating func number(_ name: String, _ file: FileGuess, _ index: Int, isPlain: Bool = true) -> String {
        let style = file.style(of: index, beside: accounts.file)
        if let note = style.note { notes.append("\(file.name): \(note)") }
        if style.mark == nil, isPlain { return pair(name, file, index) }
        let decimal = style.mark.map { ", decimal: \($0.rawValue)" } ?? ""
        return "\(name): { column: \(ImportHint.quoted(file.header[index]))\(decimal) }"
    }

    /// How the numbers of columns are written that are read alike.
    private mutating func mark(_ file: FileGuess, _ columns: [Int]) -> ColumnForm.DecimalMark? {
        let marks = columns.compactMap { file.guesses[$0].usesComma }
        let commas = marks.count { $0 }
        if commas * 2 > marks.count { return .comma }
        guard let doubtful = columns.first(where: { file.guesses[$0].twoReadings.example != "" }) else { return nil }
        if commas < marks.count { return .point }
        let style = file.style(of: doubtful, beside: accounts.file)
        if let note = style.note { notes.append("\(file.name): \(note)") }
        return style.mark
    }

    mutating func note(_ file: FileGuess, _ what: String) { notes.append("\(file.name): \(what)") }

    /// - Returns: what the import is called; nil where the file is not imported by name.
    @discardableResult
    mutating func addImport(
        _ file: FileGuess, _ name: String, _ kind: ImportKind, _ parts: [String], _ columns: [String]
    ) -> String? {
        guard let path = file.path else { return nil }
        var free = name
        var number = 2
        while !importNames.insert(free).inserted {
            free = "\(name)_\(number)"
            number += 1
        }
        let kinds = ImportKind(rawValue: free) == nil ? ["kind: \(kind.rawValue)"] : []
        imports.append("  \(free):")
        for part in kinds + ["file: \(ImportHint.quoted(path))"] + parts { imports.append("    \(part)") }
        imports.append("    columns:")
        for column in columns { imports.append("      \(column)") }
        return free
    }

    private static func name(_ text: String) -> String {
        let name = ColumnMap.declarable(text).prefix(50)
        guard let first = name.unicodeScalars.first else { return "n" }
        return ("a"..."z").contains(first) && !isReserved(String(name)) ? String(name) : "n_" + name
    }

    var text: String {
        let file = accounts.file
        var text = "# Guessed from the first \(file.rows) rows of \(file.name): check the types.\n"
        for note in notes { text += "# \(note.split(whereSeparator: \.isNewline).joined(separator: " "))\n" }
        func section(_ name: String, _ lines: [String]) {
            if !lines.isEmpty { text += "\(name):\n" + lines.joined(separator: "\n") + "\n" }
        }
        section("attributes", accounts.lines)
        section("contact_attributes", contactAttributes)
        section("metrics", metrics)
        section("events", events)
        section("imports", imports)
        return text
    }

    var metricNames: [String] { metrics.map { String($0.dropFirst(2).prefix { $0 != ":" }) } }
}
