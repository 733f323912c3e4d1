import Foundation
import Playbooks
import Reliability

/// What somebody's CRM, product and survey tool export: accounts, usage, answers and cancellations, made from a seed, with
/// the truth that a workspace made of it must hold.
struct MessyExport {
    /// How a file writes dates, money and itself.
    struct Style {
        var delimiter: String
        var date: String
        var hasComma: Bool
        var sign: String
        var encoding: String.Encoding
    }

    /// What no program can know by itself; the import must end with the line to write.
    enum Riddle: CaseIterable {
        case noKey, strangeAccounts
    }

    private(set) var files: [(name: String, data: Data)] = []
    private(set) var accounts = 0
    private(set) var churned = 0
    private(set) var addresses = 0
    /// How many of them want no messages.
    private(set) var unsubscribed = 0
    private var leavers: [String] = []
    /// As the file of accounts writes them.
    private var keys: [String] = []
    /// Addresses of those who have said nothing against messages, some in capitals.
    private(set) var mailable: [String] = []
    /// How many addresses the list of the tool that has sent so far suppresses, for which reason.
    var listed = (unsubscribed: 0, bounced: 0, complained: 0)
    var suppressed: Int { unsubscribed + listed.unsubscribed + listed.bounced + listed.complained }
    /// How many accounts were created behind the twelfth of a month.
    private(set) var late = 0
    /// What a spreadsheet has done to the keys in the files beside that of the accounts.
    private var harm = Harm.none

    enum Harm: String {
        case none, zeros, apostrophes, fractions
    }
    /// In minor units.
    private(set) var revenue = 0
    private(set) var riddle: Riddle?
    var story: [String] = []
    var dice: Dice
    let today: Day

    init(seed: UInt64, accounts: Int, today: Day) {
        dice = Dice(seed)
        self.today = today
        self.accounts = accounts
        if dice.below(100) < 4 { riddle = Riddle.allCases[dice.below(Riddle.allCases.count)] }
        let style = makeStyle()
        let keys = makeAccounts(style)
        makeUsage(keys, style)
        makeAnswers(keys, style)
        makeCancellations(keys, style)
        makeList(style)
        makeInvoices(keys, style)
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[dice.below(values.count)] }
    mutating func chance(_ percent: Int) -> Bool { dice.below(100) < percent }

    private mutating func makeStyle() -> Style {
        let isEuropean = chance(40)
        var style = Style(
            delimiter: pick(isEuropean ? [";", ";", "\t"] : [",", ",", ",", ";", "\t"]),
            date: pick(isEuropean ? ["d.m.y", "d/m/y", "y-m-d"] : ["m/d/y", "m/d/y", "y-m-d", "mmm d, y", "y/m/d"]),
            hasComma: isEuropean, sign: pick(isEuropean ? ["", " €", "€ "] : ["", "$", " USD"]), encoding: .utf8)
        if chance(35) { style.encoding = chance(30) ? .utf16 : .windowsCP1252 }
        story.append(
            "\(style.delimiter == "\t" ? "tab" : style.delimiter) \(style.date) \(style.sign) \(style.encoding)")
        return style
    }

    // MARK: The files

    private mutating func makeAccounts(_ style: Style) -> [String] {
        let prefix = pick(["C-", "acct_", "", "ORG", "000"])
        let keys = (0..<accounts).map { "\(prefix)\(10_000 + $0 * 7)" }
        self.keys = keys
        if riddle == nil, prefix == "000", chance(60) { harm = .zeros }
        if riddle == nil, prefix == "", chance(40) { harm = pick([.apostrophes, .fractions]) }
        if harm != .none { story.append("keys harmed by \(harm)") }
        // Dates of which none has a day behind the twelfth.
        let isEarly = chance(20)
        let statusForm = dice.below(5)
        let isYearly = chance(20)
        let speech = MessySpeech.all[chance(55) ? 0 : 1 + dice.below(MessySpeech.all.count - 1)]
        let wish: (name: String, isOptOut: Bool)? = chance(40) ? pick(speech.wishes) : nil
        let named: [(String, String)] =
            speech.columns.map { name, words in (name, pick(words)) } + [
                ("mrr", pick(isYearly ? speech.yearly : speech.monthly)), ("wish", wish?.name ?? ""),
                ("rep", "Account Manager Email"), ("empty", "Fax"),
            ]
        var names = named.filter { name, _ in
            switch name {
            case "key": riddle != .noKey
            case "name": true
            case "status": statusForm == 0 || statusForm == 2 || statusForm == 4
            case "left": statusForm == 1 || statusForm == 2
            case "flag": statusForm == 3
            case "mrr", "since", "email": true
            case "wish": wish != nil
            default: dice.below(100) < 70
            }
        }
        if statusForm == 4 { names = names.map { ($0.0, $0.0 == "status" ? "Lifecycle Stage" : $0.1) } }
        if chance(50) { names.shuffle(using: &dice) }
        var rows: [[String]] = []
        let words = statusForm == 4 ? ("customer", "") : pick(speech.statuses)
        for (number, key) in keys.enumerated() {
            var since = today - (90 + dice.below(1_200))
            if isEarly, since.civil.day > 12 { since = since - (since.civil.day - 1 - dice.below(12)) }
            if since.civil.day > 12 { late += 1 }
            let hasLeft = chance(12)
            let amount = (dice.below(12) + 1) * 1_250 * (chance(8) ? 10 : 1)
            let hasAddress = !chance(3)
            if hasLeft { churned += 1 }
            if hasLeft { leavers.append(key) }
            if hasAddress { addresses += 1 }
            revenue += amount
            let wantsNothing = wish != nil && chance(10)
            if wantsNothing, hasAddress { unsubscribed += 1 }
            if hasAddress, !wantsNothing {
                mailable.append("\(chance(20) ? "Person" : "person")\(number)@firm\(number).example")
            }
            let isOddDate = chance(6)
            var values: [String: String] = [
                "key": key,
                "name": riddle == .noKey
                    ? "Kunde"
                    : pick(["Müller & Söhne", "Café \(number)", "Acme, Inc.", "Blue \"Fern\""]) + " \(number)",
                "status": hasLeft
                    ? statusForm == 4
                        ? pick(["subscriber", "lead", "opportunity", "other", "salesqualifiedlead"]) : words.1
                    : words.0, "flag": hasLeft ? speech.yes : speech.no,
                "wish": wantsNothing == (wish?.isOptOut ?? true) ? speech.yes : speech.no,
                "left": hasLeft ? text(today - (1 + dice.below(80)), style.date) : "",
                "mrr": money(isYearly ? amount * 12 : amount, style),
                "since": text(since, isOddDate && style.date != "y-m-d" ? "y-m-d" : style.date),
                "renewal": chance(10) ? "" : text(today + (1 + dice.below(340)), style.date),
                "seats": "\(1 + dice.below(9))",
                "plan": pick(["Starter", "Pro", "pro", "Free"]),
                "email": hasAddress
                    ? pick(["person\(number)@", "person\(number)@", "Person\(number)@", " person\(number)@"])
                        + "firm\(number).example" : pick(["n/a", "none", "", "see notes"]),
                "person": "Zoë \(number)",
                "zone": chance(5) ? "GMT+1" : pick(["Europe/Berlin", "America/New_York", "UTC"]),
                "country": pick(["DE", "US", "FR", "JP"]), "rep": pick(["ann@us.example", "bo@us.example"]),
                "empty": "",
                "notes": chance(85) ? "" : "said \"later\"\(style.delimiter) twice",
            ]
            if riddle == .noKey { values["email"] = "same@firm.example" }
            rows.append(names.map { values[$0.0] ?? "" })
        }
        if riddle == .noKey { for index in rows.indices { rows[index] = rows[0] } }
        if chance(40), riddle == nil { rows.append(rows[rows.count / 2]) }
        if chance(40) { rows.append(names.map { ["key", "name"].contains($0.0) ? "Total" : "" }) }
        if chance(15) {
            rows.append([pick(["Confidential Information - Do Not Distribute", "Generated on 2026-03-01 by export"])])
        }
        var header = names.map(\.1)
        if chance(30) {
            header.append("")
            for index in rows.indices where rows[index].count > 1 { rows[index].append("") }
        }
        var above = ""
        if chance(20) { above += "sep=\(style.delimiter)\r\n" }
        if chance(20), header.count > 4 {
            above +=
                "Customer export" + (chance(50) ? String(repeating: style.delimiter, count: header.count - 1) : "")
                + "\r\n"
        }
        story.append(
            "\(speech.name)\(wish.map { ", \($0.name)" } ?? ""), status form \(statusForm)\(isYearly ? ", ARR" : "")\(above.isEmpty ? "" : ", lines above")"
        )
        add(pick(["accounts.csv", "customers.csv", "crm-export.csv"]), above, [header] + rows, style)
        switch harm {
        case .none: return riddle == .strangeAccounts ? keys.map { "x" + $0 } : keys
        case .zeros: return keys.map { String($0.drop { $0 == "0" }) }
        case .apostrophes: return keys.map { "'" + $0 }
        case .fractions: return keys.map { $0 + ".0" }
        }
    }

    private mutating func makeUsage(_ keys: [String], _ style: Style) {
        let account = riddle == .strangeAccounts ? "Ref" : pick(["Account ID", "Customer", "account", "Org"])
        let form = dice.below(4)
        story.append("usage form \(form)")
        var style = style
        style.encoding = .utf8
        let quiet = keys.map { _ in chance(15) }
        func value(_ index: Int, _ back: Int, _ most: Int) -> String { quiet[index] && back < 45 ? "0" : "\(most)" }
        var rows: [[String]] = []
        switch form {
        case 0, 1:
            let months = (0..<8).map { back -> (Day, Int) in
                let date = (today - back * 30).civil
                return (Day(year: date.year, month: date.month, day: 1) ?? today, back)
            }.reversed()
            let written = form == 0 ? "mmm y" : pick(["y-m", "m/y"])
            rows = [[account] + months.map { month($0.0, written) }]
            for (index, key) in keys.enumerated() {
                rows.append([key] + months.map { value(index, $0.1 * 30, 20 + dice.below(100)) })
            }
        case 2:
            let days = (1...70).reversed()
            rows = [[account] + days.map { text(today - $0, "y-m-d") }]
            for (index, key) in keys.enumerated() {
                rows.append([key] + days.map { value(index, $0, 1 + dice.below(9)) })
            }
        default:
            rows = [[account, pick(["Date", "Day"]), "Logins", "Reports"]]
            for (index, key) in keys.enumerated() {
                for back in (1...60).reversed() where back % 3 == 0 {
                    rows.append([
                        key, text(today - back, style.date), value(index, back, 1 + dice.below(9)), "\(dice.below(4))",
                    ])
                }
            }
        }
        add("usage.csv", "", rows, style)
    }

    private mutating func makeAnswers(_ keys: [String], _ style: Style) {
        if chance(25) { return makeSurvey(keys, style) }
        var rows = [
            [
                pick(["Account ID", "Customer ID", "Company"]), "Respondent Email",
                pick(["Score", "NPS", "NPS Score"]), "Comment", pick(["Responded At", "Date"]),
            ]
        ]
        for (index, key) in keys.enumerated() where index % 5 == 0 {
            rows.append([
                key, "person\(index)@firm\(index).example", "\(dice.below(11))", chance(50) ? "" : "fine, thanks",
                text(today - dice.below(60), style.date) + (chance(50) ? " 10:30" : ""),
            ])
        }
        add("nps.csv", "", rows, style)
    }

    /// The same as SurveyMonkey and Typeform export it, with a start and an end, and the question itself.
    private mutating func makeSurvey(_ keys: [String], _ style: Style) {
        var rows = [
            [
                "Respondent ID", "Collector ID", "Start Date", "End Date", "Account ID",
                pick([
                    "How likely are you to recommend us (0-10)?",
                    "How likely is it that you would recommend us to a friend or colleague?",
                ]), "Why?",
            ]
        ]
        for (index, key) in keys.enumerated() where index % 5 == 0 {
            let day = text(today - dice.below(60), style.date)
            rows.append([
                "\(118_000_000 + index)", "4711", day, day, key, "\(dice.below(11))", chance(50) ? "" : "fine, thanks",
            ])
        }
        story.append("a survey with start and end")
        add(pick(["surveymonkey.csv", "responses.csv"]), "", rows, style)
    }

    /// Who asks to leave, or who has left.
    private mutating func makeCancellations(_ keys: [String], _ style: Style) {
        let isOfLeavers = chance(35) && riddle == nil
        story.append(isOfLeavers ? "list of leavers" : "list of requests")
        var rows = [["Customer ID", isOfLeavers ? "Churn Date" : "Requested On", "Reason", "Details"]]
        let changed = Dictionary(zip(self.keys, keys)) { first, _ in first }
        for (index, key) in (isOfLeavers ? leavers.map { changed[$0] ?? $0 } : keys).enumerated()
        where isOfLeavers || index % 20 == 3 {
            rows.append([
                key, text(today - (9 + dice.below(20)), style.date),
                pick(["Too expensive", "Missing features", "Closing down", "Other"]), "",
            ])
        }
        add("cancellations.csv", "", rows, style)
    }

    // MARK: How things are written

    mutating func add(_ name: String, _ above: String, _ rows: [[String]], _ style: Style) {
        func field(_ text: String) -> String {
            let isPlain = !text.contains(style.delimiter) && !text.contains("\"") && !text.contains("\n")
            return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
        }
        let end = chance(50) ? "\r\n" : "\n"
        let text = above + rows.map { $0.map(field).joined(separator: style.delimiter) + end }.joined()
        var data = text.data(using: style.encoding, allowLossyConversion: true) ?? Data()
        if style.encoding == .utf8, chance(40) { data = Data([0xef, 0xbb, 0xbf]) + data }
        files.append((name, data))
    }

    mutating func money(_ units: Int, _ style: Style) -> String {
        var whole = "\(units / 100)"
        if whole.count > 3 {
            whole.insert(contentsOf: style.hasComma ? "." : ",", at: whole.index(whole.endIndex, offsetBy: -3))
            if whole.count > 7 {
                whole.insert(contentsOf: style.hasComma ? "." : ",", at: whole.index(whole.endIndex, offsetBy: -7))
            }
        }
        let cents = units % 100 < 10 ? "0\(units % 100)" : "\(units % 100)"
        let amount = whole + (style.hasComma ? "," : ".") + cents
        return style.sign.hasPrefix(" ") ? amount + style.sign : style.sign + amount
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    func text(_ day: Day, _ form: String) -> String {
        let date = day.civil
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch form {
        case "m/d/y": return "\(two(date.month))/\(two(date.day))/\(date.year)"
        case "d/m/y": return "\(two(date.day))/\(two(date.month))/\(date.year)"
        case "d.m.y": return "\(two(date.day)).\(two(date.month)).\(date.year)"
        case "y/m/d": return "\(date.year)/\(two(date.month))/\(two(date.day))"
        case "mmm d, y": return "\(Self.months[date.month - 1]) \(date.day), \(date.year)"
        default: return day.description
        }
    }

    private func month(_ day: Day, _ form: String) -> String {
        let date = day.civil
        let number = date.month < 10 ? "0\(date.month)" : "\(date.month)"
        switch form {
        case "mmm y": return "\(Self.months[date.month - 1]) \(date.year)"
        case "m/y": return "\(number)/\(date.year)"
        default: return "\(date.year)-\(number)"
        }
    }
}
