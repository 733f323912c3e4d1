import Basics
import Decisions
import Measure
import Playbooks
import Runner
import Statistics

/// What a playbook would have done over part of the history, week by week.
struct BacktestPanel {
    let report: BacktestReport

    func draw(in html: inout HTML) {
        let total = report.total
        html.panel("Backtest", id: "backtest", note: "\(report.from) to \(report.to)") { html in
            html.add("p", text: sentence(total))
            if let rate = report.goalRate { html.add("p", text: goal(rate)) }
            html.table(
                "By week",
                [
                    ("week from", nil), ("matched", "num"), ("entered", "num"), ("held out", "num x"), ("sent", "num"),
                    ("did not go out", "num x"), ("goals", "num"),
                ]
            ) { html in
                for week in report.weeks {
                    html.add("tr") { html in
                        html.add("th", ["scope": "row"], text: "\(week.day)")
                        for (style, count) in [
                            ("num", week.matched), ("num", week.entered), ("num x", week.holdout),
                            ("num", week.sent.values.reduce(0, +)), ("num x", week.lost.values.reduce(0, +)),
                            ("num", week.goals),
                        ] {
                            html.cell(style, count.grouped)
                        }
                    }
                }
            }
            for warning in report.warnings { html.add("p", ["class": "warn"], text: warning) }
            html.add(
                "p", ["class": "soft small"], text: "Every day is judged by what was known on it; nothing is sent.")
        }
    }

    private func sentence(_ total: BacktestReport.Period) -> String {
        let others = Verdict.allCases.filter { $0.arm == nil }.compactMap { verdict in
            report.verdicts[verdict].map { "\($0.grouped) \(verdict.rawValue)" }
        }
        let sent = total.sent.values.reduce(0, +)
        return "\(total.entered.of("enrollment")), \(total.holdout.grouped) of them held out; "
            + "\(sent.of("touch", "touches")) would have gone out."
            + (others.isEmpty ? "" : " Verdicts that kept accounts out: \(others.joined(separator: ", ")).")
    }

    private func goal(_ rate: Proportion) -> String {
        guard let share = rate.rate else { return "Goal: nobody's time for it is over by \(report.to)." }
        let unit = Report.Unit.share
        return "Goal: \(rate.successes.grouped) of \(rate.total.grouped) reached it, \(unit.text(share)) (95% interval "
            + "\(unit.text(rate.wilson()))); \(BacktestReport.note)."
    }
}
