import Basics

/// The ways through lists: one that is read part by part, and one that is held as a whole.
extension HTML {
    /// The way to older rows, by where the next part begins.
    mutating func pager(_ ask: PageRequest, older: String?, note: String = "") {
        let before = ask["before"]
        guard older != nil || before != nil else { return }
        add("nav", ["class": "page", "aria-label": "Pages of the list"]) { html in
            html.add("span", text: note)
            html.add("span", ["class": "acts"]) { html in
                if before != nil {
                    html.add("a", ["class": "button", "href": ask.changing(["before": nil])], text: "Newest")
                }
                if let older {
                    html.add("a", ["class": "button", "href": ask.changing(["before": older])], text: "Older")
                }
            }
        }
    }

    /// The way through a list that is held as a whole.
    mutating func steps(_ ask: PageRequest, from: Int, shown: Int, of count: Int) {
        add("nav", ["class": "page", "aria-label": "Parts of the list"]) { html in
            html.add(
                "span",
                text: "\(min(from + 1, count).grouped) to \(min(from + shown, count).grouped) of \(count.grouped)")
            html.add("span", ["class": "acts"]) { html in
                if from > 0 {
                    html.add(
                        "a", ["class": "button", "href": ask.changing(["from": "\(max(0, from - shown))"])],
                        text: "Before")
                }
                if from + shown < count {
                    html.add("a", ["class": "button", "href": ask.changing(["from": "\(from + shown)"])], text: "Next")
                }
            }
        }
    }
}
