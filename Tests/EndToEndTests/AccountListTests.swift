import Foundation
import FoundationNetworking
import Testing

/// The accounts behind the numbers that commands print.
@Suite struct AccountListTests {
    /// Forty accounts; those with an even number match `hello`, which waits after its message.
    private func workspace() throws -> Scratch {
        let scratch = try Scratch(small: "email")
        try scratch.replace("holdout: 0%", with: "holdout: 30%\nrisk: price", in: "playbooks/hello/playbook.yaml")
        try scratch.replace(
            "  - email: hello.md", with: "  - wait: 3d\n  - email: hello.md", in: "playbooks/hello/playbook.yaml")
        let data = try scratch.text("data.yaml")
        try scratch.write("data.yaml", data + "reasons:\n  price: { theme: value, avoidable: yes }\n")
        try scratch.write(
            "journeys/all.yaml",
            "journey: all\nstages:\n  begun: {}\n  grown: { enter: seats >= 30, expect: 20d }\n")
        let rows = (1...40).map { n in
            "a\(n),\"Account \(n), Ltd\",2026-01-01,\(n % 2 == 0 ? n : 1),\(n * 10),owner@a\(n).example,Ann"
        }
        try scratch.write(
            "accounts.csv",
            "key,name,created_at,seats,mrr,contact_email,contact_name\n" + rows.joined(separator: "\n") + "\n")
        let made = try scratch.keeptouch("init", ".", "--simulation")
        #expect(made.code == 0, "\(made)")
        let imported = try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-01T09:00Z")
        #expect(imported.code == 0, "\(imported)")
        let ran = try scratch.keeptouch("run", "--now", "2026-03-02T09:00Z")
        #expect(ran.code == 0, "\(ran)")
        return scratch
    }

    private func keys(_ scratch: Scratch, _ arguments: String...) throws -> [String] {
        let outcome = try Program.run(["accounts", "--format", "csv"] + arguments, in: scratch.folder)
        #expect(outcome.code == 0, "\(outcome)")
        return outcome.output.split(whereSeparator: \.isNewline).dropFirst().map { String($0.prefix { $0 != "," }) }
    }

    @Test func everyNumberHasItsList() throws {
        let scratch = try workspace()
        #expect(try keys(scratch).count == 40)
        #expect(try keys(scratch, "--segment", "big") == (5...20).map { "a\($0 * 2)" })
        #expect(try keys(scratch, "--where", "big and mrr < 130") == ["a10", "a12"])
        #expect(try keys(scratch, "--at-risk").count == 20)
        #expect(try keys(scratch, "--at-risk", "price", "--where", "mrr > 370") == ["a38", "a40"])
        #expect(try keys(scratch, "--stuck") == [])
        #expect(try keys(scratch, "--stuck", "--now", "2026-03-25T09:00Z").count == 6)
        for arm in ["treated", "holdout"] {
            let counted = try scratch.number("SELECT count(*) FROM enrollment WHERE arm = '\(arm)'")
            let verdict = arm == "treated" ? "enrolled" : "holdout"
            #expect(try keys(scratch, "--in", "hello", "--arm", arm).count == counted)
            #expect(try keys(scratch, "--verdict", verdict, "--playbook", "hello").count == counted)
            #expect(counted > 0)
        }
        #expect(try keys(scratch, "--in", "hello", "--step", "wait_1").count == 20)
        #expect(try keys(scratch, "--in", "hello", "--step", "email_1") == [])
        #expect(try keys(scratch, "--in", "hello", "--state", "ended") == [])
        #expect(try keys(scratch, "--limit", "3") == ["a1", "a10", "a11"])

        let table = try scratch.keeptouch("accounts", "--in", "hello", "--where", "mrr == 20")
        #expect(table.output.contains("a2       Account 2, Ltd  active   20"), "\(table)")
        #expect(table.output.contains("2026-03-02 09:00  in hello: "), "\(table)")
        #expect(table.output.contains(", at wait_1; mrr = 20.00 USD"), "\(table)")
        #expect(table.output.contains("2026-03-05 09:00"), "\(table)")
        #expect(table.complaints == "1 account\n", "\(table)")
        let json = try scratch.keeptouch("accounts", "--at-risk", "--format", "json")
        let items = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(items.count == 20)
        let risks = try #require(items.first?["risks"] as? [[String: String]])
        #expect(risks == [["reason": "price", "playbook": "hello", "since": "2026-03-02T09:00:00Z"]])
        let report = try scratch.keeptouch("report", "risk")
        #expect(report.output.contains("20 accounts are at risk"), "\(report)")
    }

    @Test func whatTheWorkspaceDoesNotHaveIsSaid() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(1)
        let wrong: [([String], String)] = [
            (["--where", "seets > 1"], "where:1:1: error: unknown name \"seets\"; did you mean \"seats\"?"),
            (["--where", "seats +"], "where:1:8: error: expected a name or a value"),
            (["--segment", "bigg"], "there is no segment \"bigg\"; did you mean \"big\"?"),
            (["--in", "helo"], "there is no usable playbook \"helo\"; did you mean \"hello\"?"),
            (["--in", "hello", "--arm", "treatd"], "there is no arm \"treatd\"; did you mean \"treated\"?"),
            (["--step", "wait_1"], "\"step\" is of an enrollment"),
            (["--in", "hello", "--step", "emial_1"], "there is no step \"emial_1\"; did you mean \"email_1\"?"),
            (["--verdict", "held"], "a verdict is of a playbook"),
            (["--verdict", "holding", "--playbook", "hello"], "there is no verdict \"holding\""),
            (["--at-risk", "price"], "there is no reason \"price\""),
        ]
        for (arguments, complaint) in wrong {
            let outcome = try Program.run(["accounts"] + arguments, in: scratch.folder)
            #expect(outcome.code == 1 && outcome.output.isEmpty, "\(arguments): \(outcome)")
            #expect(outcome.complaints.contains(complaint), "\(arguments): \(outcome)")
        }
        let nobody = try scratch.keeptouch("accounts", "--where", "seats > 99")
        #expect(nobody.output == "No account is so.\n" && nobody.code == 0, "\(nobody)")
    }

    /// Who is on the way keeps the steps that there were.
    @Test func aStepOfAnEarlierVersionIsNoMistakeWhileAnybodyStandsAtIt() throws {
        let scratch = try workspace()
        try scratch.replace("  - wait: 3d", with: "  - id: pause\n    wait: 3d", in: "playbooks/hello/playbook.yaml")
        #expect(try scratch.keeptouch("check").code == 0)
        #expect(try keys(scratch, "--in", "hello", "--step", "wait_1").count == 20)
        #expect(try keys(scratch, "--in", "hello", "--step", "pause") == [])
    }

    /// What was not known before did not begin then.
    @Test func theFirstReportSaysSinceWhenCustomersAreKnown() throws {
        let scratch = try Scratch(small: "email")
        try scratch.write("accounts.csv", "key,created_at,seats,mrr\na1,2026-01-02,3,10\na2,2026-01-02,3,10\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
        let report = try scratch.keeptouch("report", "attrition").output.split(separator: "\n").joined(separator: " ")
        #expect(
            report.contains("Nobody was known as a customer when") && report.contains("the first is known since"),
            "\(report)")
        #expect(report.contains("No customer is known to have begun in the last 24 months"), "\(report)")
        #expect(!report.contains("the first came"), "\(report)")
    }

    @Test func programsReadTheSameListPartByPart() async throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(25)
        let made = try scratch.keeptouch("keys", "create", "crm", "--scope", "read")
        let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()
        func get(_ query: String, key: String) async throws -> (Int, [String: Any]) {
            var request = URLRequest(url: try #require(URL(string: "\(address)/v1/accounts?\(query)")))
            request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
            let (data, answer) = try await URLSession.shared.data(for: request)
            let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            return (try #require(answer as? HTTPURLResponse).statusCode, object)
        }
        let (refused, problem) = try await get("in=hello&step=TYPO", key: key)
        #expect(refused == 400 && "\(problem)".contains("there is no step"), "\(problem)")
        #expect(try await get("in=hello&step=email_1", key: key).0 == 200)
        var keys: [String] = []
        var after = "0"
        while true {
            let (status, part) = try await get("where=seats%20%3E%201&limit=10&after=\(after)", key: key)
            #expect(status == 200, "\(part)")
            let accounts = try #require(part["accounts"] as? [[String: Any]])
            keys += accounts.compactMap { $0["account"] as? String }
            guard let next = part["next"] as? String else { break }
            after = next
        }
        #expect(keys == (1...25).map { "a\($0)" }.sorted())
        for (query, detail) in [
            ("wher=1", "did you mean \\\"where\\\"?"), ("limit=0", "from 1 to 1000"), ("after=x", "the \\\"next\\\""),
            ("segment=no", "there is no segment"), ("where=seats", "a condition is true or false"),
        ] {
            let (status, problem) = try await get(query, key: key)
            let told = problem["detail"] as? String ?? ""
            #expect(status == 400 && told.contains(detail.replacing("\\\"", with: "\"")), "\(query): \(problem)")
        }
        #expect(try await get("", key: "kt_no").0 == 401)
        #expect(serving.end() == 0, "\(serving.log)")
    }

    @Test func whoIsNotWrittenToIsListed() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(2)
        #expect(try scratch.keeptouch("suppress").output == "No address is suppressed.\n")
        #expect(try scratch.keeptouch("suppress", "x@y.example", "--reason", "asked").code == 0)
        let listed = try scratch.keeptouch("suppress", "--format", "csv")
        #expect(listed.output.hasPrefix("address,category,since,reason\r\nx@y.example,all,"), "\(listed)")
        #expect(try scratch.keeptouch("run").code == 0)
        let open = try scratch.keeptouch("touches", "--state", "open", "--format", "csv")
        #expect(open.code == 0 && open.output.contains("owner@a1.example"), "\(open)")
    }
}
