import Statistics

extension Report.Chart {
    /// The chart as a few lines of a terminal; nil when a table beside it says it better.
    package func text(width: Int) -> String? {
        switch self {
        case .funnel(let funnel): funnel.text(width: width)
        case .intervals(let intervals): intervals.text(width: width)
        case .control(let control): control.text
        case .survival, .heat, .line: nil
        }
    }
}

extension Report.Chart.Control {
    /// The periods as a sparkline over the periods outside of the limits.
    var text: String? {
        let values = points.map(\.value)
        guard let most = values.compactMap({ $0 }).max(), most > 0 else { return nil }
        let marks = points.map { point in
            guard point.isOutside, let value = point.value, let limits = point.limits else { return Character(" ") }
            return value > limits.upper ? "▲" : "▼"
        }
        let alarms = marks.contains { $0 != " " } ? "\n" + String(marks) : ""
        let scale = "  0 to \(Report.Unit.share.text(most))"
        return
            "\(title), \(points.first?.label ?? "") to \(points.last?.label ?? "")\n\(Report.spark(values))\(scale)\(alarms)"
    }
}

extension Report {
    /// One character a value, as high as the value is to the largest; a space where there is none.
    package static func spark(_ values: [Double?]) -> String {
        let marks = Array("▁▂▃▄▅▆▇█")
        let most = values.compactMap { $0 }.filter(\.isFinite).max() ?? 0
        return String(
            values.map { value in
                guard let value, value.isFinite else { return Character(" ") }
                return most > 0 ? marks[min(7, max(0, Int((value / most * 7).rounded())))] : marks[0]
            })
    }
}

extension Report.Chart.Funnel {
    func text(width: Int) -> String? {
        guard let most = steps.map(\.count).max(), most > 0 else { return nil }
        let names = steps.map(\.label.count).max() ?? 0
        let digits = "\(most)".count
        let room = max(10, min(40, width - names - digits - 12))
        return steps.map { step in
            let count = "\(step.count)"
            let name = step.label + String(repeating: " ", count: names - step.label.count)
            let share = Double(step.count) / Double(most)
            let percent = Report.Unit.share.text(share)
            let bar = Report.bar(share, width: room)
            return "\(name)  \(String(repeating: " ", count: digits - count.count))\(count)  "
                + "\(String(repeating: " ", count: max(0, 6 - percent.count)))\(percent)\(bar.isEmpty ? "" : "  " + bar)"
        }.joined(separator: "\n")
    }
}

extension Report.Chart.Intervals {
    /// Each interval as a line of dashes with the estimate in it, over one scale that has zero in it.
    func text(width: Int) -> String? {
        var ends: [Double] = [0]
        for row in rows { ends += [row.interval?.lower, row.interval?.upper, row.estimate].compactMap(\.self) }
        ends = ends.filter(\.isFinite)
        guard let low = ends.min(), let high = ends.max(), high > low else { return nil }
        let names = rows.map(\.label.count).max() ?? 0
        let room = max(20, min(60, width - names - 4))
        func place(_ value: Double) -> Int {
            min(room - 1, max(0, Int(((value - low) / (high - low) * Double(room - 1)).rounded())))
        }
        let lines = rows.map { row in
            var marks = Array(repeating: Character(" "), count: room)
            if let interval = row.interval, interval.lower.isFinite, interval.upper.isFinite {
                for index in place(interval.lower)...max(place(interval.lower), place(interval.upper)) {
                    marks[index] = "─"
                }
            }
            if marks[place(0)] == " " { marks[place(0)] = "│" } else { marks[place(0)] = "┼" }
            if let estimate = row.estimate, estimate.isFinite { marks[place(estimate)] = "●" }
            return row.label + String(repeating: " ", count: names - row.label.count) + "  " + String(marks)
        }
        let edges = (left: unit.text(low), right: unit.text(high))
        let gap = max(1, room - edges.left.count - edges.right.count)
        let scale =
            String(repeating: " ", count: names + 2) + edges.left + String(repeating: " ", count: gap) + edges.right
        return ([title] + lines + [scale]).joined(separator: "\n")
    }
}
