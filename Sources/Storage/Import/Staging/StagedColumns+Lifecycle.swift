extension StagedColumns {
    /// Status, dates and stage hang together.
    ///
    /// - Parameters:
    ///   - told: names the column that keeps what the source said.
    ///   - believesOldNews: whether somebody means it who says again that an account is a customer.
    ///   - knowsEnds: whether a column beside the status says until when somebody is served.
    mutating func spellLifecycle(_ told: ToldBefore, believesOldNews: Bool = false, knowsEnds: Bool = false) {
        let kind = CellReader.Kind.text
        if self["status"] != nil || self["churned_at"] != nil {
            for name in ["status", "churned_at"] where self[name] == nil {
                add(
                    name, column: AttributeColumns.ofAccount(name), CellReader(name, kind), place: nil,
                    isTracked: name == "status", kind: name == "status" ? .text : .integer)
            }
            let status =
                believesOldNews
                ? "COALESCE(s.status, a.status)"
                : "CASE WHEN \(ToldBefore.isMarked) THEN 'churned' ELSE COALESCE(s.status, a.status) END"
            set("status", updated: status, inserted: "COALESCE(s.status, 'active')")
            set(
                "churned_at",
                updated: """
                    CASE WHEN \(status) = 'active' THEN NULL ELSE COALESCE(s.churned_at, a.churned_at,
                    CASE WHEN a.status = 'active' THEN \(AccountImport.now) END) END
                    """,
                inserted: "s.churned_at")
            add(
                told.status, column: "\"\(told.status)\"", CellReader(told.status, kind), place: nil,
                updated: "COALESCE(s.status, a.\(told.status))", inserted: "s.status")
            let teller = self["churned_at"]?.place != nil ? "churned_at" : knowsEnds ? "status" : nil
            if let teller {
                // An end that lies ahead is the end of the service, and no departure yet.
                if self["service_end_at"] == nil {
                    add(
                        "service_end_at", column: AttributeColumns.ofAccount("service_end_at"),
                        CellReader("service_end_at", kind), place: nil, kind: .integer)
                }
                // With the departure that is taken back goes the end that it was kept as.
                let kept =
                    self["service_end_at"]?.place != nil
                    ? updated("service_end_at")
                    : """
                    CASE WHEN \(status) = 'active' AND \(isPresent(teller)) AND s.leaves_told IS NULL
                        THEN NULLIF(a.service_end_at, a.leaves_told) ELSE a.service_end_at END
                    """
                set(
                    "service_end_at", updated: "COALESCE(s.service_end_at, \(kept))", inserted: "s.service_end_at")
            }
            spellLeaving(status, toldBy: teller)
            if let reason = self["churn_reason"] {
                set(
                    "churn_reason",
                    updated:
                        "CASE WHEN \(ToldBefore.isMarked) THEN a.churn_reason ELSE \(reason.updated) END",
                    inserted: reason.inserted)
            } else {
                add(
                    "churn_reason", column: AttributeColumns.ofAccount("churn_reason"),
                    CellReader("churn_reason", kind), place: nil,
                    updated: "CASE WHEN \(status) = 'active' THEN NULL ELSE a.churn_reason END", inserted: "NULL")
            }
        }
        if self["created_at"] != nil {
            set(
                "created_at", updated: "COALESCE(s.created_at, a.created_at)",
                inserted: "COALESCE(s.created_at, \(AccountImport.now))")
        } else {
            add(
                "created_at", column: AttributeColumns.ofAccount("created_at"), CellReader("created_at", kind),
                place: nil, kind: .integer, updated: "a.created_at",
                inserted: "\(AccountImport.now)")
        }
        if self["stage"] != nil { spellStage() }
    }

    /// The day ahead on which an account leaves: a row that has the column of such days and names none takes back what was told,
    /// one with a day that has come does not; who asks to stay, comes back or has left leaves on none.
    private mutating func spellLeaving(_ status: String, toldBy teller: String?) {
        let takesBack = teller.map { isPresent($0) } ?? "false"
        let staysOn = self["cancel_requested_at"].map {
            "\(status) = 'active' AND a.cancel_requested_at IS NOT NULL AND \($0.updated) IS NULL"
        }
        let isOver = "\(status) = 'churned' OR a.status = 'churned' OR \(staysOn ?? "false")"
        add(
            "leaves_told", column: "leaves_told", CellReader("leaves_told", .text), place: nil, kind: .integer,
            updated: """
                CASE WHEN \(status) = 'churned' THEN NULL
                    WHEN \(takesBack) AND COALESCE(s.leaves_told > \(AccountImport.now), true) THEN s.leaves_told
                    ELSE a.leaves_told END
                """, inserted: "CASE WHEN s.leaves_told > \(AccountImport.now) THEN s.leaves_told END")
        for (name, kind) in [("leaves_event", ColumnKind.integer), ("leaves_reason", .text)] {
            add(
                name, column: name, CellReader(name, .text), place: nil, kind: kind,
                updated: "CASE WHEN \(isOver) THEN NULL ELSE a.\(name) END", inserted: "NULL")
        }
    }

    /// What the data say of the stage is kept apart, because on a journey the stage is the cycle's.
    private mutating func spellStage() {
        func spell(_ name: String, _ kind: ColumnKind = .integer, updated: String, inserted: String) {
            if self[name] == nil {
                add(name, column: "\"\(name)\"", CellReader(name, .text), place: nil, kind: kind)
            }
            set(name, updated: updated, inserted: inserted)
        }
        let stage = updated("stage")
        let since = "CASE WHEN \(stage) IS DISTINCT FROM a.stage THEN \(AccountImport.now) ELSE a.stage_since END"
        let entered = "COALESCE(s.stage_since, CASE WHEN s.stage IS NOT NULL THEN \(AccountImport.now) END)"
        spell(
            "stage_since",
            updated: "CASE WHEN a.journey IS NULL THEN COALESCE(s.stage_since, \(since)) ELSE a.stage_since END",
            inserted: entered)
        spell("stage_imported", .text, updated: stage, inserted: "s.stage")
        let changed =
            "CASE WHEN \(stage) IS DISTINCT FROM a.stage_imported THEN \(AccountImport.now) ELSE a.stage_imported_at END"
        spell("stage_imported_at", updated: "COALESCE(s.stage_since, \(changed))", inserted: entered)
        set(
            "stage", updated: "CASE WHEN a.journey IS NULL THEN \(stage) ELSE a.stage END", inserted: "s.stage")
    }
}
