import Foundation
import FoundationNetworking
import Testing

/// The ledger of changes and its receivers, as those who follow meet them.
@Suite struct ChangesTests {
    private struct Line: Decodable, Equatable {
        var id: String
        var type: String
        var account: String
        var playbook: String?
        var step: String?
        var contact: String?
        var detail: [String: Detail]?
    }

    /// A value of a detail; nil for null and for what is no text.
    private struct Detail: Decodable, Equatable, ExpressibleByStringLiteral {
        var text: String?

        init(stringLiteral text: String) { self.text = text }
        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }

    /// A simulation with accounts that all match on 1 March and are written to once.
    private func workspace(_ count: Int, _ endpoint: Endpoint, lines: String = "") throws -> Scratch {
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace("  plan:", with: "  helped: boolean\n  plan:", in: "data.yaml")
        try scratch.write(
            "data.yaml", scratch.text("data.yaml") + "reasons:\n  value: { theme: value, avoidable: yes }\n")
        try scratch.replace(
            "category: education\n", with: "category: education\nrisk: value\n", in: "playbooks/hello/playbook.yaml")
        try scratch.replace("steps:\n", with: "steps:\n  - tag: helped\n", in: "playbooks/hello/playbook.yaml")
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            scratch.text("playbooks/hello/playbook.yaml") + "goal: { when: happened(report_made), within: 10d }\n")
        if !lines.isEmpty { try scratch.write("keeptouch.yaml", scratch.text("keeptouch.yaml") + lines) }
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        let rows = (1...count).map { "a\($0),Account \($0),2025-03-02,3,o@a\($0).example\n" }
        try scratch.write("accounts.csv", "key,name,created_at,seats,contact_email\n" + rows.joined())
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-01T05:00Z").code == 0)
        return scratch
    }

    private func changes(_ scratch: Scratch, after id: String = "0") throws -> [Line] {
        let outcome = try scratch.keeptouch("changes", "--format", "ndjson", "--after", id)
        #expect(outcome.code == 0, "\(outcome)")
        return try outcome.output.split(whereSeparator: \.isNewline).map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    @Test func everyChangeIsToldOnceInTheOrderInWhichItBecameKnown() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(1, endpoint)
        #expect(try scratch.keeptouch("run", "--now", "2026-03-01T09:00Z").code == 0)
        let first = try changes(scratch)
        #expect(first.map(\.type).sorted() == ["enrolled", "exited", "risk_on", "sent", "set"], "\(first)")
        #expect(first.allSatisfy { $0.account == "a1" && $0.playbook == "hello" })
        let sent = try #require(first.first { $0.type == "sent" })
        #expect(sent.step == "in_app_1" && sent.contact != nil && sent.detail == nil)
        #expect(first.first { $0.type == "risk_on" }?.detail == ["reason": "value"])
        #expect(first.first { $0.type == "enrolled" }?.detail == ["arm": "treated"])

        // What comes later is behind the cursor: the goal, the end of the risk, and the departure.
        try scratch.write("events.csv", "account,event,at,score\na1,report_made,2026-03-02T08:00Z,7\n")
        let morning = "2026-03-02T09:00Z"
        #expect(try scratch.keeptouch("import", "events", "events.csv", "--now", morning).code == 0)
        try scratch.write("accounts.csv", "key,seats\na1,1\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", morning).code == 0)
        #expect(try scratch.keeptouch("run", "--now", "2026-03-02T10:00Z").code == 0)
        try scratch.write("events.csv", "account,event,at,reason\na1,churned,2026-03-03T08:00Z,value\n")
        #expect(try scratch.keeptouch("import", "events", "events.csv", "--now", "2026-03-03T09:00Z").code == 0)
        let second = try changes(scratch, after: try #require(first.last).id)
        #expect(second.map(\.type).sorted() == ["churned", "goal", "risk_off"], "\(second)")
        #expect(second.last == second.first { $0.type == "churned" })
        #expect(second.last?.detail == ["reason": "value"])
        #expect(try changes(scratch, after: try #require(second.last).id) == [])
        #expect(try scratch.keeptouch("run", "--now", "2026-03-03T10:00Z").code == 0)
        #expect(try changes(scratch, after: try #require(second.last).id) == [])
        withExtendedLifetime(endpoint) {}
    }

    @Test func programsReadTheLedgerByCursor() async throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(3)
        try scratch.execute(
            "INSERT INTO change (type, at, account_id, detail) SELECT 'churned', 4102444800000, id, '{\"reason\":\"price\"}' FROM account"
        )
        let made = try scratch.keeptouch("keys", "create", "crm", "--scope", "read")
        let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let other = try scratch.keeptouch("keys", "create", "app", "--scope", "ingest")
        let serving = try Serving(scratch, ["--port", "0"])
        let address = try serving.address()
        func get(_ query: String, _ key: String) async throws -> (Int, [String: Any]) {
            var request = URLRequest(url: try #require(URL(string: "\(address)/v1/changes?\(query)")))
            request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
            let (data, response) = try await URLSession.shared.data(for: request)
            let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            return ((response as? HTTPURLResponse)?.statusCode ?? 0, object ?? [:])
        }
        var (seen, after): ([String], String) = ([], "0")
        for _ in 0..<3 {
            let (code, answer) = try await get("after=\(after)&limit=2", key)
            #expect(code == 200, "\(answer)")
            let part = try #require(answer["changes"] as? [[String: Any]])
            seen += part.compactMap { $0["account"] as? String }
            after = try #require(answer["next"] as? String)
        }
        #expect(seen == ["a1", "a2", "a3"])
        #expect(try await get("after=x", key).0 == 400)
        #expect(try await get("after=99999", key).0 == 400)
        #expect(try await get("afetr=1", key).0 == 400)
        #expect(try await get("limit=0", key).0 == 400)
        let ingest = other.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try await get("", ingest).0 == 403)
        serving.end()
    }

    // MARK: Receivers

    private static let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"

    private func receiver(port: Int, kinds: String = "") -> String {
        """
        receivers:
          crm:
            url: http://127.0.0.1:\(port)/crm
            secret: file:crm.secret
            allow_private: true
        \(kinds.isEmpty ? "" : "    kinds: \(kinds)\n")
        """
    }

    private func write(_ secret: String, _ scratch: Scratch) throws {
        try scratch.write("crm.secret", secret)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: scratch.folder.appendingPathComponent("crm.secret").path)
    }

    private func told(_ endpoint: Endpoint) -> [String] {
        endpoint.bodies().filter { $0.contains("\"/crm\"") }.compactMap { line in
            line.firstMatch(of: /"data":\{"id":"(\d+)","type":"([a-z_]+)"/).map { "\($0.1) \($0.2)" }
        }
    }

    @Test func aReceiverThatWasDownGetsEverythingInOrder() throws {
        let (channel, crm) = (try Endpoint(), try Endpoint(["--status", "500"]))
        let scratch = try workspace(120, channel, lines: receiver(port: crm.port))
        try write(Self.secret, scratch)
        let failing = try scratch.keeptouch("run", "--now", "2026-03-01T09:00Z")
        #expect(
            failing.output.contains("the receiver crm has not got every change: it answered HTTP 500"), "\(failing)")
        let status = try scratch.keeptouch("status", "--now", "2026-03-01T09:00Z").output
        let all = try changes(scratch)
        #expect(status.contains("receiver crm: \(all.count) changes behind"), "\(status)")
        #expect(try scratch.keeptouch("doctor").output.contains("receiver crm"))
        #expect(!status.contains(Self.secret))
        let port = crm.port
        crm.kill()
        let back = try Endpoint(port: port)
        try scratch.execute("UPDATE receiver SET retry_at = NULL")
        let ran = try scratch.keeptouch("run", "--now", "2026-03-01T10:00Z")
        #expect(ran.output.contains("changes told to receivers"), "\(ran)")
        #expect(told(back) == (try changes(scratch)).map { "\($0.id) \($0.type)" })
        #expect(try scratch.keeptouch("status").output.contains("receiver crm: has got everything"))
        // Nothing is told twice.
        let count = back.count
        #expect(try scratch.keeptouch("run", "--now", "2026-03-01T11:00Z").code == 0)
        #expect(back.count == count)
        withExtendedLifetime(channel) {}
    }

    @Test func aReceiverGetsOnlyTheKindsThatItAsksFor() throws {
        let (channel, crm) = (try Endpoint(), try Endpoint())
        let scratch = try workspace(3, channel, lines: receiver(port: crm.port, kinds: "[sent, goal]"))
        try write(Self.secret, scratch)
        #expect(try scratch.keeptouch("run", "--now", "2026-03-01T09:00Z").code == 0)
        #expect(told(crm).map { $0.split(separator: " ").last } == ["sent", "sent", "sent"])
        try scratch.replace("kinds: [sent, goal]", with: "kinds: [snet]", in: "keeptouch.yaml")
        let check = try scratch.keeptouch("check")
        #expect(check.code == 1 && check.output.contains("did you mean \"sent\"?"), "\(check)")
        withExtendedLifetime(channel) {}
    }

    @Test func serveTellsReceiversOfWhatItFinds() throws {
        let crm = try Endpoint()
        let scratch = try Scratch(small: "in_app")
        try scratch.write("keeptouch.yaml", scratch.text("keeptouch.yaml") + receiver(port: crm.port))
        try write(Self.secret, scratch)
        try scratch.importAccounts(3)
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            "playbook: hello\nstate: draft\ncategory: education\nwhen: seats > 1\nsteps:\n  - in_app: hello.md\n")
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute(
            "INSERT INTO change (type, at, account_id) SELECT 'reactivated', 4102444800000, id FROM account")
        let serving = try Serving(scratch)
        #expect(crm.waits(forRequests: 3), "\(serving.log)")
        #expect(serving.end() == 0)
        #expect(told(crm).map { $0.split(separator: " ").last } == ["reactivated", "reactivated", "reactivated"])
        #expect(try scratch.keeptouch("status").output.contains("receiver crm: has got everything"))
    }

    @Test func aSecretThatIsNoneStopsTheReceiverAndIsNotShown() throws {
        let (channel, crm) = (try Endpoint(), try Endpoint())
        let scratch = try workspace(1, channel, lines: receiver(port: crm.port))
        try write("hunter2hunter2", scratch)
        let ran = try scratch.keeptouch("run", "--now", "2026-03-01T09:00Z")
        #expect(ran.code == 1 && ran.output.contains("is not whsec_ and base64"), "\(ran)")
        let doctor = try scratch.keeptouch("doctor")
        #expect(doctor.code == 1 && doctor.output.contains("is not whsec_ and base64"), "\(doctor)")
        for text in [ran.output, ran.complaints, doctor.output] { #expect(!text.contains("hunter2")) }
        #expect(crm.count == 0)
        withExtendedLifetime(channel) {}
    }
}
