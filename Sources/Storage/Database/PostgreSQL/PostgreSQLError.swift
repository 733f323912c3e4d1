/// What a PostgreSQL server complains of: its code (SQLSTATE) and its words.
struct PostgreSQLError {
    /// The code where the server could not be reached, or is gone.
    static let lost = "08006"

    /// Nil where the server gave none.
    let state: String?
    let said: String

    /// The sentence for the person who must act, or, where nobody but the program is to blame, the words and the statement.
    func complaint(of place: String, password: String?, sql: String? = nil) -> StorageError {
        let words = Self.clean(said, password)
        guard let state, let advice = Self.advice(state) else {
            return StorageError(state: state, "\(place): \(words)", sql: sql)
        }
        return StorageError(state: state, "\(place): \(advice) (PostgreSQL says: \(words))")
    }

    /// On one line, without the password.
    static func clean(_ text: String, _ password: String?) -> String {
        let line = text.split(whereSeparator: \.isNewline).map { String($0) }.joined(separator: "; ")
        guard let password, !password.isEmpty else { return line }
        return line.replacing(password, with: "***")
    }

    /// By the code, or what it begins with.
    private static func advice(_ state: String) -> String? {
        advices[state] ?? advices[String(state.prefix(3))] ?? advices[String(state.prefix(2))]
    }

    private static let advices = [
        "08":
            "the server cannot be reached; see that it runs and that host and port are right, then run the command again",
        "28": "the server does not let keeptouch in; check the user, and the password in PGPASSFILE or the URL",
        "3D": "there is no such database; make it with createdb, or correct the URL",
        "42501": "the user lacks a right; make it the owner of the schema, or grant it",
        "53100": "the server's disk is full; the last step was undone; free some space and run the command again",
        "53200": "the server is out of memory; the last step was undone; run the command again",
        "53300": "the server takes no more connections; close some, or raise max_connections",
        "55P03": "another keeptouch has held the lock for long; see whether it hangs, then run the command again",
        "57014": "interrupted; what was committed stays, the last step was undone",
        "57P":
            "the server is restarting or shutting down; the last step was undone; run the command again when it is up",
        "25006":
            "the server takes no changes: it is a standby, or the database is read-only; point the URL to the primary",
        "40001": "another writer was faster; the last step was undone; run the command again",
        "40P01": "another writer stood in the way; the last step was undone; run the command again",
        "58": "the server cannot read or write its files; see its log",
        "XX001": "the server says that its data are damaged; restore a back-up",
    ]
}
