import Playbooks

extension Evaluator {
    /// What became of an enrollment's touches and waits, or what playbooks did with the account.
    func touch(_ signal: TouchSignal, _ row: Row) -> Scalar {
        switch signal {
        case .touched(let playbook, let window):
            return Scalar(happened(block.touches[row.account], playbook, window, row))
        case .enrolled(let playbook, let window):
            return Scalar(happened(block.enrollments[row.account], playbook, window, row))
        case .sent(let step):
            return touches(of: step, row) { $0.state == .sent && self.isPast($0.settledAt) }
        // Mail programs that keep images back tell of a click and of no opening; who replies has read.
        case .delivered(let step): return outcomes(of: step, ["delivered", "opened", "clicked", "replied"], row)
        case .opened(let step): return outcomes(of: step, ["opened", "clicked", "replied"], row)
        case .clicked(let step): return outcomes(of: step, ["clicked"], row)
        case .replied(let step): return outcomes(of: step, ["replied"], row)
        case .waited(let step):
            guard let passage = row.subject?.steps?.passages[step], isPast(passage.at) else { return .text(nil) }
            return .text(passage.result.rawValue)
        }
    }

    private func isPast(_ moment: Instant?) -> Bool { moment.map { $0 <= context.now } ?? false }

    private func touches(of step: String, _ row: Row, _ holds: (StepFacts.Touch) -> Bool) -> Scalar {
        guard let steps = row.subject?.steps else { return .missing }
        return Scalar(steps.touches.contains { $0.step == step && holds($0) })
    }

    private func outcomes(of step: String, _ kinds: [String], _ row: Row) -> Scalar {
        touches(of: step, row) { touch in kinds.contains { self.isPast(touch.outcomes[$0]) } }
    }

    private func happened(
        _ moments: ArraySlice<Block.PlaybookMoment>, _ playbook: String?, _ window: TimeSpan?, _ row: Row
    ) -> Bool {
        if moments.isEmpty { return false }
        let start = max(
            window.map { (context.now - $0).milliseconds } ?? .min, row.subject?.since?.milliseconds ?? .min)
        return moments.contains { moment in
            moment.at <= context.now && moment.at.milliseconds > start
                && (playbook.map { $0 == moment.playbook } ?? true)
        }
    }
}
