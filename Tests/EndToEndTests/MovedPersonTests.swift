import Foundation
import Testing

/// A person who changes accounts gets nothing more of what waits for the old one.
@Suite struct MovedPersonTests {
    @Test func whatWaitsForTheOldAccountGoesToWhomItStillHasOrEndsWithAReason() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.replace("to: [owner]", with: "to: [owner, anyone]", in: "playbooks/hello/playbook.yaml")
        try scratch.replace(
            "safety:", with: "send_window: { days: [mon-sun], hours: 09:00-17:00 }\nsafety:", in: "keeptouch.yaml")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        func take(_ kind: String, _ text: String, _ now: String) throws -> Program.Outcome {
            try scratch.write("\(kind).csv", text)
            return try scratch.keeptouch("import", kind, "\(kind).csv", "--now", now)
        }
        let evening = "2026-03-02T20:00Z"
        #expect(
            try take(
                "accounts", "key,name,seats,created_at\na,A,5,2025-01-01\nb,B,1,2025-01-01\nc,C,5,2025-01-01\n", evening
            ).code
                == 0)
        let people = "a,p2,bob@x.example,\nb,p3,cy@x.example,\n"
        #expect(
            try take(
                "contacts",
                "account,key,email,role\na,p1,ada@x.example,owner\n" + people + "c,p4,di@x.example,owner\n", evening
            ).code == 0)
        #expect(try scratch.keeptouch("run", "--now", evening).code == 0)
        #expect(
            try scratch.query("SELECT recipient, state FROM touch ORDER BY recipient")
                == [["ada@x.example", "pending"], ["di@x.example", "pending"]])
        let moved = try take(
            "contacts",
            "account,key,email,role\nb,p1,ada@x.example,owner\n" + people + "b,p4,di@x.example,\n", "2026-03-02T21:00Z")
        #expect(moved.complaints.contains("2 people are at another account now (p1: a → b, p4: c → b)"), "\(moved)")
        #expect(try scratch.keeptouch("run", "--now", "2026-03-03T10:00Z").code == 0)
        #expect(
            try scratch.query(
                "SELECT a.key, t.recipient, t.state, t.reason FROM touch t JOIN account a ON a.id = t.account_id ORDER BY t.id"
            ) == [
                ["a", "bob@x.example", "sent", ""],
                ["c", "di@x.example", "suppressed", "no contact that may be written to: all its contacts have left"],
            ])
        withExtendedLifetime(endpoint) {}
    }
}
