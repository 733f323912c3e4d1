import Statistics

extension Report.Chart {
    /// What the chart shows, as a table, for those who would rather read than look, or can only do so.
    var data: Report.Table {
        switch self {
        case .survival(let chart):
            var table = Report.Table(
                chart.title, [.init("curve", .left), .init(chart.unit), .init("share"), .init("95% interval")])
            for curve in chart.curves {
                // Every point would be a table of hundreds of rows: a dozen say as much.
                let every = max(1, curve.points.count / 12)
                for (index, point) in curve.points.enumerated()
                where index % every == 0 || index == curve.points.count - 1 {
                    table.add([
                        .text(curve.name), .number(point.time, .plain(0)), .number(point.survival, .share),
                        point.band.map { .interval($0, .share) } ?? .none(""),
                    ])
                }
            }
            return table
        case .control(let chart):
            var table = Report.Table(
                chart.title, [.init("period", .left), .init("share"), .init("limits of chance"), .init("", .left)])
            for point in chart.points {
                table.add([
                    .text(point.label), point.value.map { .number($0, .share) } ?? .none(""),
                    point.limits.map { .interval($0, .share) } ?? .none(""), .text(point.isOutside ? "outside" : ""),
                ])
            }
            return table
        case .funnel(let chart):
            var table = Report.Table(chart.title, [.init("step", .left), .init("accounts")])
            for step in chart.steps {
                table.add([.text(step.label), .count(step.count)], leads: [nil, step.lead])
            }
            return table
        case .intervals(let chart):
            var table = Report.Table(chart.title, [.init("", .left), .init("estimate"), .init("interval")])
            for row in chart.rows {
                table.add([
                    .text(row.label), row.estimate.map { .number($0, chart.unit) } ?? .none(""),
                    row.interval.map { .interval($0, chart.unit) } ?? .none(""),
                ])
            }
            return table
        case .heat(let chart):
            var table = Report.Table(chart.title, [.init("", .left)] + chart.columns.map { .init($0) })
            for row in chart.rows {
                table.add(
                    [.text(row.label)]
                        + row.values.enumerated().map { column, value in
                            guard let value else { return .text("") }
                            return column < row.complete
                                ? .number(value, .share) : .text(Report.Unit.share.text(value) + "*")
                        })
            }
            return table
        case .line(let chart):
            var table = Report.Table(
                chart.title,
                [.init("", .left)] + chart.series.flatMap { [.init($0.name), .init("\($0.name), interval")] })
            for (index, label) in chart.labels.enumerated() {
                table.add(
                    [.text(label)]
                        + chart.series.flatMap { series -> [Report.Cell] in
                            let value = series.values.indices.contains(index) ? series.values[index] : nil
                            let band = series.bands.indices.contains(index) ? series.bands[index] : nil
                            return [
                                value.map { .number($0, chart.unit) } ?? .none(""),
                                band.map { .interval($0, chart.unit) } ?? .none(""),
                            ]
                        })
            }
            return table
        }
    }
}
