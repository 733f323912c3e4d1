import Basics

extension ConfigurationReader {
    /// To whom text messages may go, and how they end.
    func readSMS(_ fields: Fields, into configuration: inout Configuration) {
        guard let table = fields.table("sms", .sms), let phone = table.text("phone"),
            let consent = table.text("consent")
        else { return }
        var text = TextMessaging(
            phone: phone, consent: consent, country: country(table), position: fields.position("sms"))
        text.optOut = optOut(table)
        if let most = table.integer("segments", in: 1...10) { text.mostSegments = most }
        if let node = table["price"] { text.price = diagnostics.number(node, "price", in: 0...100) }
        configuration.sms = text
    }

    private func country(_ table: Fields) -> PhoneCountry? {
        guard let node = table["country"], let name = diagnostics.text(node, "country") else { return nil }
        if let country = PhoneCountry(named: name) { return country }
        let near = suggestion(for: name, in: PhoneCountry.names)
        diagnostics.error(
            node.position,
            "the national numbers of the country \"\(name)\" are not known here"
                + (near.isEmpty
                    ? "; known are \(PhoneCountry.names.joined(separator: ", ")). Leave \"country\" out where all numbers "
                        + "begin with +" : near))
        return nil
    }

    private func optOut(_ table: Fields) -> [String: String] {
        guard let node = table["opt_out"] else { return [:] }
        guard let entries = node.entries else { return line(node, "opt_out").map { ["": $0] } ?? [:] }
        var lines: [String: String] = [:]
        for entry in entries { lines[LanguageTag.normalized(entry.key)] = line(entry.value, entry.key) }
        return lines
    }

    /// A line that ends messages, and holds a word by which they end; it is warned of where it makes all of them longer than they have to be.
    private func line(_ node: YAMLNode, _ name: String) -> String? {
        guard let line = diagnostics.shownText(node, name) else { return nil }
        if line.contains("{{") {
            diagnostics.error(
                node.position, "no value is filled into this line, which is the same for all; leave {{ }} out")
        } else if !StopWord.isHeld(in: line) {
            diagnostics.error(
                node.position,
                "\"\(line.prefix(60))\" does not say by which word text messages end: it holds one that is understood, as STOP is"
            )
        }
        for scalar in line.unicodeScalars where TextSegments.septets(of: scalar) == nil {
            guard let plain = TextSegments.plain(for: scalar) else { break }
            diagnostics.warning(
                node.position,
                "\"\(scalar)\" makes every text message that has this line UCS-2, of 70 instead of 160 characters a segment, "
                    + "and \"\(plain)\" would do")
            break
        }
        return line
    }
}

extension WorkspaceReader {
    /// Whether what `sms:` names is there, and can be what it is named for.
    func checkSMS(_ workspace: Workspace) {
        guard let text = workspace.configuration.sms else { return }
        for (key, name, type) in [("phone", text.phone, ValueType.text), ("consent", text.consent, .boolean)] {
            let names = workspace.dataMap.contactAttributes.filter { $0.type == type }.map(\.name)
            guard !names.contains(name) else { continue }
            let found = workspace.dataMap.contactAttributes.first { $0.name == name }
            let remedy =
                found.map { "\"\(name)\" is \($0.type.phrase)" }
                ?? "declare it under contact_attributes in data.yaml, as \(name): \(type.rawValue)"
                + suggestion(for: name, in: names)
            diagnostics.error(
                text.position,
                "\"sms: { \(key): \(name) }\" needs an attribute of contacts of the type \(type.rawValue); \(remedy)")
        }
    }
}

extension KeyTable {
    static let sms = KeyTable([
        Key("phone", .text, required: true, "The attribute of contacts, of the type text, that holds their number."),
        Key(
            "consent", .text, required: true,
            "The attribute of contacts, of the type boolean, that says whether they agreed; nobody else gets any."),
        Key(
            "country", .choice(PhoneCountry.names),
            "Whose national numbers are meant in imports; without it a number begins with + or 00."),
        Key(
            "opt_out", .either([.text, .mapping(.text)]),
            "The line that says how to end them, for all languages or by language; in all messages but of `service`."),
        Key("segments", .integer(1...10), "Warn of messages that need more parts than that; 3 by default."),
        Key("price", .number(0...100), "What one part costs, in the workspace's currency; plan tells the sum."),
    ])
}
