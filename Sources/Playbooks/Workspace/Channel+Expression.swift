package import Basics

extension Channel {
    /// One `{{ name | filter | filter:argument }}` of a channel, its names resolved; `Delivery` writes its value.
    package struct Expression: Sendable, Hashable {
        package let source: Source
        package let filters: [Filter]
        /// Whether the value goes into a URL as it is: the channel's own, or percent-encoded already.
        package let isReadyForURL: Bool

        /// - Parameters:
        ///   - vars: of the channel.
        ///   - inEach: whether there are `key` and `value`.
        package init(_ text: String, vars: [String: String], inEach: Bool = false) throws(TextComplaint) {
            let syntax = TagExpression(text)
            source = try Source(syntax.name, vars: vars, inEach: inEach)
            var filters: [Filter] = []
            for filter in syntax.filters { filters.append(try Filter(filter, vars: vars, inEach: inEach)) }
            self.filters = filters
            let isConstant = if case .constant = source { true } else { false }
            isReadyForURL = isConstant || filters.contains(.urlencode)
        }

        init(_ tag: TaggedText.Tag, vars: [String: String], inEach: Bool) throws(TextComplaint) {
            guard tag.kind == .value else {
                throw TextComplaint("sections are for messages; here it is {$if: NAME, then: ..., else: ...}")
            }
            try self.init(tag.name, vars: vars, inEach: inEach)
        }

        /// A name as `$if`, `$each` and `map` take it, bare or in braces.
        package static func named(
            _ text: String, vars: [String: String], inEach: Bool
        ) throws(TextComplaint) -> Expression {
            if text.contains("{{"), let own = try Text(text, vars: vars, inEach: inEach).expression { return own }
            return try Expression(text, vars: vars, inEach: inEach)
        }

        /// The value where it is the channel's own and goes through no filter.
        package var constant: String? {
            if filters.isEmpty, case .constant(let value) = source { value } else { nil }
        }

        /// Everything that it reads.
        package var sources: [Source] {
            [source] + filters.compactMap { if case .fallback(let source) = $0 { source } else { nil } }
        }
    }
}

extension Channel.Expression {
    /// Where a value comes from.
    package enum Source: Sendable, Hashable {
        case constant(String?)
        case key, value
        case to, toEmail, toName, toPhone, from, fromEmail, fromName, replyTo
        case subject, preheader, text, html
        case headers, header(String), metadata, metadatum(String), tags, tag(Int)
        case idempotencyKey, idempotencyUUID
        case recipient
        case secret, timestamp, body, signature
        case variable(String), variables

        private static let names: [String: Source] = [
            "to": .to, "to.email": .toEmail, "to.name": .toName, "to.phone": .toPhone, "from": .from,
            "from.email": .fromEmail,
            "from.name": .fromName, "reply_to": .replyTo, "subject": .subject, "preheader": .preheader, "text": .text,
            "html": .html, "headers": .headers, "metadata": .metadata, "tags": .tags,
            "idempotency_key": .idempotencyKey, "idempotency_uuid": .idempotencyUUID, "recipient.id": .recipient,
            "recipient.email": .toEmail, "recipient.name": .toName, "variables": .variables, "secret": .secret,
            "timestamp": .timestamp, "body": .body, "signature": .signature,
        ]

        fileprivate init(_ name: String, vars: [String: String], inEach: Bool) throws(TextComplaint) {
            if let source = Self.names[name] {
                self = source
            } else if inEach, name == "key" || name == "value" {
                self = name == "key" ? .key : .value
            } else if let dot = name.firstIndex(of: "."), name.index(after: dot) < name.endIndex {
                let member = String(name[name.index(after: dot)...])
                switch name[..<dot] {
                case "vars":
                    guard let value = vars[member] else {
                        let near = suggestion(for: name, in: vars.keys.map { "vars.\($0)" })
                        throw TextComplaint(
                            "unknown variable \"\(name)\"\(near.isEmpty ? "; declare it under \"vars\"" : near)")
                    }
                    // An empty one drops its key, as a missing value does.
                    self = .constant(value.isEmpty ? nil : value)
                case "headers": self = .header(member)
                case "metadata": self = .metadatum(member)
                case "tags":
                    guard let index = Int(member), index >= 0 else {
                        throw TextComplaint("\"\(name)\": write tags.0 for the first tag")
                    }
                    self = .tag(index)
                case "recipient": self = .variable("contact.\(member)")
                case "account", "contact", "event", "entry", "signals":
                    self = .variable(name.hasPrefix("signals.") ? member : name)
                default: throw Self.unknown(name)
                }
            } else {
                throw Self.unknown(name)
            }
        }

        private static func unknown(_ name: String) -> TextComplaint {
            let near = suggestion(for: name, in: names.keys)
            let known = names.keys.sorted().joined(separator: ", ")
            return TextComplaint(
                "unknown name \"\(name)\""
                    + (near.isEmpty
                        ? "; known are \(known), vars.*, recipient.*, account.*, contact.*, event.*, entry.*, signals.*"
                        : near))
        }

        /// What only some places know, with the name of the place; nil for what all know.
        var home: (name: String, place: String)? {
            switch self {
            case .secret: ("secret", "body of the auth kind body")
            case .timestamp: ("timestamp", "auth kind hmac")
            case .body: ("body", "auth kind hmac")
            case .signature: ("signature", "headers of the auth kind hmac")
            default: nil
            }
        }
    }

    /// What is done to a value before it is written.
    package enum Filter: Sendable, Hashable {
        case address, digits, json, number, token, urlencode
        case fallbackText(String), fallback(Source)
        case truncate(Int)

        private static let names = ["address", "digits", "json", "number", "token", "urlencode", "default", "truncate"]

        fileprivate init(
            _ filter: TagExpression.Filter, vars: [String: String], inEach: Bool
        ) throws(TextComplaint) {
            switch (filter.name, filter.argument) {
            case ("address", nil): self = .address
            case ("digits", nil): self = .digits
            case ("json", nil): self = .json
            case ("number", nil): self = .number
            case ("token", nil): self = .token
            case ("urlencode", nil): self = .urlencode
            case ("default", .text(let text)): self = .fallbackText(text)
            case ("default", .name(let name)): self = .fallback(try Source(name, vars: vars, inEach: inEach))
            case ("truncate", .name(let text)) where (Int(text) ?? 0) > 0: self = .truncate(Int(text) ?? 0)
            case ("truncate", _):
                throw TextComplaint("\"truncate\" takes a number of characters, as in truncate:80")
            case ("default", nil):
                throw TextComplaint("\"default\" takes a name or a text, as in default:\"none\"")
            default:
                guard !Self.names.contains(filter.name) else {
                    throw TextComplaint("the filter \"\(filter.name)\" takes nothing behind a colon")
                }
                let near = suggestion(for: filter.name, in: Self.names)
                throw TextComplaint(
                    "unknown filter \"\(filter.name)\""
                        + (near.isEmpty
                            ? "; known are address, digits, json, number, token, urlencode, default:NAME, default:\"text\", "
                                + "truncate:N" : near))
            }
        }
    }
}
