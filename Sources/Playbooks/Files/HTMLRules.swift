import Basics

/// What HTML in e-mails may not hold, each with the reason; `check` tells it, and nothing that has an error is sent.
package enum HTMLRules {
    /// With what they hold.
    package static let refused: [String: String] = {
        let runs = "mail programs run no programs, and take mails with one for an attack"
        let loads = "mail programs load nothing into a message but pictures"
        let asks = "mail programs send no forms; ask with {{ask}}, or link to a page"
        return [
            "script": runs, "noscript": runs, "applet": runs, "object": loads, "embed": loads, "iframe": loads,
            "frame": loads, "frameset": loads, "link": "\(loads); write the styles into <style>", "video": loads,
            "audio": loads, "form": asks, "input": asks, "button": asks, "select": asks, "textarea": asks,
            "svg": "most mail programs leave it out; use a picture with an https address",
            "math": "mail programs leave it out", "base": "every link is whole in an e-mail",
        ]
    }()

    /// What stands around the settings of Outlook in what editors export.
    private static let ofOutlook: Set = ["noscript", "xml"]

    /// The attributes that hold addresses.
    private static let addresses: Set = ["href", "src", "background", "action", "poster", "srcset", "xlink:href"]
    private static let schemes = ["mailto:", "tel:", "sms:", "#", "{{"]

    /// Whether an address leads somewhere whichever of its values are there.
    package static func mayLead(_ address: String) -> Bool {
        inEveryForm(address) { form in
            let start = form.drop { $0.isWhitespace }.lowercased()
            return start.isEmpty || Message.Action.hasHost(start) || schemes.contains { start.hasPrefix($0) }
        }
    }

    /// Whether something holds of an address with its values, and with the texts that stand where they are missing.
    static func inEveryForm(_ address: String, _ holds: (String) -> Bool) -> Bool {
        guard address.contains("{{") else { return holds(address) }
        let text = SectionedText(address)
        // A section that is not closed here is a complaint of its own.
        guard text.complaints.isEmpty else { return holds(address) }
        return TextForms(text).allSatisfy { !$0.isEmpty && holds($0.written) }
    }

    /// All complaints about a text, in their order.
    ///
    /// - Parameter names: what may stand in conditional comments, where a message's values may not.
    static func complaints(about source: SourceText, slotsInComments: Bool) -> [Diagnostic] {
        var checking = Checking(source: source, slotsInComments: slotsInComments)
        checking.check(checking.bytes.indices)
        checking.checkWaysOut()
        return checking.found
    }

    /// Where the bytes of a text stand in its file.
    struct Places {
        private let source: SourceText
        private let bytes: [UInt8]
        /// Where each line begins.
        private let starts: [Int]

        init(_ source: SourceText, _ bytes: [UInt8]) {
            self.source = source
            self.bytes = bytes
            starts = [0] + bytes.indices.lazy.filter { bytes[$0] == 10 }.map { $0 + 1 }
        }

        func position(ofByte offset: Int) -> Position {
            var (low, high) = (0, starts.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= offset { low = middle } else { high = middle }
            }
            var place = TextPlace()
            place.line = low + 1
            let line = bytes[starts[low]..<max(starts[low], min(offset, bytes.count))]
            place.column = 1 + String(decoding: line, as: UTF8.self).unicodeScalars.count
            return source.position.moved(to: place)
        }
    }
}

extension HTMLRules {
    private struct Checking {
        let source: SourceText
        let slotsInComments: Bool
        let bytes: [UInt8]
        var found: [Diagnostic] = []
        private var sheets = 0
        private let places: Places

        init(source: SourceText, slotsInComments: Bool) {
            self.source = source
            self.slotsInComments = slotsInComments
            bytes = Array(source.text.utf8)
            places = Places(source, bytes)
        }

        /// - Parameter isOutlook: whether Outlook alone reads it.
        mutating func check(_ range: Range<Int>, isOutlook: Bool = false) {
            for token in HTMLScanner(Array(bytes[range])) {
                let start = range.lowerBound + token.range.lowerBound
                let text = String(decoding: bytes[start..<(range.lowerBound + token.range.upperBound)], as: UTF8.self)
                switch token.kind {
                case .open(let tag) where isOutlook && HTMLRules.ofOutlook.contains(tag.name): break
                case .open(let tag): check(tag, at: start, within: range.lowerBound)
                case .raw(of: "style"): check(sheet: text, at: start)
                case .raw(of: let name) where name != "title" && text.contains("{{"):
                    complain(start, "no value may stand in <\(name)>")
                case .comment: check(comment: text, at: start)
                case .unended:
                    complain(
                        start, "\"\(text.prefix(40).split(separator: "\n").first ?? "")\" has no end: a > is missing")
                case .text, .raw, .close, .declaration: break
                }
            }
        }

        mutating func checkWaysOut() {
            for link in WayOut.links(in: bytes) where !link.hasWords {
                complain(link.start, "the link to {{unsubscribe_url}} has no words, so nobody would find it")
            }
        }

        private mutating func complain(_ offset: Int, _ message: String, _ severity: Diagnostic.Severity = .error) {
            found.append(Diagnostic(severity, at: places.position(ofByte: offset), message))
        }

        private mutating func check(_ tag: HTMLScanner.Tag, at start: Int, within base: Int) {
            if OutsideSheets.isLink(tag) {
                complain(
                    start,
                    "most mail programs leave a <link> to a style sheet out, and so does Keeptouch; write its rules into <style>",
                    .warning)
                return
            }
            if let why = HTMLRules.refused[tag.name] {
                complain(start, "<\(tag.name)> may not stand in an e-mail: \(why)")
                return
            }
            if tag.name.contains("{{") { complain(start, "no value may stand in the name of an element") }
            if tag.name == "img", tag.value("alt") == nil {
                complain(
                    start, "<img> needs an alt, which is read where pictures are off; alt=\"\" for mere decoration")
            }
            if tag.name == "meta", tag.value("http-equiv")?.lowercased() == "refresh" {
                complain(
                    start, "<meta http-equiv=\"refresh\"> may not stand in an e-mail: mail programs lead nobody on")
            }
            for attribute in tag.attributes {
                let offset = base + attribute.range.lowerBound
                if attribute.name.hasPrefix("on") {
                    complain(offset, "\"\(attribute.name)\" may not stand in an e-mail: mail programs run no programs")
                } else if attribute.name.contains("{{") {
                    complain(offset, "a value stands in text or in an attribute between quotes")
                } else if attribute.name == "style" {
                    check(style: attribute.value, at: base + attribute.valueRange.lowerBound)
                } else if HTMLRules.addresses.contains(attribute.name) {
                    check(address: attribute, of: tag.name, at: base + attribute.valueRange.lowerBound)
                }
            }
        }

        private mutating func check(address: HTMLScanner.Attribute, of element: String, at offset: Int) {
            if !HTMLRules.mayLead(address.value) {
                complain(
                    offset,
                    "\"\(address.value.prefix(60))\" leads nowhere in an e-mail: an address begins with https://, http://, "
                        + "mailto: or tel:")
            } else if address.name != "href", address.value.lowercased().hasPrefix("http://") {
                complain(offset, "pictures are loaded over https:// only; \(address.value.prefix(60))", .warning)
            }
        }

        private mutating func check(style: String, at offset: Int) {
            if style.contains("{{") { complain(offset, "no value may stand in a style") }
            check(css: style, at: offset)
        }

        private mutating func check(css: String, at offset: Int) {
            let small = css.lowercased()
            if small.contains("@import") {
                complain(
                    offset,
                    "most mail programs leave \"@import\" out, and so does Keeptouch; write its rules here", .warning)
            }
            for (word, why) in [
                ("expression(", "mail programs run no programs"), ("behavior:", "mail programs run no programs"),
                ("-moz-binding", "mail programs run no programs"), ("javascript:", "mail programs run no programs"),
                (
                    "@font-face",
                    "few mail programs load fonts, and some drop the whole sheet; name fonts that devices have"
                ),
            ] where small.contains(word) {
                let isMere = word == "@font-face"
                complain(offset, "\"\(word)\" may not stand in a style: \(why)", isMere ? .warning : .error)
            }
        }

        private mutating func check(sheet: String, at offset: Int) {
            if sheet.contains("{{") { complain(offset, "no value may stand in a style sheet") }
            check(css: sheet, at: offset)
            sheets += sheet.utf8.count
            if sheets > 65_536 {
                complain(offset, "the style sheets are larger than 64 kB; leave out what the message does not need")
            } else if sheets > 8_192, sheets - sheet.utf8.count <= 8_192 {
                complain(offset, "the style sheets are larger than 8 kB, and Gmail drops them", .warning)
            }
        }

        /// What stands in `<!--[if mso]>` is shown by Outlook.
        private mutating func check(comment: String, at offset: Int) {
            guard comment.hasPrefix("<!--["), let open = comment.firstRange(of: "]>"),
                let close = comment.firstRange(of: "<!["), open.upperBound < close.lowerBound
            else { return }
            let inner = comment[open.upperBound..<close.lowerBound]
            if !slotsInComments, inner.contains("{{") {
                complain(offset, "no value may stand in a conditional comment")
            }
            let start = offset + comment[..<open.upperBound].utf8.count
            check(start..<(start + inner.utf8.count), isOutlook: true)
        }
    }
}
