/// A goal that is a number: what an account pays or uses, of which the arms are compared by their means.
package struct MeanGoal: Sendable, Hashable {
    package enum Figure: Sendable, Hashable {
        /// MRR when the window ends; nothing of an account that has left.
        case revenue
        /// The same less what was paid at the entry.
        case revenueChange
        /// A metric added up over the days that lie wholly in the window.
        case sum(metric: String)
        /// The same by day.
        case average(metric: String)
    }

    package var figure: Figure
    package var within: TimeSpan
    /// The share of accounts on each side whose figures count as the outermost of the others; 0 for none.
    package var winsorize: Double

    package init(_ figure: Figure, within: TimeSpan, winsorize: Double = 0) {
        (self.figure, self.within, self.winsorize) = (figure, within, winsorize)
    }

    /// The metric that it reads.
    package var metric: String? {
        switch figure {
        case .revenue, .revenueChange: nil
        case .sum(let metric), .average(let metric): metric
        }
    }

    package var isMoney: Bool { metric == nil }
}

extension MeanGoal.Figure {
    /// As it is written: `mrr`, `change(mrr)`, `sum(logins)`, `avg(logins)`; nil of anything else.
    package init?(_ text: String) {
        let text = String(text.filter { $0 != " " })
        func argument(of function: String) -> String? {
            guard text.hasPrefix(function + "("), text.hasSuffix(")") else { return nil }
            let name = String(text.dropFirst(function.count + 1).dropLast())
            return name.hasPrefix("`") && name.hasSuffix("`") ? String(name.dropFirst().dropLast()) : name
        }
        if text == "mrr" {
            self = .revenue
        } else if argument(of: "change") == "mrr" {
            self = .revenueChange
        } else if let metric = argument(of: "sum") {
            self = .sum(metric: metric)
        } else if let metric = argument(of: "avg") {
            self = .average(metric: metric)
        } else {
            return nil
        }
    }

    package var text: String {
        switch self {
        case .revenue: "mrr"
        case .revenueChange: "change(mrr)"
        case .sum(let metric): "sum(\(metric))"
        case .average(let metric): "avg(\(metric))"
        }
    }

    /// Whether it is made of whole days.
    package var isOfDays: Bool {
        switch self {
        case .revenue, .revenueChange: false
        case .sum, .average: true
        }
    }

    /// As a column and in sentences: `MRR at the end`.
    package var words: String {
        switch self {
        case .revenue: "MRR at the end"
        case .revenueChange: "change of MRR"
        case .sum(let metric): "\(metric) in the window"
        case .average(let metric): "\(metric) a day"
        }
    }
}
