import Basics
import Decisions
import Storage

/// What became of touches that only a person can tell about.
struct SettleForm {
    let ask: PageRequest
    let state: String
    let ids: [Int64]
    /// The fence that the page saw, of one touch.
    var fence: Int64?

    func draw(in html: inout HTML) {
        html.panel("Settle", id: "settle") { html in
            html.add(
                "p", ["class": "soft small"],
                text: state == "unknown"
                    ? "The provider's own log says whether they arrived. “It did not” sends them again; “let it be” sends nothing."
                    : "“Send again” tries once more with today's files; “let it be” sends nothing.")
            html.change(
                ask, "/touches/settle", "Settle \(ids.count.of("touch", "touches"))", style: "go",
                fields: [
                    "ids": ids.map(String.init).joined(separator: " "), "state": state,
                    "fence": fence.map(String.init) ?? "", "back": ask.path,
                ]
            ) { html in
                html.add("div", ["class": "filters"]) { html in
                    html.select(
                        "What became of it", "as",
                        (state == "unknown" ? [(Ledger.Resolution.sent.rawValue, "it arrived")] : [])
                            + [
                                (
                                    Ledger.Resolution.resend.rawValue,
                                    state == "unknown" ? "it did not: send it again" : "send it again"
                                ),
                                (Ledger.Resolution.drop.rawValue, "let it be"),
                            ], chosen: nil)
                    html.reasonField()
                }
            }
            html.command("keeptouch resolve \(ids.first ?? 0) sent|resend|drop")
        }
    }
}

extension Dashboard {
    private static let mostSettled = 500

    func addSettling(to routes: DashboardRoutes) {
        routes.change("/touches/settle") { ask, form, connection in
            let back = form["back"] ?? "/touches"
            let ids = (form["ids"] ?? "").split(separator: " ").compactMap { Int64($0) }
            guard let verdict = Ledger.Resolution(rawValue: form["as"] ?? ""), !ids.isEmpty,
                ids.count <= Self.mostSettled
            else { return .not(back, "Say what became of at most \(Self.mostSettled) touches. Nothing was changed.") }
            var settled = 0
            for id in ids {
                guard let touch = try TouchDetail(id, connection), touch.state.rawValue == form["state"],
                    form["fence"].flatMap({ Int64($0) }).map({ $0 == touch.fence }) ?? true
                else { continue }
                try ask.author.resolve(
                    id, as: verdict, because: Self.words(form["reason"]), now: ask.now, connection)
                settled += 1
            }
            let rest = ids.count - settled
            if settled == 0 {
                return .not(
                    back,
                    "\(rest == 1 ? "It is" : "They are") not \(form["state"] ?? "") any more: somebody else has settled it. Nothing was changed."
                )
            }
            return .done(
                back,
                "\(settled.of("touch", "touches")) settled"
                    + (rest > 0 ? "; \(rest.grouped) had been settled by somebody else." : "."))
        }
    }
}
