import Basics
import Decisions
import Foundation
import Measure
import Playbooks

extension Int {
    /// With commas between thousands: `12,000`.
    var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "−" : "") + text
    }

    /// With its noun: `1 account`, `12,000 accounts`.
    func of(_ one: String, _ many: String? = nil) -> String { "\(grouped) \(self == 1 ? one : many ?? one + "s")" }
}

extension String {
    /// With the point behind it, unless it ends already.
    var ended: String { last.map { ".?!…".contains($0) } == true ? self : self + "." }
}

extension PageRequest {
    enum TimeStyle {
        /// As short as it is clear on the day of the page.
        case short
        case full
        case day
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A moment in the reader's zone, UTC on hover.
    func time(_ moment: Instant, _ style: TimeStyle = .short) -> HTML {
        HTML { html in
            let utc = moment.text(in: .utc)
            html.add(
                "time", ["datetime": utc.replacing(" ", with: "T") + "Z", "title": utc + " UTC"],
                text: text(moment, style))
        }
    }

    func text(_ moment: Instant, _ style: TimeStyle = .short) -> String {
        let clock = String(moment.text(in: zone).suffix(5))
        let day = zone.day(of: moment)
        switch style {
        case .short: return day == zone.day(of: now) ? clock : "\(text(day)), \(clock)"
        case .full: return "\(text(day, withYear: true)), \(clock)"
        case .day: return text(day)
        }
    }

    func text(_ day: Day, withYear: Bool = false) -> String {
        let date = day.civil
        let name = Self.months.indices.contains(date.month - 1) ? Self.months[date.month - 1] : "\(date.month)"
        let hasYear = withYear || date.year != zone.day(of: now).civil.year
        return "\(name) \(date.day)" + (hasYear ? ", \(date.year)" : "")
    }

    func money(_ minor: Int64?) -> String {
        guard let minor else { return "–" }
        let currency = workspace.configuration.currency
        return "\(Report.Unit.money(currency).text(Double(minor))) \(currency)"
    }

    /// Of an amount in major units.
    func money(major: Double?) -> String {
        money(
            major.map {
                Int64(($0 * pow(10, Double(Currency.minorDigits(of: workspace.configuration.currency)))).rounded())
            })
    }
}

extension HTML {
    /// A state as shape and word.
    mutating func state(_ kind: String, _ word: String) { add("span", ["class": "state \(kind)"], text: word) }

    /// A part of a page with a heading.
    mutating func panel(
        _ title: String, id: String, note: String? = nil, more: (text: String, link: String)? = nil,
        isLive: Bool = false, _ body: (inout HTML) throws -> Void
    ) rethrows {
        try add(
            "section", ["class": "panel", "aria-labelledby": id, "data-live": isLive ? id : nil]
        ) { html in
            html.add("header") { html in
                html.add("h2", ["id": id], text: title)
                if let note { html.add("p", text: note) }
                if let more { html.add("a", ["class": "more", "href": more.link], text: more.text) }
            }
            try body(&html)
        }
    }

    /// A table under titled columns, to be scrolled where it is too wide.
    ///
    /// - Parameter list: what a list of rows is called of which the newest stand above; each row says which it is.
    mutating func table(
        _ name: String, _ columns: [(title: String, style: String?)], growing list: String? = nil,
        _ rows: (inout HTML) throws -> Void
    ) rethrows {
        try add("div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": name]) { html in
            try html.add("table") { html in
                html.add("thead") { html in
                    html.add("tr") { html in
                        for column in columns {
                            // A heading without a word is none.
                            if column.title.isEmpty {
                                html.add("td", ["class": column.style], text: "")
                            } else {
                                html.add("th", ["scope": "col", "class": column.style], text: column.title)
                            }
                        }
                    }
                }
                try html.add("tbody", ["data-rows": list]) { try rows(&$0) }
            }
        }
    }

    mutating func cell(_ style: String? = nil, _ text: String) { add("td", ["class": style], text: text) }

    mutating func number(_ count: Int, link: String? = nil, style: String = "num") {
        add("td", ["class": style]) { html in
            if let link, count != 0 {
                html.add("a", ["href": link], text: count.grouped)
            } else {
                html.text(count.grouped)
            }
        }
    }

    /// Nothing is there: what it means, and what to do.
    mutating func nothing(_ title: String, _ advice: String) {
        add("div", ["class": "none"]) { html in
            html.add("strong", text: title)
            html.addSentence(advice)
        }
    }

    /// A sentence apart from the rest: `warn`, `bad`, `good`, or none of them.
    mutating func note(_ kind: String = "", _ sentence: (inout HTML) -> Void) {
        add("div", ["class": kind.isEmpty ? "note" : "note \(kind)"]) { html in html.add("p") { sentence(&$0) } }
    }

    mutating func note(_ kind: String = "", _ text: String) { note(kind) { $0.text(text) } }

    mutating func link(_ text: String, _ href: String) { add("a", ["href": href], text: text) }

    /// A form that changes something: its token, its button, and what it carries.
    mutating func change(
        _ ask: PageRequest, _ path: String, _ button: String, style: String? = nil,
        fields: KeyValuePairs<String, String> = [:], _ body: (inout HTML) -> Void = { _ in }
    ) {
        add("form", ["method": "post", "action": ask.link(path)]) { html in
            html.add("input", ["type": "hidden", "name": "token", "value": ask.visitor.formToken])
            for (name, value) in fields { html.add("input", ["type": "hidden", "name": "\(name)", "value": value]) }
            body(&html)
            html.add("button", ["class": style], text: button)
        }
    }

    /// The name of an account, as the head of a row.
    mutating func account(_ key: String, _ name: String?, _ ask: PageRequest) {
        add("th", ["scope": "row", "class": "who"]) { html in
            html.add("span") { html in
                html.link(name ?? key, ask.accountLink(key))
                if name != nil { html.add("span", ["class": "soft small"], text: " \(key)") }
            }
        }
    }

    /// What else a list is filtered by, each in a field of its own, so that no filter acts unseen.
    mutating func others(_ ask: PageRequest, _ names: [String]) {
        for name in names {
            guard let value = ask[name] else { continue }
            field(name.replacing("_", with: " "), name, value, size: "10")
        }
    }

    mutating func reasonField(_ ask: PageRequest) {
        field("Why, for the audit log", "reason", ask.draft["reason"], size: "40")
    }

    /// A choice among named values.
    mutating func select(
        _ label: String, _ name: String, _ options: [(value: String, text: String)], chosen: String?,
        isHidden: Bool = false
    ) {
        add("label") { html in
            if isHidden { html.add("span", ["class": "hidden"], text: label) } else { html.text(label) }
            html.add("select", ["name": name]) { html in
                for option in options {
                    html.add(
                        "option", ["value": option.value, "selected": option.value == (chosen ?? "") ? "" : nil],
                        text: option.text)
                }
            }
        }
    }

    mutating func field(_ label: String, _ name: String, _ value: String?, type: String = "text", size: String? = nil) {
        add("label") { html in
            html.text(label)
            html.add("input", ["name": name, "type": type, "value": value ?? "", "size": size])
        }
    }
}

extension TouchState {
    /// The class of its chip.
    var style: String {
        switch self {
        case .sent: "live"
        case .pending, .claimed, .sending, .ghost: "waits"
        case .held, .unknown: "held"
        case .rejected: "broken"
        case .capped, .suppressed, .expired, .cancelled: "retired"
        }
    }

    /// As people read it.
    var word: String { self == .ghost ? "held out" : rawValue }
}
