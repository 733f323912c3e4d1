import Basics
import Playbooks
import Runner

/// What a playbook would have done over part of the history, week by week.
struct BacktestPanel {
    let report: BacktestReport

    func draw(in html: inout HTML) {
        html.panel("Backtest", id: "backtest", note: "\(report.from) to \(report.to)") { html in
            for sentence in report.sentences { html.add("p", text: sentence) }
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
}
