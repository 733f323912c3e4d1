/// What a message needs to know of its recipient beside its variables.
package struct ContactDetails: Sendable {
    package var key: String
    package var name: String?
    package var email: String?
    /// The contact's, else the account's.
    package var timezone: String?
    package var locale: String?

    package static func load(_ id: Int64, _ connection: Connection) throws -> ContactDetails? {
        try connection.first(
            """
            SELECT c.key, c.name, c.email, coalesce(c.timezone, a.timezone) AS timezone,
                coalesce(c.locale, a.locale) AS locale
            FROM contact AS c JOIN account AS a ON a.id = c.account_id WHERE c.id = :id
            """, ["id": .integer(id)]
        ).map { row in
            ContactDetails(
                key: row["key"].text ?? "", name: row["name"].text, email: row["email"].text,
                timezone: row["timezone"].text, locale: row["locale"].text)
        }
    }
}
