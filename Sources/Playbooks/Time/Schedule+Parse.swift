extension Schedule {
    /// Reads five cron fields or a plain form, each with an optional `local` at its end.
    ///
    /// Plain forms: `every 15m`, `every 2h`, `hourly`, `daily at 09:00`, `weekdays at 09:00`, `weekly on tue at 10:00`,
    /// `monthly on 1 at 10:00`, `monthly on last at 10:00`, `once 2026-12-01 09:00`. A schedule that can never fire is
    /// an error.
    package static func parse(_ text: String) -> Result<Schedule, TimeTextError> {
        var words = text.split(whereSeparator: \.isWhitespace).map { $0.lowercased() }
        let isLocal = words.last == "local"
        if isLocal { words.removeLast() }
        return Result { () throws(TimeTextError) in
            Schedule(
                text: TimeText.trimmed(text), isLocal: isLocal, rule: try rule(words, text: TimeText.trimmed(text)))
        }
    }

    private static func rule(_ words: [String], text: String) throws(TimeTextError) -> Rule {
        guard let form = words.first else {
            throw TimeTextError("expected a schedule such as \(examples), got nothing")
        }
        let rest = Array(words.dropFirst())
        switch form {
        case "every": return .fields(try every(rest, text: text))
        case "hourly":
            guard rest.isEmpty else { throw TimeTextError("expected \"hourly\" alone, got \"\(text)\"") }
            return .fields(Fields(minutes: [0]))
        case "daily", "weekdays":
            let time = try timeOfDay(rest[...], example: "\(form) at 09:00", text: text)
            return .fields(Fields(at: time, weekdays: form == "daily" ? nil : [1, 2, 3, 4, 5]))
        case "weekly": return .fields(try weekly(rest, text: text))
        case "monthly": return .fields(try monthly(rest, text: text))
        case "once": return try once(rest, text: text)
        default:
            guard let first = form.first, first == "*" || first.isASCII && first.isNumber else {
                throw TimeTextError("expected a schedule such as \(examples), got \"\(text)\"")
            }
            return .fields(try cron(words, text: text))
        }
    }

    private static let examples = "\"daily at 09:00\", \"weekly on tue at 10:00\" or \"0 9 * * 1-5\""

    private static func every(_ words: [String], text: String) throws(TimeTextError) -> Fields {
        let expected = TimeTextError(
            "expected minutes that divide an hour or hours that divide a day, such as \"every 15m\" or \"every 2h\", "
                + "got \"\(text)\"")
        guard words.count == 1, let unit = words[0].last, let count = Int(words[0].dropLast()), count > 0 else {
            throw expected
        }
        switch unit {
        case "m" where count < 60 && 60 % count == 0:
            var fields = Fields(minutes: Array(stride(from: 0, to: 60, by: count)))
            fields.minuteIsWild = true
            return fields
        case "h" where count < 24 && 24 % count == 0:
            return Fields(minutes: [0], hours: Array(stride(from: 0, to: 24, by: count)))
        default: throw expected
        }
    }

    private static func weekly(_ words: [String], text: String) throws(TimeTextError) -> Fields {
        let example = "weekly on tue at 10:00"
        guard words.first == "on", let at = words.firstIndex(of: "at"), at > 1 else {
            throw TimeTextError("expected \"\(example)\", got \"\(text)\"")
        }
        let days = try Weekday.parseList(words[1..<at].joined(separator: " ")).get()
        let time = try timeOfDay(words[at...], example: example, text: text)
        return Fields(at: time, weekdays: days.map { $0.rawValue % 7 }.sorted())
    }

    private static func monthly(_ words: [String], text: String) throws(TimeTextError) -> Fields {
        let example = "monthly on 1 at 10:00"
        guard words.count >= 2, words[0] == "on" else {
            throw TimeTextError("expected \"\(example)\", got \"\(text)\"")
        }
        let time = try timeOfDay(words[2...], example: example, text: text)
        if words[1] == "last" { return Fields(at: time, daysOfMonth: [Fields.lastDayOfMonth]) }
        guard let day = Int(words[1]), (1...31).contains(day) else {
            throw TimeTextError("expected a day of the month, 1 to 28 or last, got \"\(words[1])\"")
        }
        guard day <= 28 else {
            throw TimeTextError(
                "not every month has a day \(day); write \"monthly on last\", or cron \"\(time.minute % 60) "
                    + "\(time.minute / 60) \(day) * *\" to leave out the shorter months")
        }
        return Fields(at: time, daysOfMonth: [day])
    }

    private static func once(_ words: [String], text: String) throws(TimeTextError) -> Rule {
        guard words.count == 2 else { throw TimeTextError("expected \"once 2026-12-01 09:00\", got \"\(text)\"") }
        return .once(try Day.parse(words[0]).get(), minute: try ClockTime.parse(words[1]).get().minute)
    }

    private static func timeOfDay(
        _ words: ArraySlice<String>, example: String, text: String
    ) throws(TimeTextError) -> ClockTime {
        guard words.count == 2, words.first == "at", let time = words.last else {
            throw TimeTextError("expected \"\(example)\", got \"\(text)\"")
        }
        return try ClockTime.parse(time).get()
    }

    private static func cron(_ words: [String], text: String) throws(TimeTextError) -> Fields {
        guard words.count == 5 else {
            throw TimeTextError(
                "expected five fields (minute, hour, day of month, month, weekday), got \(words.count) in \"\(text)\"")
        }
        let minute = try CronField.minute.parse(words[0])
        let hour = try CronField.hour.parse(words[1])
        let dayOfMonth = try CronField.dayOfMonth.parse(words[2])
        let month = try CronField.month.parse(words[3])
        let weekday = try CronField.weekday.parse(words[4])
        let fields = Fields(
            minutes: minute.values, hours: hour.values, daysOfMonth: dayOfMonth.values, months: month.values,
            weekdays: weekday.values, minuteIsWild: minute.isWild, hourIsWild: hour.isWild,
            dayOfMonthIsWild: dayOfMonth.isWild, weekdayIsWild: weekday.isWild)
        guard fields.canFire else {
            throw TimeTextError("\"\(text)\" never fires: no month that it names has such a day")
        }
        return fields
    }
}

extension Schedule.Fields {
    /// Every hour of every day unless said otherwise.
    fileprivate init(minutes: [Int], hours: [Int] = Array(0...23)) {
        self.init(
            minutes: minutes, hours: hours, daysOfMonth: Array(1...31), months: Array(1...12), weekdays: Array(0...6),
            minuteIsWild: false, hourIsWild: true, dayOfMonthIsWild: true, weekdayIsWild: true)
    }

    fileprivate init(at time: ClockTime, daysOfMonth: [Int]? = nil, weekdays: [Int]? = nil) {
        self.init(
            minutes: [time.minute % 60], hours: [time.minute / 60], daysOfMonth: daysOfMonth ?? Array(1...31),
            months: Array(1...12), weekdays: weekdays ?? Array(0...6), minuteIsWild: false, hourIsWild: false,
            dayOfMonthIsWild: daysOfMonth == nil, weekdayIsWild: weekdays == nil)
    }
}
