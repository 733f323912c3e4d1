package import Playbooks

/// The columns that an import has brought so far: one that stops coming leaves what it says as it was, and so does a cell
/// that cannot be read.
package struct ImportColumns {
    /// A column that does not come.
    package struct Missing: Sendable, Equatable {
        package var source: String
        package var name: String
        package var header: String
        package var seenAt: Instant?
        package var since: Instant
    }

    /// Cells of a column that were left out of the last file.
    package struct LeftOut: Sendable, Equatable {
        package var source: String
        package var name: String
        package var count: Int
        /// How many of them are amounts in another currency.
        package var foreignAmounts: Int
    }

    /// A column that somebody took out of a file on purpose is told for so long.
    private static let told = TimeSpan.days(30)

    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Remembers what one file brought; call in a write transaction.
    ///
    /// - Parameters:
    ///   - source: the import, or the source.
    ///   - columns: by the name that they have here, what the file calls them.
    ///   - declared: those that `data.yaml` names and the file has not.
    ///   - header: all that the file has; one that means something else by now is not missing.
    ///   - groups: what was left out.
    /// - Returns: the columns that came before, or are declared, and do not come, in the order of their names.
    func keep(
        _ source: String, _ columns: [String: String], declared: [String: String], header: Set<String> = [],
        _ groups: [ImportReport.Group],
        at now: Instant
    ) throws -> [Missing] {
        func count(_ name: String, where isMeant: (ImportReport.Group) -> Bool) -> SQLValue {
            let meant = groups.filter { $0.isOfCells && $0.column == name && isMeant($0) }
            return .integer(Int64(meant.reduce(0) { $0 + $1.count }))
        }
        for (name, header) in columns.sorted(by: { $0.key < $1.key }) {
            try connection.execute(
                """
                INSERT INTO import_column (import, name, header, seen_at, left_out, foreign_amounts)
                VALUES (:import, :name, :header, :now, :left_out, :foreign)
                ON CONFLICT (import, name) DO UPDATE SET header = excluded.header, seen_at = excluded.seen_at,
                    missing_since = NULL, left_out = excluded.left_out, foreign_amounts = excluded.foreign_amounts
                """,
                [
                    "import": .text(source), "name": .text(name), "header": .text(header), "now": .instant(now),
                    "left_out": count(name) { _ in true }, "foreign": count(name) { $0.isOfForeignAmounts },
                ])
        }
        for (name, header) in declared.sorted(by: { $0.key < $1.key }) {
            try connection.execute(
                """
                INSERT INTO import_column (import, name, header, missing_since) VALUES (:import, :name, :header, :now)
                ON CONFLICT (import, name) DO UPDATE SET header = excluded.header,
                    missing_since = COALESCE(import_column.missing_since, excluded.missing_since)
                """,
                ["import": .text(source), "name": .text(name), "header": .text(header), "now": .instant(now)])
        }
        for row in try connection.query(
            "SELECT name, header, missing_since FROM import_column WHERE import = :import", ["import": .text(source)])
        {
            guard let name = row["name"].text, columns[name] == nil, declared[name] == nil else { continue }
            let since = row["missing_since"].instant ?? now
            let column: [String: SQLValue] = ["import": .text(source), "name": .text(name)]
            if now - since > Self.told || header.contains(row["header"].text ?? "") {
                try connection.execute("DELETE FROM import_column WHERE import = :import AND name = :name", column)
            } else {
                try connection.execute(
                    "UPDATE import_column SET missing_since = :since WHERE import = :import AND name = :name",
                    column.merging(["since": .instant(since)]) { $1 })
            }
        }
        return try missing().filter { $0.source == source }
    }

    package func leftOut() throws -> [LeftOut] {
        try connection.query(
            """
            SELECT import, name, left_out, foreign_amounts FROM import_column
            WHERE left_out > 0 AND missing_since IS NULL ORDER BY import, name
            """
        ).map { row in
            LeftOut(
                source: row["import"].text ?? "", name: row["name"].text ?? "",
                count: Int(row["left_out"].integer ?? 0), foreignAmounts: Int(row["foreign_amounts"].integer ?? 0))
        }
    }

    /// All that do not come, by their imports and names.
    package func missing() throws -> [Missing] {
        try connection.query(
            """
            SELECT import, name, header, seen_at, missing_since FROM import_column WHERE missing_since IS NOT NULL
            ORDER BY import, name
            """
        ).map { row in
            Missing(
                source: row["import"].text ?? "", name: row["name"].text ?? "", header: row["header"].text ?? "",
                seenAt: row["seen_at"].instant, since: row["missing_since"].instant ?? Instant(milliseconds: 0))
        }
    }
}

extension ImportColumns.Missing {
    /// The sentence that says so, behind the name of the import.
    package func sentence(in zone: Zone) -> String {
        let quoted = "the column \"\(header)\"\(header == name ? "" : " (\(name))")"
        let when =
            seenAt.map { "is not in it since \(since.text(in: zone)), and came last \($0.text(in: zone))" }
            ?? "is not in it, nor was it before \(since.text(in: zone))"
        return "\(quoted) \(when); what it says stays as it was. If it has another name by now, say so in data.yaml"
    }
}

extension ImportColumns.LeftOut {
    /// The sentence that says so, behind the name of the import.
    package func sentence(currency: String) -> String {
        let foreign =
            foreignAmounts == 0
            ? ""
            : " (\(foreignAmounts) \(foreignAmounts == 1 ? "amount" : "amounts") in another currency than \(currency))"
        return
            "\(count) \(count == 1 ? "cell" : "cells") of \(name) could not be taken from the last file\(foreign), and "
            + "what was there stays as it was; the file of rejected rows says which"
    }
}
