package import Decisions
package import Playbooks

/// Who is in a playbook.
extension StatusQuery {
    /// A step by its place in the program that one version has for one variant.
    package struct StepPlace: Sendable, Hashable {
        package var version: Int64
        /// Nil where it is the same for all.
        package var variant: String?
        package var step: Int

        package init(version: Int64, variant: String?, step: Int) {
            (self.version, self.variant, self.step) = (version, variant, step)
        }
    }

    /// Which enrollments of a playbook are asked for.
    package struct Entries: Sendable {
        package var isActive = false
        /// Any of them when it is empty.
        package var arms: [Arm] = []
        package var hasGoal = false
        package var versionID: Int64?
        /// The first entry of each account in a period of an experiment.
        package var experimentID: Int64?
        package var variant: String?
        package var since: Instant?
        /// The reason for which they ended, "" for the end of the road.
        package var end: String?
        /// Where they stand, in one of these places; nil for anywhere.
        package var places: [StepPlace]?
        /// What came of a wait or a choice.
        package var passage: (step: String, result: PassageResult)?

        package init() {}
    }

    /// Accounts in a playbook, the newest entries first.
    ///
    /// - Parameter before: only entries of lower ids.
    package func enrollments(
        of playbook: Int64, _ asked: Entries, before: Int64?, limit: Int
    ) throws -> [Enrolled] {
        var conditions = ["e.playbook_id = :playbook", "e.id < :before"]
        var values: [String: SQLValue] = [
            "playbook": .integer(playbook), "before": .integer(before ?? .max), "limit": .integer(Int64(limit)),
        ]
        if let places = asked.places {
            guard !places.isEmpty else { return [] }
            conditions.append("(" + places.indices.map(Self.stands).joined(separator: " OR ") + ")")
            for (index, place) in places.enumerated() {
                values["version_\(index)"] = .integer(place.version)
                values["variant_\(index)"] = .optional(place.variant)
                values["step_\(index)"] = .integer(Int64(place.step))
            }
        }
        if !asked.arms.isEmpty {
            let arms = BoundList("arm", asked.arms.map(\.rawValue))
            conditions.append("e.arm IN (\(arms.names))")
            values.merge(arms.arguments) { $1 }
        }
        if let passage = asked.passage {
            conditions.append(
                """
                EXISTS (SELECT 1 FROM passage AS w WHERE w.account_id = e.account_id AND w.enrollment_id = e.id
                    AND w.step = :passed AND w.result = :result)
                """)
            values["passed"] = .text(passage.step)
            values["result"] = .word(passage.result)
        }
        if let version = asked.versionID {
            conditions.append("e.version_id = :of_version")
            values["of_version"] = .integer(version)
        }
        if let experiment = asked.experimentID {
            conditions.append(
                """
                e.experiment_id = :experiment AND NOT EXISTS (SELECT 1 FROM enrollment AS b
                    WHERE b.account_id = e.account_id AND b.experiment_id = e.experiment_id AND b.id < e.id)
                """)
            values["experiment"] = .integer(experiment)
        }
        if let variant = asked.variant {
            conditions.append("e.variant = :of_variant")
            values["of_variant"] = .text(variant)
        }
        if let since = asked.since {
            conditions.append("e.entered_at >= :since")
            values["since"] = .instant(since)
        }
        if let end = asked.end {
            conditions.append("e.state = 'ended' AND coalesce(e.end_reason, '') = :end")
            values["end"] = .text(end)
        }
        if asked.hasGoal { conditions.append("e.goal_at IS NOT NULL") }
        if asked.isActive { conditions.append("e.state = 'active'") }
        return try connection.query(
            """
            SELECT f.id, a.key, a.name, f.arm, f.variant, f.entered_at, f.state, f.step, f.due_at, f.ended_at,
                f.end_reason, f.goal_at, v.hash, v.source
            FROM (SELECT * FROM enrollment AS e WHERE \(conditions.joined(separator: " AND "))
                ORDER BY e.id DESC LIMIT :limit) AS f
            JOIN account AS a ON a.id = f.account_id LEFT JOIN playbook_version AS v ON v.id = f.version_id
            ORDER BY f.id DESC
            """, values
        ).map { row in
            Enrolled(
                id: row["id"].integer ?? 0, account: row["key"].text ?? "", name: row["name"].text,
                arm: try row["arm"].word(), variant: row["variant"].text,
                enteredAt: row["entered_at"].instant ?? Instant(milliseconds: 0), step: row.count("step"),
                dueAt: row["due_at"].instant, endedAt: row["ended_at"].instant, endReason: row["end_reason"].text,
                goalAt: row["goal_at"].instant, version: row["hash"].text ?? "", source: row["source"].text ?? "")
        }
    }

    private static func stands(_ index: Int) -> String {
        """
        e.version_id = :version_\(index) AND e.step = :step_\(index)
            AND (CAST(:variant_\(index) AS TEXT) IS NULL OR e.variant = :variant_\(index))
        """
    }

    package struct Enrolled: Sendable {
        package var id: Int64
        package var account: String
        package var name: String?
        package var arm: Arm
        package var variant: String?
        package var enteredAt: Instant
        package var step: Int
        package var dueAt: Instant?
        package var endedAt: Instant?
        package var endReason: String?
        package var goalAt: Instant?
        /// The version that it walks, by its hash and its text.
        package var version: String
        package var source: String
    }
}
