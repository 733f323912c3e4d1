extension WorkspaceReader {
    /// The calendars, by name, and the names of those with an error.
    func calendars() -> ([String: HolidayCalendar], CalendarNames) {
        var calendars: [String: HolidayCalendar] = [:]
        var names = CalendarNames(takesUnknown: known.isPast)
        for path in paths(in: "calendars") {
            let root = root(path)
            let reader = CalendarReader(texts: texts, diagnostics: diagnostics)
            guard let calendar = root.flatMap({ reader.read($0, file: path) }) else {
                let stem = path.dropFirst("calendars/".count).dropLast(".yaml".count)
                names.broken.insert(root?["calendar"]?.text ?? String(stem))
                continue
            }
            if let other = calendars[calendar.name] {
                diagnostics.error(
                    calendar.position,
                    "the calendar \"\(calendar.name)\" is also in \(other.position.file); names must differ")
            }
            calendars[calendar.name] = calendar
        }
        names.known = calendars.keys.sorted()
        return (calendars, names)
    }

    /// Whether the accounts' attributes by which calendars serve some of them can be compared with words.
    func checkCalendars(_ workspace: Workspace) {
        for calendar in workspace.calendars.values.sorted(by: { $0.name < $1.name }) {
            guard let audience = calendar.audience else { continue }
            guard let attribute = workspace.dataMap.attribute(audience.attribute) else {
                let known = workspace.dataMap.attributes.map(\.name)
                diagnostics.unknown(audience.attribute, "attribute", among: known, at: audience.position)
                continue
            }
            guard attribute.type == .text else {
                diagnostics.error(
                    audience.position,
                    "\"\(attribute.name)\" is \(attribute.type.phrase); \"for\" compares an attribute that is text")
                continue
            }
            for value in audience.values where !attribute.values.isEmpty && !attribute.values.contains(value) {
                diagnostics.unknown(value, "value", among: attribute.values, at: audience.position)
            }
        }
    }

    /// A window that stays closed for longer than any touch waits is a mistake.
    func checkOpenings(_ workspace: Workspace) {
        let times = SendTimes(workspace)
        func check(_ window: SendWindow?, at position: Position) {
            guard let closure = times.longestClosure(of: window), closure.days > SendWindow.longestClosure else {
                return
            }
            diagnostics.error(
                position,
                "nothing can go out for \(closure.days) days from \(closure.from) on: the window never opens between its days, "
                    + "its calendars and the blackout; at most \(SendWindow.longestClosure) days in a row may be closed"
            )
        }
        let configuration = workspace.configuration
        let root = texts["keeptouch.yaml"].flatMap { YAMLFile.read($0, file: "keeptouch.yaml").root }
        let place = root?.entries?.first { $0.key == (configuration.sendWindow == nil ? "blackout" : "send_window") }
        check(nil, at: place?.position ?? Position(file: "keeptouch.yaml"))
        for playbook in workspace.playbooks {
            for step in playbook.programs.joined() {
                if case .send(let send) = step.action, let window = send.window { check(window, at: step.position) }
            }
        }
    }
}
