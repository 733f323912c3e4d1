package import Playbooks

/// The present periods of the experiments, with how many each arm has.
package enum ExperimentFigures {
    package static func all(
        _ connection: Connection
    ) throws -> [(name: String, arms: [String: Int], since: Instant?)] {
        let periods = try connection.query(
            """
            SELECT x.id, x.name, x.started_at FROM experiment AS x
            WHERE x.period = (SELECT max(last.period) FROM experiment AS last WHERE last.name = x.name)
            ORDER BY x.name
            """)
        return try periods.compactMap { period in
            let rows = try connection.query(
                "SELECT arm, count(*) AS n FROM assignment WHERE experiment_id = :id GROUP BY arm", ["id": period["id"]]
            )
            guard !rows.isEmpty else { return nil }
            let arms = Dictionary(rows.map { ($0["arm"].text ?? "", $0.count("n")) }) { first, _ in first }
            return (period["name"].text ?? "", arms, period["started_at"].instant)
        }
    }
}
