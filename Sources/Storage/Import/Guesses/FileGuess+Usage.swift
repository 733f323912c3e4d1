import Playbooks

/// Files of usage that have several rows of an account and day.
extension FileGuess {
    /// What a column is called that counts whatever another one names.
    static let countNames = [
        "value", "count", "total", "total_count", "event_count", "usage_count", "uses", "times", "occurrences", "hits",
        "anzahl", "nombre", "cantidad", "conteo", "quantità", "aantal", "quantidade",
    ]
    private static let metricNames = [
        "metric", "metric_name", "measure", "kpi", "feature", "feature_name", "feature_key", "module", "event",
        "event_name", "event_type", "action", "activity", "funktion", "modul", "fonctionnalité", "función",
        "funcionalidad",
    ]
    /// So many metrics may be made of the words of a column.
    private static let mostMetrics = 20

    /// The column whose words are metrics: `metric`, `feature`, `event`.
    func metricColumn(besides taken: [Int]) -> Int? {
        columns(Self.metricNames).first { index in
            let guess = guesses[index]
            return !taken.contains(index) && guess.filled > 0 && guess.distinct <= Self.mostMetrics && !guess.isNumber
                && !guess.isMoment
        }
    }

    /// Columns that tell parts of an account's day apart: people, features, hours.
    func partColumns(besides taken: [Int]) -> [Int] {
        usable.filter { index in
            let guess = guesses[index]
            guard !taken.contains(index), guess.distinct > 1, !guess.isMoment else { return false }
            // A number of users counts them.
            let isFigure =
                isFigure(index) && !["hour", "stunde", "heure", "hora", "ora", "uur"].contains(simpleName(index))
            return guess.isEmail || MetricParts.names(header[index]) && !isFigure
        }
    }

    /// The column of the days of what people do, in a file that names them, too; nil where it is one of people.
    func dayOfUsage(among moments: [Int]) -> Int? {
        moments.first { index in
            Self.days.contains(simpleName(index)) && guesses[index].isPast
                && guesses[index].filled == guesses[index].count
        }
    }

    private static let days: Set<String> = [
        "day", "date", "datum", "tag", "jour", "fecha", "día", "dia", "giorno", "dag", "usage_date", "usage_day",
        "activity_date", "report_date", "event_date", "session_date", "login_date",
    ]
}
