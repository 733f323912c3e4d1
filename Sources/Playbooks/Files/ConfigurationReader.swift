private import Foundation

/// Reads `keeptouch.yaml`.
struct ConfigurationReader {
    let diagnostics: Diagnostics
    let calendars: CalendarNames

    /// What can be read, with defaults for the rest; nil when the file is not a mapping.
    func read(_ root: YAMLNode) -> Configuration? {
        guard let fields = Fields(root, .configuration, diagnostics, of: "keeptouch.yaml") else { return nil }
        let evaluate = fields.evaluation("evaluate") ?? (try? Schedule.parse("daily at 06:00").get())
        guard let evaluate, let zone = zone(fields) ?? Zone("UTC") else { return nil }
        var configuration = Configuration(workspace: fields.text("workspace") ?? "", zone: zone, evaluate: evaluate)
        if let currency = currency(fields) { configuration.currency = currency }
        if let language = language(fields) { configuration.language = language }
        if let database = fields.text("database") {
            configuration.database = database
            if database.firstMatch(of: /:\/\/[^\/\s@]*:[^\s@]+@|[?&]password=/) != nil {
                diagnostics.error(fields.position("database"), Configuration.passwordInDatabase)
            }
        }
        configuration.baseURL = baseURL(fields)
        configuration.sender = sender(fields)
        configuration.sendWindow = fields["send_window"].flatMap {
            diagnostics.sendWindow($0, "send_window", calendars)
        }
        readHoldout(fields, into: &configuration)
        readSafety(fields, into: &configuration)
        if let defaults = fields.table("channels", .defaultChannels) {
            for kind in Channel.Kind.allCases { configuration.channels[kind] = defaults.text(kind.rawValue) }
        }
        configuration.categories = categories(fields)
        readLimits(fields, into: &configuration)
        configuration.digests = digests(fields)
        configuration.sources = fields.entries("sources").compactMap {
            SourceReader(diagnostics: diagnostics).read($0)
        }
        configuration.receivers = fields.entries("receivers").compactMap {
            ReceiverReader(diagnostics: diagnostics).read($0)
        }
        readRetention(fields, into: &configuration)
        configuration.inboxOrigins = inboxOrigins(fields)
        configuration.utm = fields["utm"].flatMap(diagnostics.utm)
        readBilling(fields, into: &configuration)
        readInbound(fields, into: &configuration)
        readSMS(fields, into: &configuration)
        readDashboard(fields, into: &configuration)
        return configuration
    }

    private func zone(_ fields: Fields) -> Zone? {
        guard let node = fields["timezone"], let name = diagnostics.text(node, "timezone") else { return nil }
        if let zone = Zone(name) { return zone }
        let near = suggestion(for: name, in: TimeZone.knownTimeZoneIdentifiers)
        diagnostics.error(
            node.position, "unknown time zone \"\(name)\"\(near.isEmpty ? "; an IANA name is needed" : near)")
        return nil
    }

    private func currency(_ fields: Fields) -> String? {
        guard let node = fields["currency"], let code = diagnostics.text(node, "currency") else { return nil }
        if code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }) { return code }
        diagnostics.error(node.position, "expected a currency code such as USD, got \(node.summary)")
        return nil
    }

    private func language(_ fields: Fields) -> String? {
        guard let node = fields["language"], let tag = diagnostics.text(node, "language") else { return nil }
        let parts = tag.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
        let isTag = parts.allSatisfy {
            (1...8).contains($0.count) && $0.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "z") ~= $0 }
        }
        if isTag, (2...3).contains(parts[0].count), parts[0].allSatisfy(\.isLetter) { return tag }
        diagnostics.error(node.position, "expected a language such as en or pt-BR, got \(node.summary)")
        return nil
    }

    private func baseURL(_ fields: Fields) -> String? {
        guard let node = fields["base_url"], let text = diagnostics.text(node, "base_url") else { return nil }
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host()?.isEmpty == false else {
            diagnostics.error(
                node.position, "expected a base_url such as https://touch.acme.example, got \(node.summary)")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    private func inboxOrigins(_ fields: Fields) -> [String] {
        (fields.table("inbox", .inbox)?.items("origins") ?? []).compactMap { node in
            guard let text = diagnostics.text(node, "origins") else { return nil }
            if let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host()?.isEmpty == false,
                url.path.isEmpty, url.query == nil, url.user == nil
            {
                return text.lowercased()
            }
            diagnostics.error(
                node.position, "expected an origin such as https://app.acme.example, got \(node.summary)")
            return nil
        }
    }

    private func sender(_ fields: Fields) -> Configuration.Sender? {
        guard let sender = fields.table("sender", .sender), let name = sender.shownText("name"),
            let email = address(sender, "email")
        else { return nil }
        var known = Configuration.Sender(
            name: name, email: email, replyTo: address(sender, "reply_to"),
            postalAddress: sender.shownText("postal_address"))
        if let marked = known.replyTo, marked.contains(Self.mark) {
            known.replyTo = marked.replacing(Self.mark, with: "")
            known.marksReplies = true
        }
        return known
    }

    /// Where the key of the touch stands in the address for replies.
    private static let mark = "+{{touch}}"

    private func address(_ fields: Fields, _ key: String) -> String? {
        guard let node = fields[key], let text = diagnostics.text(node, key) else { return nil }
        if text.contains("{{"), key != "reply_to" || !text.contains("+{{touch}}@") {
            diagnostics.error(
                node.position,
                "expected an address for \"\(key)\"; only reply_to has a mark, as help+{{touch}}@acme.example, got \(node.summary)"
            )
            return nil
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isBad = text.contains { $0.isWhitespace || $0 == "<" || $0 == ">" || $0 == "," }
        guard parts.count == 2, !isBad, parts.allSatisfy({ !$0.isEmpty }) else {
            diagnostics.error(node.position, "expected an email address for \"\(key)\", got \(node.summary)")
            return nil
        }
        return text
    }

    private func readHoldout(_ fields: Fields, into configuration: inout Configuration) {
        guard let node = fields["holdout"] else { return }
        if node.text != nil {
            configuration.holdout = diagnostics.share(node, "holdout") ?? 0
        } else if let holdout = fields.table("holdout", .globalHoldout) {
            configuration.holdout = holdout.share("share") ?? 0
            configuration.holdoutRedraw = holdout.choice("redraw") ?? .never
        }
    }

    private func readSafety(_ fields: Fields, into configuration: inout Configuration) {
        guard let safety = fields.table("safety", .safety) else { return }
        if let share = safety.share("max_share") { configuration.safety.maxShare = share }
        if let node = safety["jump"] {
            let text = node.text.map { $0.hasSuffix("x") ? String($0.dropLast()) : $0 }
            if let jump = text.flatMap(Double.init), jump.isFinite, jump > 1 {
                configuration.safety.jump = jump
            } else {
                diagnostics.error(
                    node.position, "expected a factor above 1 such as 3x for \"jump\", got \(node.summary)")
            }
        }
        if let node = safety["first_run"] {
            switch node.text {
            case "ask": configuration.safety.asksFirst = true
            case "go": configuration.safety.asksFirst = false
            default: diagnostics.error(node.position, "expected ask or go for \"first_run\", got \(node.summary)")
            }
        }
        if let share = safety.share("max_nulls") { configuration.safety.maxNulls = share }
        if let share = safety.share("max_shift") { configuration.safety.maxShift = share }
        if let share = safety.share("max_fall") { configuration.safety.maxFall = share }
        if let share = safety.share("max_failed") { configuration.safety.maxFailed = share }
        if let share = safety.share("max_bounced") { configuration.safety.maxBounced = share }
        if let share = safety.share("max_complained") { configuration.safety.maxComplained = share }
        if let node = safety["canary"] {
            switch node.text {
            case "on": configuration.safety.hasCanary = true
            case "off": configuration.safety.hasCanary = false
            default: diagnostics.error(node.position, "expected on or off for \"canary\", got \(node.summary)")
            }
        }
        if let node = safety["asleep"] {
            configuration.safety.asleep = node.text == "off" ? nil : diagnostics.span(node, "asleep")
        }
    }

    private func readRetention(_ fields: Fields, into configuration: inout Configuration) {
        guard let retention = fields.table("retention", .retention) else { return }
        func span(_ key: String, atLeast least: TimeSpan) -> TimeSpan? {
            guard let node = retention[key], let span = diagnostics.span(node, key) else { return nil }
            if span >= least { return span }
            diagnostics.error(node.position, "\(key) must be kept for at least \(least), got \(node.summary)")
            return nil
        }
        configuration.retention.variables = span("variables", atLeast: .days(1))
        configuration.retention.events = span("events", atLeast: .days(30))
        configuration.retention.changes = span("changes", atLeast: .days(2))
    }

    private func categories(_ fields: Fields) -> [Configuration.Category] {
        fields.entries("categories").compactMap { entry in
            diagnostics.checkName(entry.key, "a category", at: entry.position)
            if entry.key == "service" {
                diagnostics.error(entry.position, "the category \"service\" is built in; nobody unsubscribes from it")
            }
            guard case .mapping = entry.value.content else {
                return diagnostics.shownText(entry.value, entry.key).map {
                    Configuration.Category(name: entry.key, title: $0)
                }
            }
            guard let category = Fields(entry.value, .category, diagnostics, of: "the category \"\(entry.key)\""),
                let title = category.shownText("title")
            else { return nil }
            return Configuration.Category(name: entry.key, title: title, was: category.items("was").compactMap(\.text))
        }
    }

    private enum Report: String, CaseIterable {
        case risk, attrition, journey
    }

    private func digests(_ fields: Fields) -> [Configuration.Digest] {
        fields.items("digests").compactMap { node in
            guard let digest = Fields(node, .digest, diagnostics, of: "a digest") else { return nil }
            let (schedule, channel) = (digest.schedule("at"), digest.text("channel"))
            if let name = digest.text("report"), Report(rawValue: name) == nil {
                diagnostics.unknown(
                    name, "report", among: Report.allCases.map(\.rawValue), at: digest.position("report"))
                return nil
            }
            if let schedule, schedule.isLocal {
                diagnostics.error(digest.position("at"), "a team has no clock of its own; leave out \"local\"")
                return nil
            }
            guard let report = digest.text("report"), let schedule, let channel else { return nil }
            return Configuration.Digest(report: report, schedule: schedule, channel: channel)
        }
    }
}
