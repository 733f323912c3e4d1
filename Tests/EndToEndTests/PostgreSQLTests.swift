import Foundation
import Reliability
import Testing

/// Workspaces whose database is on a PostgreSQL server.
@Suite struct PostgreSQLTests {
    private let endpoint: Endpoint
    private let scratch: Scratch
    private let url: String

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(small: "email", port: endpoint.port)
        url = try TestPostgreSQL.shared.get().address()
        try scratch.replace("database: keeptouch.db", with: "database: \(url)", in: "keeptouch.yaml")
    }

    @Test func aRunSendsWhatOneOnAFileSends() throws {
        let other = try Scratch(small: "email", port: endpoint.port)
        var plans: [String] = []
        for workspace in [scratch, other] {
            try workspace.importAccounts(20)
            let plan = try workspace.keeptouch("plan", "hello", "--format", "csv")
            #expect(plan.code == 0, "\(plan)")
            plans.append(plan.output)
            let run = try workspace.keeptouch("run", "--format", "json")
            #expect(run.code == 0, "\(run)")
            let touches = try #require(try run.object()["touches"] as? [String: Int])
            #expect(touches["sent", default: 0] + touches["pending", default: 0] == 20)
            let again = try workspace.keeptouch("run", "--format", "json")
            #expect(try again.object()["entered"] as? Int == 0, "\(again)")
            for command in ["status", "touches", "explain a1", "report playbook hello", "check"] {
                let outcome = try Program.run(
                    command.split(separator: " ").map(String.init), in: workspace.folder)
                #expect(outcome.code == 0, "\(command): \(outcome)")
            }
        }
        #expect(plans[0] == plans[1])
        #expect(plans[0].contains("20"))
    }

    @Test(arguments: [
        "serve", "dashboard", "forget a1", "doctor", "retype plan number", "users", "record a1 report_made",
    ])
    func whatDoesNotWorkOnAServerYetSaysSo(command: String) throws {
        let outcome = try Program.run(command.split(separator: " ").map(String.init), in: scratch.folder)
        #expect(outcome.code != 0)
        #expect(outcome.complaints.contains("does not work with a database on PostgreSQL yet"), "\(outcome)")
    }

    @Test func aPasswordInTheFileIsAnErrorThatNamesBetterPlaces() throws {
        try scratch.replace(url, with: "postgresql://ada:hush@127.0.0.1:9/books", in: "keeptouch.yaml")
        let check = try scratch.keeptouch("check")
        #expect(check.code == 1)
        #expect((check.output + check.complaints).contains("write env:NAME or file:PATH"), "\(check)")
        #expect(!(check.output + check.complaints).contains("hush"))
    }

    @Test func theURLMayStandInTheEnvironmentOrAFile() throws {
        try scratch.write("database.url", url + "\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: scratch.folder.appendingPathComponent("database.url").path)
        try scratch.replace(url, with: "file:database.url", in: "keeptouch.yaml")
        try scratch.importAccounts(2)
        try scratch.replace("file:database.url", with: "env:BOOKS", in: "keeptouch.yaml")
        let status = try Program.run(["status"], in: scratch.folder, environment: ["BOOKS": url])
        #expect(status.code == 0, "\(status)")
        let missing = try scratch.keeptouch("status")
        #expect(missing.complaints.contains("the environment variable BOOKS is not set"), "\(missing)")
    }
}
