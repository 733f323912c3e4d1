import Basics
import Decisions
import Storage

/// What became of touches that only a person can tell about.
struct SettleForm {
    let ask: PageRequest
    let state: TouchState
    let touches: [Seen]

    /// A touch as the page saw it: once somebody has settled it, or it was sent anew, its fence is another one.
    struct Seen {
        var id: Int64
        var fence: Int64

        init(id: Int64, fence: Int64) {
            (self.id, self.fence) = (id, fence)
        }

        /// Nil for what a form does not write.
        init?(_ text: some StringProtocol) {
            let parts = text.split(separator: ":")
            guard parts.count == 2, let id = Int64(parts[0]), let fence = Int64(parts[1]) else { return nil }
            self.init(id: id, fence: fence)
        }

        var text: String { "\(id):\(fence)" }
    }

    func draw(in html: inout HTML) {
        html.panel("Settle", id: "settle") { html in
            html.add(
                "p", ["class": "soft small"],
                text: state == .unknown
                    ? "The provider's own log says whether they arrived. “It did not” sends them again; “let it be” sends nothing."
                    : "“Send again” tries once more with today's files; “let it be” sends nothing.")
            html.change(
                ask, "/touches/settle", "Settle \(touches.count.of("touch", "touches"))", style: "go",
                fields: [
                    "touches": touches.map(\.text).joined(separator: " "), "state": state.rawValue, "back": ask.here,
                ]
            ) { html in
                html.add("div", ["class": "filters"]) { html in
                    html.select(
                        "What became of it", "as",
                        (state == .unknown ? [(Ledger.Resolution.sent.rawValue, "it arrived")] : [])
                            + [
                                (
                                    Ledger.Resolution.resend.rawValue,
                                    state == .unknown ? "it did not: send it again" : "send it again"
                                ),
                                (Ledger.Resolution.drop.rawValue, "let it be"),
                            ], chosen: ask.draft["as"])
                    html.reasonField(ask)
                }
            }
            // A command settles one, or all that there are.
            let verdict = state == .unknown ? "sent" : "resend"
            guard touches.count == 1, let only = touches.first else {
                html.add(
                    "p", ["class": "small soft"], text: "On the command line all of them are settled, not only these:")
                return html.command(["resolve", state.rawValue, verdict])
            }
            html.command(["resolve", "\(only.id)", verdict])
        }
    }
}
