import Foundation
import FoundationNetworking
import Reliability
import Testing

/// `serve` on a PostgreSQL server that cuts its connections and crashes while touches go out.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["KEEPTOUCH_LONG"] != nil)) struct ServerLossTests {
    private static let rounds = Rounds.count(4, long: 200)

    @Test(arguments: [true, false])
    func nothingIsLostAndNothingGoesTwice(hasKey: Bool) throws {
        let touches = 60 + Self.rounds * 40
        let endpoint = try Endpoint(["--delay", "10"])
        let server = try TestPostgreSQL()
        let scratch = try Scratch(
            small: "in_app", port: endpoint.port,
            channelLines: ["limits: { in_flight: 4 }"]
                + (hasKey ? ["idempotency: { header: Idempotency-Key, lifetime: 24h }"] : []))
        let schema = "loss"
        try scratch.replace(
            "database: keeptouch.db",
            with: "database: postgresql://keeptouch@/postgres?host=\(server.folder.path)&schema=\(schema)",
            in: "keeptouch.yaml")
        try scratch.replace("when: seats > 1", with: "on: report_made", in: "playbooks/hello/playbook.yaml")
        try scratch.importAccounts(touches)
        let serving = try Serving(scratch)
        #expect(serving.tells("ready"))
        let now = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let events = (1...touches).map { "a\($0),report_made,\(now)" }
        try scratch.write("events.csv", "account,event,at\n" + events.joined(separator: "\n") + "\n")
        let imported = try scratch.keeptouch("import", "events", "events.csv")
        #expect(imported.code == 0, "\(imported)")
        for round in 1...Self.rounds {
            #expect(endpoint.waits(forRequests: min(round * 25, touches)))
            if round.isMultiple(of: 2) {
                try server.stop()
                try server.start()
            } else {
                _ = try server.ask(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'keeptouch%'")
            }
        }
        #expect(serving.tells("the database is back"))
        func count(_ condition: String) throws -> Int {
            Int(try server.ask("SELECT count(*) FROM \(schema).touch WHERE \(condition)")) ?? -1
        }
        let deadline = Date(timeIntervalSinceNow: 60)
        while try count("settled_at IS NULL AND state <> 'unknown'") > 0, Date() < deadline {
            // The end of the last touch is the signal; the ledger has no other for who stands outside.
            usleep(100_000)
        }
        let log = serving.log
        #expect(serving.end() == 0, "\(log)")
        let requests = try endpoint.stop()
        let byTouch = Dictionary(grouping: requests, by: \.touch)
        #expect(try count("true") == touches)
        let (sent, unknown) = (try count("state = 'sent'"), try count("state = 'unknown'"))
        #expect(sent + unknown == touches, "\(log)")
        let known = Set(
            try server.ask("SELECT id FROM \(schema).touch WHERE state = 'sent'").split(separator: "\n")
                .compactMap { Int64($0) })
        #expect(known.isSubset(of: byTouch.keys), "a touch is recorded as sent that never arrived")
        if hasKey {
            #expect(unknown == 0)
            #expect(byTouch.count == touches)
            #expect(byTouch.values.allSatisfy { Set($0.map(\.key)).count == 1 && Set($0.map(\.body)).count == 1 })
        } else {
            #expect(byTouch.count == requests.count, "a touch was sent twice")
            // What came back while the server was away is written down when it is there again.
            #expect(unknown <= Self.rounds, "\(log)")
        }
        // Said once each time, whoever of the loops meets it.
        #expect(serving.count("the database cannot be reached") <= Self.rounds + 1, "\(log)")
        let status = try scratch.keeptouch("status")
        #expect(status.output.contains("the database could not be reached from"), "\(status)")
        Rounds.tell(Self.rounds, "\(touches) touches: 0 lost, 0 twice, \(unknown) unknown")
    }

    @Test func whatComesInOverHTTPIsTakenOnceTheServerIsBack() async throws {
        let server = try TestPostgreSQL()
        let scratch = try Scratch(small: "in_app")
        try scratch.replace(
            "database: keeptouch.db",
            with: "database: postgresql://keeptouch@/postgres?host=\(server.folder.path)&schema=web",
            in: "keeptouch.yaml")
        try scratch.importAccounts(1)
        let key = try scratch.keeptouch("keys", "create", "crm", "--scope", "ingest").output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let serving = try Serving(scratch, ["--port", "0"])
        let address = try serving.address()
        func post(_ id: String) async throws -> Int {
            var request = URLRequest(url: try #require(URL(string: "\(address)/v1/events")))
            request.httpMethod = "POST"
            request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(
                #"[{"account":"a1","event":"report_made","at":"2026-11-01T00:00:00Z","id":"\#(id)"}]"#.utf8)
            let (_, answer) = try await URLSession.shared.data(for: request)
            return try #require(answer as? HTTPURLResponse).statusCode
        }
        let first = try await post("one")
        #expect(first / 100 == 2, "\(first)")
        try server.stop()
        let away = try await post("two")
        #expect(away == 503)
        try server.start()
        let deadline = Date(timeIntervalSinceNow: 60)
        while try await post("two") / 100 != 2, Date() < deadline { try await Task.sleep(for: .milliseconds(100)) }
        let told = try server.ask(
            "SELECT count(*) FROM web.event WHERE kind_id = (SELECT id FROM web.event_kind WHERE name = 'report_made')")
        #expect(told == "2")
        #expect(serving.end() == 0)
    }
}
