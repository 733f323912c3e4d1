/// Reads the whole-day events of an iCalendar file (RFC 5545), and of recurring rules the yearly ones.
struct ICalendarReader {
    let file: String
    let diagnostics: Diagnostics
    private var days: [Day: String] = [:]
    /// How many days it has come to, with those that fall together.
    private var count = 0

    /// More than 130 years of every day.
    private static let mostDays = 50_000

    init(file: String, diagnostics: Diagnostics) {
        self.file = file
        self.diagnostics = diagnostics
    }

    /// A line with those that continue it, and the number of its first.
    private struct Property {
        var name: String
        var value: String
        var line: Int
    }

    private struct Event {
        var properties: [String: Property] = [:]
        var excluded: Set<Day> = []
    }

    mutating func read(_ text: String) -> [Day: String] {
        var event: Event?
        // Alarms and the like lie within events and are none.
        var depth = 0
        for property in properties(of: text) {
            switch (property.name, property.value.uppercased()) {
            case ("BEGIN", "VEVENT"):
                (event, depth) = (Event(), 0)
            case ("BEGIN", _):
                depth += 1
            case ("END", "VEVENT"):
                if let event { add(event) }
                event = nil
            case ("END", _):
                depth -= 1
            case ("RDATE", _), ("RECURRENCE-ID", _):
                if event != nil { refuse(property, "\(property.name) is not read; write those days under \"days\"") }
            case ("EXDATE", _):
                for part in property.value.split(separator: ",") {
                    if let day = day(String(part)) { event?.excluded.insert(day) }
                }
            default:
                if depth <= 0 || event == nil { event?.properties[property.name] = property }
            }
        }
        return days
    }

    private mutating func add(_ event: Event) {
        if event.properties["STATUS"]?.value.uppercased() == "CANCELLED" { return }
        guard let start = event.properties["DTSTART"] else { return }
        guard let first = day(start.value), start.value.utf8.count == 8 else {
            if day(start.value) != nil {
                diagnostics.warning(
                    position(start),
                    "\"\(start.value)\" is a time of a day: only whole days are read, this event is not")
            } else {
                refuse(start, "expected a day such as 20261225, got \"\(start.value.prefix(40))\"")
            }
            return
        }
        let summary = event.properties["SUMMARY"].map { Self.plain($0.value) } ?? ""
        guard let length = length(of: event, from: first, start) else { return }
        let starts: [Day]
        if let rule = event.properties["RRULE"] {
            guard let found = recurrences(rule, from: first) else { return }
            starts = found
        } else {
            starts = [first]
        }
        for start in starts where !event.excluded.contains(start) {
            for day in start.number..<(start.number + length) {
                guard count < Self.mostDays else { return }
                count += 1
                days[Day(number: day)] = summary.isEmpty ? start.description : summary
            }
        }
    }

    /// In days; nil, with a complaint, where it cannot be read or is more than a year.
    private func length(of event: Event, from first: Day, _ start: Property) -> Int? {
        guard HolidayCalendar.years.contains(first.civil.year) else {
            let years = HolidayCalendar.years
            refuse(start, "expected a day from \(years.lowerBound) to \(years.upperBound), got \"\(start.value)\"")
            return nil
        }
        var length: Int? = 1
        var property: Property?
        if let end = event.properties["DTEND"] {
            (property, length) = (end, day(String(end.value.prefix(8))).map { max(1, $0 - first) })
        } else if let duration = event.properties["DURATION"] {
            let text = duration.value.uppercased()
            let number = Int(text.dropFirst().dropLast())
            property = duration
            length =
                text.hasPrefix("P")
                ? number.flatMap { text.hasSuffix("W") ? 7 * $0 : text.hasSuffix("D") ? $0 : nil } : nil
        }
        if let length, (1...366).contains(length) { return length }
        if let property { refuse(property, "expected an event of 1 to 366 days, got \"\(property.value.prefix(40))\"") }
        return nil
    }

    // MARK: Rules

    /// The first days of a yearly rule; nil, with a complaint, for every other one.
    private func recurrences(_ rule: Property, from first: Day) -> [Day]? {
        var parts: [String: String] = [:]
        for part in rule.value.uppercased().split(separator: ";") {
            let ends = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parts[String(ends.first ?? "")] = ends.count == 2 ? String(ends[1]) : ""
        }
        let known: Set = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"]
        let date = first.civil
        let month = parts["BYMONTH"].map { Int($0) ?? 0 } ?? date.month
        let monthDay = parts["BYMONTHDAY"].map { Int($0) ?? 0 }
        let weekday = parts["BYDAY"].map(OrdinalWeekday.init)
        guard parts["FREQ"] == "YEARLY", parts["INTERVAL"] ?? "1" == "1", known.isSuperset(of: parts.keys),
            (1...12).contains(month), monthDay.map({ (1...31).contains($0) }) ?? true, weekday != .some(nil),
            monthDay == nil || weekday == nil, weekday == nil || parts["BYMONTH"] != nil
        else {
            refuse(
                rule,
                "of recurring rules only FREQ=YEARLY is read, with one BYMONTH and one BYMONTHDAY or a BYDAY such as 4TH, "
                    + "UNTIL and COUNT; got \"\(rule.value.prefix(80))\"; write its days under \"days\"")
            return nil
        }
        var until = Day.max
        if let text = parts["UNTIL"] {
            guard let day = day(String(text.prefix(8))) else {
                refuse(rule, "expected a day after UNTIL=, got \"\(text.prefix(40))\"")
                return nil
            }
            until = day
        }
        let count = parts["COUNT"].map { max(0, Int($0) ?? 0) } ?? .max
        return (date.year...HolidayCalendar.years.upperBound).lazy.compactMap { year in
            weekday?.map { $0.day(in: month, year: year) } ?? Day(year: year, month: month, day: monthDay ?? date.day)
        }.filter { $0 >= first && $0 <= until }.prefix(count).map { $0 }
    }

    /// `4TH`, the fourth Thursday of a month; `-1MO`, its last Monday.
    private struct OrdinalWeekday: Equatable {
        var ordinal: Int
        var weekday: Weekday

        init?(_ text: String) {
            guard let ordinal = Int(text.dropLast(2)), (1...5).contains(ordinal.magnitude),
                let weekday = Weekday.allCases.first(where: { $0.name.prefix(2).uppercased() == text.suffix(2) })
            else { return nil }
            (self.ordinal, self.weekday) = (ordinal, weekday)
        }

        func day(in month: Int, year: Int) -> Day? {
            let length = CivilDate.length(ofMonth: month, year: year)
            let days = (1...length).compactMap { Day(year: year, month: month, day: $0) }
                .filter { $0.weekday == weekday }
            let index = ordinal > 0 ? ordinal - 1 : days.count + ordinal
            return days.indices.contains(index) ? days[index] : nil
        }
    }

    // MARK: Lines

    /// The lines, those that begin with a blank joined to the ones before.
    private func properties(of text: String) -> [Property] {
        var properties: [Property] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.first == " " || line.first == "\t" {
                if !properties.isEmpty { properties[properties.count - 1].value += line.dropFirst() }
                continue
            }
            guard let colon = Self.colon(in: line) else { continue }
            // What stands behind a semicolon says how the value is written, which the value says, too.
            guard let name = line[..<colon].split(separator: ";").first?.uppercased() else { continue }
            properties.append(
                Property(name: name, value: String(line[line.index(after: colon)...]), line: index + 1))
        }
        return properties
    }

    /// The first outside quotes.
    private static func colon(in line: Substring) -> Substring.Index? {
        var isQuoted = false
        for index in line.indices {
            if line[index] == "\"" { isQuoted.toggle() }
            if line[index] == ":", !isQuoted { return index }
        }
        return nil
    }

    /// Reads `20261225`.
    private func day(_ text: String) -> Day? {
        guard text.utf8.count >= 8, let number = Int(text.prefix(8)), number > 0 else { return nil }
        return Day(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    /// Without the escapes of the format.
    private static func plain(_ text: String) -> String {
        var plain = ""
        var isEscaped = false
        for character in text {
            if !isEscaped, character == "\\" {
                isEscaped = true
            } else {
                plain.append(isEscaped && character.lowercased() == "n" ? " " : character)
                isEscaped = false
            }
        }
        return plain
    }

    private func position(_ property: Property) -> Position { Position(file: file, line: property.line) }

    private func refuse(_ property: Property, _ message: String) { diagnostics.error(position(property), message) }
}

extension Day {
    fileprivate static let max = Day(number: .max)
}
