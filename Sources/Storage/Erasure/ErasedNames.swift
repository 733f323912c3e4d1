/// What staged rows call people who were erased, in the temporary table `erased_name`.
///
/// Of an erased address the database has no more than a keyed hash, which no statement can make.
struct ErasedNames {
    /// True in SQL of a text that is in the table.
    static func has(_ text: String) -> String { "\(text) IN (SELECT name FROM erased_name)" }

    /// Fills the table anew.
    ///
    /// - Parameter texts: a SELECT whose only column they are, without NULL.
    static func find(_ texts: String, _ connection: Connection) throws {
        try connection.define("CREATE TEMP TABLE IF NOT EXISTS erased_name (name TEXT PRIMARY KEY)")
        try connection.execute("DELETE FROM erased_name")
        let key = try ErasureKey.read(connection)
        for row in try connection.query(texts) {
            guard let name = row[0].text else { continue }
            try connection.execute(
                """
                INSERT INTO erased_name (name)
                SELECT CAST(:name AS TEXT) WHERE EXISTS (SELECT 1 FROM suppression WHERE address = :hash)
                ON CONFLICT (name) DO NOTHING
                """, ["name": .text(name), "hash": .text(key.hash(name))])
        }
    }
}
