import Foundation
import Reliability
import Testing

/// Pages, commands and rows tell the same numbers, whatever happened to the process.
@Suite struct DashboardAgreementTests {
    @Test func thePagesAndStatusAgreeAfterManyKills() async throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.replace("timezone: UTC", with: "timezone: UTC\nevaluate: \"* * * * *\"", in: "keeptouch.yaml")
        try scratch.replace("holdout: 0%", with: "holdout: 20%", in: "playbooks/hello/playbook.yaml")
        try scratch.replace(
            "  - email: hello.md\n", with: "  - email: hello.md\n  - wait: 3d\n  - email: hello.md\n",
            in: "playbooks/hello/playbook.yaml")
        try scratch.addUsers(["ada": "operator"])
        try scratch.importAccounts(400)
        let kills = Rounds.count(8, long: 200)
        for round in 0..<kills {
            let serving = try Serving(scratch)
            #expect(serving.tells("ready"))
            // Somewhere in the midst of sending, at another place each time.
            let aim = 600 * (round + 1) / (kills + 1) + round % 7
            for _ in 0..<400 where endpoint.bodies().count < aim && serving.count(" cycle ") < 3 {
                try await Task.sleep(for: .milliseconds(10))
            }
            serving.end(SIGKILL)
        }
        #expect(endpoint.bodies().count > 0)
        // What is kept beside the rows is what they say.
        let doctor = try scratch.keeptouch("doctor").output
        #expect(doctor.contains("what pages and status show is what the rows say"), "\(doctor)")
        let client = try DashboardClient(scratch, command: "dashboard")
        let rows = try #require(
            JSONSerialization.jsonObject(
                with: Data(scratch.keeptouch("status", "--format", "json").output.utf8)) as? [[String: String]])
        let status = try #require(rows.first { $0["playbook"] == "hello" })
        let page = try await client.get("/playbooks").text
        func shown(_ link: String) throws -> String {
            let text = page.components(separatedBy: "href=\"\(link)\">").dropFirst().first ?? "0<"
            return text.prefix { $0 != "<" }.filter { $0 != "," }
        }
        for (column, link) in [
            ("active", "/playbooks/hello/accounts"), ("goal", "/playbooks/hello/accounts?all=yes&amp;goal=yes"),
            ("holdout", "/playbooks/hello/accounts?all=yes&amp;arm=held_out"),
            ("open", "/touches?playbook=hello&amp;state=open"), ("sent", "/touches?playbook=hello&amp;state=sent"),
        ] {
            #expect(try shown(link) == status[column], "\(column)")
        }
        #expect(Int(status["sent"] ?? "") ?? 0 > 0)
        // And the rows behind a number are as many.
        let file = try await client.get("/touches.csv?playbook=hello&state=sent").text
        #expect(file.split(separator: "\r\n").count - 1 == Int(status["sent"] ?? ""))
        let states = try scratch.states()
        #expect(states["sent"] == Int(status["sent"] ?? ""))
        Rounds.tell(kills, "\(states["sent"] ?? 0) sent, every number the same")
    }
}
