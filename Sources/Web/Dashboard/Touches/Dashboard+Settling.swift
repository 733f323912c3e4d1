import Basics
import Decisions
import Hummingbird
import Storage

/// Settling touches that only a person can tell about.
extension Dashboard {
    private static let mostSettled = 500

    func addSettling(to routes: DashboardRoutes) {
        routes.change("/touches/settle") { ask, form, connection in
            let back = form["back"] ?? "/touches"
            let touches = (form["touches"] ?? "").split(separator: " ").compactMap { SettleForm.Seen($0) }
            guard let verdict = Ledger.Resolution(rawValue: form["as"] ?? ""), !touches.isEmpty,
                touches.count <= Self.mostSettled
            else { return .not(back, "Say what became of at most \(Self.mostSettled) touches. Nothing was changed.") }
            var settled = 0
            for seen in touches {
                guard let touch = try TouchDetail(seen.id, connection), touch.state.rawValue == form["state"],
                    touch.fence == seen.fence
                else { continue }
                try ask.author.resolve(
                    seen.id, as: verdict, because: try Self.words(form["reason"]), now: ask.now, connection)
                settled += 1
            }
            let rest = touches.count - settled
            if settled == 0 {
                return .not(
                    back,
                    "\(rest == 1 ? "It is" : "They are") not as you saw \(rest == 1 ? "it" : "them") any more: somebody else has settled it, or it was sent anew. Nothing was changed."
                )
            }
            return .done(
                back,
                "\(settled.of("touch", "touches")) settled"
                    + (rest > 0 ? "; \(rest.grouped) had been settled by somebody else or sent anew." : "."))
        }
    }
}
