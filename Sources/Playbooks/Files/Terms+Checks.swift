/// What is wrong with a condition that is asked of an enrollment, beyond its names and types.
extension Terms {
    /// Complains about a condition that stands in a wait, a choice, an exit or a goal.
    ///
    /// - Parameter time: how long after the enrollment it is looked at, at most; nil when that is not known.
    func check(_ term: Term, _ source: SourceText, within time: TimeSpan?) {
        if term.holdsByOpensAlone {
            diagnostics.warning(
                source.position,
                "this depends on opens alone, and mail scanners open messages too; ask for clicks or for what the account does"
            )
        }
        guard let time, let metric = term.longestMetric, time <= .days(Int64(metric.days)) else { return }
        diagnostics.warning(
            source.position,
            "\"\(metric.text.prefix(80))\" is missing until \(metric.days + 1)d after the enrollment, and this is looked at "
                + "no later than \(time.milliseconds == 0 ? "at once" : "after \(time)")")
    }
}

extension Term {
    /// Whether nothing but an opened message is needed for it to hold, or not to hold.
    fileprivate var holdsByOpensAlone: Bool {
        switch node {
        case .touch(.opened): true
        case .binary(.or, let left, let right): left.holdsByOpensAlone || right.holdsByOpensAlone
        case .binary(.and, let left, let right): left.holdsByOpensAlone && right.holdsByOpensAlone
        case .not(let inner), .named(_, let inner): inner.holdsByOpensAlone
        default: false
        }
    }

    /// The signal of a metric with the longest window, and that window with its baseline, in days.
    fileprivate var longestMetric: (text: String, days: Int)? {
        var longest = parts.compactMap(\.longestMetric).max { $0.days < $1.days }
        // The score is that of the account as it stands.
        if case .health = node { return nil }
        if case .metric(let signal) = node, signal.window > longest?.days ?? 0 {
            longest = (text, signal.window + signal.baseline)
        }
        return longest
    }

    /// Whether nothing that happens after the enrollment can change its value.
    var isSettledAtEntry: Bool {
        switch node {
        case .literal, .entry, .triggeringEvent: true
        case .health: false
        default: !parts.isEmpty && parts.allSatisfy(\.isSettledAtEntry)
        }
    }
}
