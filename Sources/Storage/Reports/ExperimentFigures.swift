package import Decisions
package import Playbooks

/// The present periods of the experiments, with how many each arm has.
package enum ExperimentFigures {
    package struct OfExperiment: Sendable {
        package var id: Int64
        package var name: String
        /// A playbook whose enrollments are of it; nil while there is none.
        package var playbook: String?
        package var arms: [Arm: Int]
        package var since: Instant?
    }

    /// The number of the present period; nil where nothing has begun.
    package static func lastPeriod(of experiment: String, _ connection: Connection) throws -> Int64? {
        try connection.first(
            "SELECT max(period) AS last FROM experiment WHERE name = :name", ["name": .text(experiment)])?["last"]
            .integer
    }

    /// The draw of the global holdout, which belongs to no playbook, is none of them.
    package static func all(_ connection: Connection) throws -> [OfExperiment] {
        let periods = try connection.query(
            """
            SELECT x.id, x.name, x.started_at FROM experiment AS x
            WHERE x.period = (SELECT max(last.period) FROM experiment AS last WHERE last.name = x.name)
                AND x.name <> :draw
            ORDER BY x.name
            """, ["draw": .text(GlobalDraw.experiment)])
        return try periods.compactMap { period in
            let key = ["id": period["id"]]
            let rows = try connection.query(
                """
                SELECT value AS arm, count AS n FROM flow_count
                WHERE what = 'assigned' AND slot = 0 AND owner = :id ORDER BY value
                """, key)
            guard !rows.isEmpty else { return nil }
            let arms = Dictionary(try rows.map { (try $0["arm"].word() as Arm, $0.count("n")) }) { first, _ in first }
            let playbook = try connection.first(
                """
                SELECT p.name FROM assignment AS s
                CROSS JOIN enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
                WHERE s.experiment_id = :id AND e.account_id = s.account_id AND e.experiment_id = s.experiment_id LIMIT 1
                """, key)
            return OfExperiment(
                id: period["id"].integer ?? 0, name: period["name"].text ?? "", playbook: playbook?["name"].text,
                arms: arms,
                since: period["started_at"].instant)
        }
    }
}
