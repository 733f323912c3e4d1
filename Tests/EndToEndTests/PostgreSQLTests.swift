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

    @Test func everyCommandWorks() throws {
        try scratch.importAccounts(4)
        let run = try scratch.keeptouch("run")
        #expect(run.code == 0, "\(run)")
        for command in [
            "record a1 report_made score=3", "suppress other@example.com", "suppress", "unsuppress other@example.com",
            "users add ada --role admin", "users list", "users role ada viewer", "keys create crm", "keys list",
            "keys revoke crm", "changes", "risk a2", "next", "accounts --in hello", "snooze a2 14d",
            "exclude a3 --reason theirs", "include a3", "unenroll a4 --playbook hello", "enroll a4 --playbook hello",
            "hold hello until 2027-04-01",
            "release hello", "clock show", "test", "report attrition", "report journey", "report risk",
            "report playbook hello",
            "report experiment hello", "explain a1", "preview hello --account a1", "pause all --reason now",
            "resume all",
            "inbox-token --renew-key", "retype seats text", "status",
            "status --dropped", "doctor",
        ] {
            let outcome = try Program.run(command.split(separator: " ").map(String.init), in: scratch.folder)
            // A mistake in a statement is told with the statement.
            let isMistake = (outcome.output + outcome.complaints).contains("(in: ")
            // No metric was ever imported, and `doctor` says so.
            #expect(outcome.code == (command == "doctor" ? 1 : 0) && !isMistake, "\(command): \(outcome)")
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["KEEPTOUCH_LONG"] != nil))
    func whoIsForgottenIsKnownAgainByNothingButAHash() throws {
        try scratch.importAccounts(4)
        #expect(try scratch.keeptouch("run").code == 0)
        for options in [["--dry-run"], []] {
            let outcome = try Program.run(["forget", "owner@a1.example"] + options, in: scratch.folder)
            #expect(outcome.code == 0, "\(outcome)")
        }
        let touches = try scratch.keeptouch("touches", "--format", "csv")
        #expect(!touches.output.contains("owner@a1.example"), "\(touches)")
        let again = try scratch.keeptouch("import", "accounts", "accounts.csv")
        #expect((again.output + again.complaints).contains("erased before"), "\(again)")
        let retyped = try scratch.keeptouch("retype", "seats", "text", "--yes")
        #expect(retyped.code == 0, "\(retyped)")
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
