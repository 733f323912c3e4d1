@testable import Storage

extension Store {
    /// A database in memory with the account `a1` in the playbook `p`.
    static func withAnEnrollment() throws -> Store {
        let store = try Store(path: "", mode: .memory)
        try store.write { connection in
            try connection.execute("INSERT INTO account (key, created_at) VALUES ('a1', 0)")
            try connection.execute("INSERT INTO playbook (name, state) VALUES ('p', 'live')")
            try connection.execute(
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive, begun) VALUES (1, 1, 1, '', 1, 'treated', 0, 0, 1)
                """)
        }
        return store
    }
}
