import Playbooks
import Storage
import Testing

/// Lists of customers who leave that say when they asked to, and when it ends.
struct PlannedDepartureTests {
    private static let accounts =
        "account_id,name,email,mrr,created_at\n"
        + (1...5).map { "a\($0),Co\($0),p\($0)@co\($0).example,49.00,2024-02-03\n" }.joined()

    private func guessed(_ list: String) throws -> GuessedFiles {
        try GuessedFiles([("accounts.csv", Self.accounts), ("cancellations.csv", list)])
    }

    @Test(arguments: [
        "Customer ID,Requested at,Effective date,Cancellation reason\na1,2025-02-01,2025-03-01,Too expensive\n",
        "Customer ID,Cancelled on,Effective date,Cancellation reason\na1,2025-02-01,2025-03-01,Too expensive\n",
        "Customer ID,Notice received,Last day,Cancellation reason\na1,2025-02-01,2025-03-01,Too expensive\n",
        "Customer ID,Cancellation date,Service ends,Cancellation reason\na1,2025-02-01,2025-03-01,Too expensive\n",
        "Kundennummer,Eingang,Gekündigt zum,Kündigungsgrund\na1,2025-02-01,2025-03-01,Too expensive\n",
        "Customer ID,Demande de résiliation,Date d'effet,Motif\na1,2025-02-01,2025-03-01,Too expensive\n",
    ]) func theyLeaveWhenItEnds(list: String) throws {
        let files = try guessed(list)
        let (asked, end) = try (
            ImportWorld.milliseconds("2025-02-01T00:00:00Z"), ImportWorld.milliseconds("2025-03-01T00:00:00Z")
        )
        #expect(
            try files.rows("SELECT status, churned_at, cancel_requested_at FROM account WHERE key = 'a1'")
                == ["churned|\(end)|\(asked)"], "\(files.guess.yaml)")
    }

    @Test func whoLeavesOnADayAheadIsACustomerUntilThen() throws {
        let files = try guessed(
            "Customer ID,Requested at,Effective date\na1,2026-03-01,2026-05-01\na2,2025-02-01,2025-03-01\n")
        let end = try ImportWorld.milliseconds("2026-05-01T00:00:00Z")
        #expect(
            try files.rows("SELECT key, status, service_end_at FROM account WHERE key < 'a3' ORDER BY key")
                == ["a1|active|\(end)", "a2|churned|"], "\(files.guess.yaml)")
        #expect(files.reports.allSatisfy { $0.rejected == 0 })
        #expect(files.warnings.contains { $0.contains("leaves on a day that lies ahead") }, "\(files.warnings)")
    }

    @Test func aChurnAheadEndsTheServiceOnce() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        let text = "account,event,at\na,churned,2026-05-01\n"
        #expect(try world.load(.events, text).updated == 1)
        #expect(try world.load(.events, text).unchanged == 1)
        world.advance(days: 60)
        #expect(try world.load(.events, text).inserted == 1)
        #expect(try world.rows("SELECT status FROM account") == ["churned"])
    }

    @Test func anotherEventAheadIsRefused() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        #expect(try world.load(.events, "account,event,at\na,cancel_requested,2026-05-01\n").rejected == 1)
    }
}
