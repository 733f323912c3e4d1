/// The names of calendars that windows and blackouts may use.
struct CalendarNames {
    var known: [String] = []
    /// Those with an error of their own.
    var broken: Set<String> = []
    /// Whether a name that is gone is no mistake: a text of the past is read.
    var takesUnknown = false
}

/// Reads one file of `calendars/`, and the iCalendar file that it names.
struct CalendarReader {
    let texts: [String: String]
    let diagnostics: Diagnostics

    /// Nil when it has an error.
    func read(_ root: YAMLNode, file: String) -> HolidayCalendar? {
        let before = diagnostics.errorCount
        guard let fields = Fields(root, .calendar, diagnostics, of: "a calendar") else { return nil }
        let name = fields.text("calendar") ?? ""
        if fields.has("calendar") { diagnostics.checkName(name, "a calendar", at: fields.position("calendar")) }
        var calendar = HolidayCalendar(name, days: [:], position: fields.position("calendar"))
        for entry in fields.entries("days") {
            let node = YAMLNode(.scalar(entry.key, .plain), at: entry.position)
            guard let days = diagnostics.timed(node, "days", CalendarDays.parse(entry.key)),
                let name = diagnostics.text(entry.value, entry.key)
            else { continue }
            for day in days { calendar.days[day] = name.isEmpty ? entry.key : name }
        }
        if let node = fields["file"], let path = diagnostics.text(node, "file") {
            if let text = texts["calendars/" + path] {
                var reader = ICalendarReader(file: "calendars/" + path, diagnostics: diagnostics)
                calendar.days.merge(reader.read(text)) { own, _ in own }
            } else {
                diagnostics.error(
                    node.position, "there is no file calendars/\(path) that could be read; it is a name ending in .ics")
            }
        }
        calendar.audience = audience(fields)
        if calendar.days.isEmpty, diagnostics.errorCount == before {
            if let node = fields["file"] {
                diagnostics.error(
                    node.position,
                    "calendars/\(node.text ?? "") has no event of a whole day; is it a calendar (BEGIN:VEVENT, DTSTART:20261225)?"
                )
            } else {
                diagnostics.error(calendar.position, "the calendar has no day; give it \"days\" or a \"file\"")
            }
        }
        return diagnostics.errorCount == before ? calendar : nil
    }

    private func audience(_ fields: Fields) -> HolidayCalendar.Audience? {
        guard fields.has("for") else { return nil }
        let entries = fields.entries("for")
        guard let entry = entries.first, entries.count == 1 else {
            diagnostics.error(
                fields.position("for"),
                "\"for\" takes one attribute of accounts with its values, such as country: [US, CA]")
            return nil
        }
        let values = (entry.value.list ?? [entry.value]).compactMap { diagnostics.text($0, entry.key) }
        return HolidayCalendar.Audience(attribute: entry.key, values: values, position: entry.position)
    }
}
