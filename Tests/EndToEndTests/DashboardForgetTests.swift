import Foundation
import Testing

/// Erasing an account on its page: looked at first, then by its key, by an admin only.
@Suite struct DashboardForgetTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.importAccounts(3)
        try scratch.addUsers(["ada": "admin", "ben": "operator"])
        #expect(try scratch.keeptouch("run").code == 0)
    }

    @Test func anAccountIsForgottenByItsKeyOnlyAfterALook() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        #expect(try await client.get("/accounts/a1").text.contains("href=\"/accounts/a1/forget\""))
        #expect(try await !client.get("/accounts/a1", as: "ben").text.contains("/accounts/a1/forget"))
        #expect(try await client.get("/accounts/a1/forget", as: "ben").code == 403)
        #expect(try await client.post("/accounts/a1/forget", ["act": "erase", "typed": "a1"], as: "ben").code == 403)
        #expect(try await client.get("/accounts/a9/forget").code == 404)

        let look = try await client.post("/accounts/a1/forget", ["act": "look"]).text
        #expect(look.contains("1 account, 1 contact, 1 touch") && look.contains("name=\"typed\""), "\(look)")
        #expect(try scratch.number("SELECT count(*) FROM contact WHERE email = 'owner@a1.example'") == 1)

        let slip = try await client.post("/accounts/a1/forget", ["act": "erase", "typed": "a2"])
        #expect(slip.code == 400 && slip.text.contains("not the key of the account"), "\(slip.text)")
        #expect(try scratch.number("SELECT count(*) FROM contact") == 3)

        let done = try await client.post("/accounts/a1/forget", ["act": "erase", "typed": "a1"])
        #expect(done.code == 200 && done.text.contains("Erased: 1 account"), "\(done.text)")
        #expect(try scratch.number("SELECT count(*) FROM contact WHERE email = 'owner@a1.example'") == 0)
        #expect(try scratch.number("SELECT count(*) FROM contact") == 2)
        let audit = try await client.get("/audit").text
        #expect(audit.contains("forget") && !audit.contains("owner@a1"), "\(audit)")
    }
}
