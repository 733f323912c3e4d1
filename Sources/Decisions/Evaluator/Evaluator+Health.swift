import Playbooks

extension Evaluator {
    /// The score of an account, or what is asked of an earlier one; as it stands, whatever it is enrolled in.
    func health(_ score: HealthScore, _ change: HealthScore.Change?, _ row: Row) -> Double {
        let now = points(score, row.account).score
        guard let change else { return now }
        let moment = moment(of: change, row)
        return Self.compared(
            change.function, now, exists(row.account, at: moment) ? past(moment).points(score, row.account).score : .nan
        )
    }

    /// The same for all accounts of the block.
    func healthColumn(_ score: HealthScore, _ change: HealthScore.Change?) -> [Double] {
        let now = scores(score)
        guard let change else { return now }
        let moment = (context.now - change.window).milliseconds
        let then = past(moment).scores(score)
        return now.indices.map {
            Self.compared(change.function, now[$0], exists($0, at: moment) ? then[$0] : .nan)
        }
    }

    private static func compared(_ function: HistoryFunction, _ now: Double, _ then: Double) -> Double {
        switch function {
        case .was: then
        case .change: now - then
        case .fall: Calculation.divided(then - now, then)
        }
    }

    private func moment(of change: HealthScore.Change, _ row: Row) -> Int64 {
        max((context.now - change.window).milliseconds, row.subject?.since?.milliseconds ?? .min)
    }

    private func exists(_ account: Int, at moment: Int64) -> Bool { !(created[account] > Double(moment)) }

    // MARK: Parts

    private func points(_ score: HealthScore, _ account: Int) -> (score: Double, parts: [Double]) {
        let parts = score.parts.map { part in
            decidingBand(part, account).map { $0.isKnown ? $0.band.points : .nan } ?? .nan
        }
        return (score.score(parts), parts)
    }

    /// The band that tells, or the first that cannot be told; nil when none holds.
    private func decidingBand(
        _ part: HealthScore.Part, _ account: Int
    ) -> (band: HealthScore.Band, isKnown: Bool)? {
        let row = Row(account: account, audience: "")
        for band in part.bands {
            guard let condition = band.condition else { return (band, true) }
            let holds = scalar(condition, row).number
            if holds.isNaN || holds == 1 { return (band, holds == 1) }
        }
        return nil
    }

    private func scores(_ score: HealthScore) -> [Double] {
        let points = score.parts.map(points)
        return block.ids.indices.map { index in score.score(points.map { $0[index] }) }
    }

    private func points(_ part: HealthScore.Part) -> [Double] {
        var points = [Double](repeating: .nan, count: block.count)
        var isOpen = [Bool](repeating: true, count: block.count)
        for band in part.bands {
            let holds = band.condition.map { column($0, of: .accounts).numbers }
            for index in isOpen.indices where isOpen[index] && holds?[index] != 0 {
                isOpen[index] = false
                if holds.map({ $0[index] == 1 }) ?? true { points[index] = band.points }
            }
        }
        return points
    }

    /// The accounts as they were at a moment: metrics and events up to then, attributes with a history as they stood,
    /// everything else as it is now.
    private func past(_ moment: Int64) -> Evaluator {
        if let known = earlier[moment] { return known }
        var block = block
        for name in block.history.keys {
            guard let attribute = context.dataMap.attribute(name), block.attributes[name] != nil else { continue }
            let values = block.ids.indices.map { value(of: attribute, at: moment, $0) }
            block.attributes[name] =
                attribute.type.isText ? .texts(values.map(\.text)) : .numbers(values.map(\.number))
        }
        if earlier.count > 32 { earlier.removeAll() }
        let evaluator = Evaluator(context.asOf(Instant(milliseconds: moment)), block)
        earlier[moment] = evaluator
        return evaluator
    }

    // MARK: Explaining

    /// The parts with what tells each, or the score of then beside that of now.
    func healthLines(_ score: HealthScore, _ change: HealthScore.Change?, for subject: Subject) -> [Explanation] {
        guard let change else { return score.parts.map { line(of: $0, subject.account) } }
        let moment = moment(of: change, Row(account: subject.account, subject: subject, audience: ""))
        let plain = Term(.health(score, nil), .number, text: "health")
        let account = Subject(account: subject.account)
        guard exists(subject.account, at: moment) else { return [explanation(of: plain, for: account)] }
        var then = past(moment).explanation(of: plain, for: account)
        then.text = "health \(change.window) ago"
        return change.function == .was ? [then] : [explanation(of: plain, for: account), then]
    }

    private func line(of part: HealthScore.Part, _ account: Int) -> Explanation {
        let found = decidingBand(part, account)
        let points = found.flatMap { $0.isKnown ? $0.band.points : nil }
        let value = points.map { Value.number($0) } ?? .missing
        var children: [Explanation] = []
        if let condition = found?.band.condition {
            children = [explanation(of: condition, for: Subject(account: account))]
        } else {
            let text = found == nil ? "no band holds" : "no other band holds"
            children = [Explanation(text: text, type: .text, value: .missing, shown: "", children: [])]
        }
        return Explanation(
            text:
                "\(part.name), weight \(Value.number(part.weight).text(as: .number, currency: context.currency, zone: context.zone))",
            type: .number, value: value, shown: value.text(as: .number, currency: context.currency, zone: context.zone),
            children: children)
    }
}
