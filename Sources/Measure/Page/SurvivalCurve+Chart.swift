import Statistics

extension Report.Chart.Survival.Curve {
    /// The curve with few enough points to be drawn, up to the last age that anybody was observed at.
    init(name: String, _ curve: SurvivalCurve) {
        let most = 120
        let every = max(1, (curve.steps.count + most - 1) / most)
        let last = curve.steps.count - 1
        var points = curve.steps.enumerated().filter { $0.offset % every == 0 || $0.offset == last }.map { _, step in
            Report.Chart.Survival.Point(
                time: step.time, survival: step.survival, band: curve.interval(at: step.time))
        }
        if let end = curve.end, let point = points.last, end > point.time {
            points.append(.init(time: end, survival: point.survival, band: point.band))
        }
        self.init(name: name, points: points)
    }
}
