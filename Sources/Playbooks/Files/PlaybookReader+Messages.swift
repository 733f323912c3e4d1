import Basics

extension PlaybookReader {
    /// The messages that the steps name, with their languages; complains about files that are missing or not used.
    func readMessages(
        _ uses: [StepReader.MessageUse], known: [String: ValueType?], into playbook: inout Playbook
    ) {
        let files = texts.keys.filter(Message.isFile).sorted()
        let languages = languages(of: files)
        var read: Set<String> = []
        var emails: Set<String> = []
        var textsTold: Set<String> = []
        let used = uses.flatMap { use in rotated(use, among: files, languages) }
        for use in used {
            guard let text = texts[use.path], Message.isFile(use.path) else {
                if read.insert(use.path).inserted {
                    // A name without its ending is further off than a nearest name may be.
                    let near =
                        files.first { $0.hasPrefix(use.path + ".") }.map { "; did you mean \"\($0)\"?" }
                        ?? suggestion(for: use.path, in: files)
                    let remedy = near.isEmpty ? "; make \(folder)/\(use.path)" : near
                    diagnostics.error(use.position, "there is no message \"\(use.path)\"\(remedy)")
                }
                continue
            }
            if read.insert(use.path).inserted, var message = message(text, use.path, known, language: nil) {
                for (locale, path) in languages[use.path, default: [:]] {
                    read.insert(path)
                    if let text = texts[path] {
                        message.locales[locale] = self.message(text, path, known, language: locale)
                    }
                }
                playbook.messages[use.path] = message
            }
            if use.kind == .sms, let message = playbook.messages[use.path] {
                checkText(message, use, category: playbook.category, &textsTold)
            }
            guard use.kind == .email, emails.insert(use.path).inserted, let message = playbook.messages[use.path] else {
                continue
            }
            for version in [message] + message.locales.values where version.subject?.isEmpty ?? true {
                diagnostics.error(
                    Position(file: version.path), "an email needs a \"subject\" in the front matter of its message")
            }
            for version in [message] + message.locales.values {
                checkDocument(version, playbook)
                checkButton(version)
                checkSubject(of: version)
            }
        }
        for file in files where !read.contains(file) {
            diagnostics.warning(Position(file: "\(folder)/\(file)"), "no step uses this message")
        }
    }

    /// The uses of each message of a rotation; languages are no messages of their own.
    private func rotated(
        _ use: StepReader.MessageUse, among files: [String], _ languages: [String: [String: String]]
    ) -> [StepReader.MessageUse] {
        guard let rotation = Rotation(use.path) else { return [use] }
        let paths = rotation.paths(among: Set(files).subtracting(languages.values.flatMap(\.values)))
        if paths.isEmpty {
            diagnostics.error(use.position, "no message is named \"\(use.path)\"; put some in \(folder)/")
        }
        return paths.map { StepReader.MessageUse(path: $0, kind: use.kind, position: use.position) }
    }

    /// - Parameter language: of a translation; nil for the workspace's own.
    private func message(_ text: String, _ path: String, _ known: [String: ValueType?], language: String?) -> Message? {
        let place = "\(folder)/\(path)"
        guard
            var (message, texts) = MessageReader(dataMap: dataMap, diagnostics: diagnostics).read(
                text, path: place)
        else { return nil }
        texts += message.isHTML ? [] : takeIn(&message, texts, language)
        let variables = MessageVariables(of: texts)
        diagnostics.add(variables.diagnostics)
        checkPlurals(texts, language ?? configuration.language, known)
        checkAsk(of: message, variables)
        checkLooks(of: message, texts)
        for use in variables.uses where use.name != "ask" {
            if known[use.name] == nil, !(use.name.hasPrefix("event.") && known["event.*"] != nil) {
                let near = suggestion(for: use.name, in: known.keys)
                diagnostics.error(use.position, "unknown variable \"\(use.name)\"\(near)")
            } else if use.name == "unsubscribe_url", configuration.baseURL == nil {
                diagnostics.error(use.position, "\"unsubscribe_url\" needs a \"base_url\" in keeptouch.yaml")
            }
        }
        if message.body.allSatisfy(\.isWhitespace) {
            diagnostics.error(Position(file: place, line: message.bodyLine), "the message is empty")
        }
        return message
    }

    /// Puts the snippets into the body.
    ///
    /// - Returns: the snippets, to be checked with the message's names.
    private func takeIn(_ message: inout Message, _ texts: [SourceText], _ language: String?) -> [SourceText] {
        var taken: [SourceText] = []
        for text in texts {
            let sources = snippets.sources(in: text, language: language)
            guard text.name == "body" else {
                if let use = SectionedText(text.text).snippets.first {
                    diagnostics.error(
                        text.position.moved(to: use.place),
                        "snippets stand in the body of a message, not in its \(text.name)")
                }
                continue
            }
            guard !sources.isEmpty else { continue }
            let lines = snippets.expanded(text, language: language)
            message.body = lines.map(\.text).joined(separator: "\n")
            message.places = lines.map(\.place)
            taken = sources
        }
        return taken
    }

    /// A form that a language has and a message lacks is read as "other", which native readers notice; beside what is no
    /// number there is none.
    private func checkPlurals(_ texts: [SourceText], _ language: String, _ known: [String: ValueType?]) {
        let needed = PluralCategory.all(in: language).map(\.rawValue)
        for source in texts {
            for plural in SectionedText(source.text).plurals {
                if let type = known[plural.name] ?? nil, !type.isNumeric {
                    diagnostics.error(
                        source.position.moved(to: plural.place),
                        "\"\(plural.name)\" is \(type.noun), and one: ... | other: ... are forms beside a number")
                    continue
                }
                let missing = needed.filter { !plural.categories.contains($0) }
                guard !missing.isEmpty else { continue }
                diagnostics.warning(
                    source.position.moved(to: plural.place),
                    "numbers in \(language) have the forms \(needed.joined(separator: ", ")); \(missing.joined(separator: ", ")) "
                        + "\(missing.count == 1 ? "is" : "are") not there, and \"other\" stands instead")
            }
        }
    }

    /// For each message the files that say the same in another language: `lessons.de.md` beside `lessons.md`.
    private func languages(of files: [String]) -> [String: [String: String]] {
        var languages: [String: [String: String]] = [:]
        for file in files {
            let kind = file.hasSuffix(".md") ? ".md" : ".html"
            let parts = file.dropLast(kind.count).split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count > 1, let locale = parts.last, isLocale(locale) else { continue }
            let base = parts.dropLast().joined(separator: ".") + kind
            if texts[base] != nil {
                languages[base, default: [:]][LanguageTag.normalized(String(locale))] = file
            }
        }
        return languages
    }

    /// `de`, `de-AT`, `zh_Hant`.
    private func isLocale(_ text: Substring) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
        guard let language = parts.first, (2...3).contains(language.count), parts.count <= 3 else { return false }
        return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x7A).contains($0) } }
    }

    /// The names that a message may use, with their types; `event.*` stands for any property of an event that is itself
    /// misspelt.
    ///
    /// - Parameter broken: names that have a value of which nothing is known.
    func knownVariables(
        signals: [NamedTerm], broken: some Sequence<String>, trigger: String?, event: EventKind?
    ) -> [String: ValueType?] {
        var known: [String: ValueType?] = [:]
        for name in [
            "sender.name", "sender.email", "sender.reply_to", "sender.postal_address", "unsubscribe_url",
            "contact.first_name",
        ] { known[name] = .text }
        for attribute in Attribute.builtIn + dataMap.attributes { known["account.\(attribute.name)"] = attribute.type }
        for attribute in Attribute.builtInOfContact + dataMap.contactAttributes {
            known["contact.\(attribute.name)"] = attribute.type
        }
        if trigger == "on", event == nil { known.updateValue(nil, forKey: "event.*") }
        for property in event?.properties ?? [] { known["event.\(property.name)"] = property.type }
        for name in broken {
            for name in [name, "entry.\(name)"] { known.updateValue(nil, forKey: name) }
        }
        for signal in signals {
            for name in [signal.name, "entry.\(signal.name)"] { known[name] = signal.term.type }
        }
        return known
    }
}

extension ValueType {
    fileprivate var noun: String { self == .instant ? "an instant" : "a \(rawValue)" }
}
