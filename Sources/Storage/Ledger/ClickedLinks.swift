/// Which links of a playbook's messages were followed, step by step.
package struct ClickedLinks: Sendable {
    /// One link, without what stands behind its `?`, which differs from person to person.
    package struct Link: Sendable, Hashable {
        package var url: String
        /// By how many touches it was followed.
        package var touches: Int
    }

    /// By the id of the step; those that were followed most first.
    package private(set) var steps: [String: [Link]] = [:]

    /// The links of so many of those who entered last are looked at, which a page may do.
    package static let newest: Int64 = 5_000

    package init(ofPlaybook id: Int64, _ connection: Connection) throws {
        var touches: [String: [String: Set<Int64>]] = [:]
        try connection.forEach(
            """
            SELECT t.id, t.step, o.detail ->> 'url' AS url
            FROM (SELECT id FROM enrollment WHERE playbook_id = :playbook ORDER BY id DESC LIMIT :newest) AS e
            CROSS JOIN touch AS t CROSS JOIN outcome AS o
            WHERE t.enrollment_id = e.id AND o.touch_id = t.id AND o.kind = 'clicked'
            """, ["playbook": .integer(id), "newest": .integer(Self.newest)]
        ) { row in
            guard let url = row.optionalText("url"), !url.isEmpty else { return }
            let link = url.prefix { $0 != "?" }
            touches[row.text("step") ?? "", default: [:]][String(link), default: []].insert(row.integer("id"))
        }
        steps = touches.mapValues { links in
            links.map { Link(url: $0.key, touches: $0.value.count) }.sorted {
                ($1.touches, $0.url) < ($0.touches, $1.url)
            }
        }
    }
}
