import Measure
import Playbooks
import Storage
import Testing

/// Who is at risk, in words, and what was done about it.
struct RiskReportTests {
    private static func playbook(_ name: String, _ state: String) -> String {
        """
        playbook: \(name)
        title: \(name)
        state: \(state)
        category: service
        risk: price
        when: mrr > 10
        to: [owner]
        steps:
          - email: hello.md
        """
    }

    private static func world() throws -> AttritionWorld {
        let names = ["fallen": "live", "planned": "draft", "over": "retired"]
        var files = ["channels/mail.yaml": AttritionWorld.channel]
        for (name, state) in names {
            files["playbooks/\(name)/playbook.yaml"] = playbook(name, state)
            files["playbooks/\(name)/hello.md"] = "---\nsubject: Hello\n---\nHello\n"
        }
        let world = try AttritionWorld(
            configuration: AttritionWorld.configuration
                + "\nsender: { name: T, email: t@test.example, postal_address: X }\nchannels: { email: mail }\n",
            dataMap: AttritionWorld.dataMap.replacing("price: {", with: "price: { title: too expensive,"), files: files)
        try world.store.write { connection in
            for (name, state) in names {
                try connection.execute(
                    "INSERT INTO playbook (name, state) VALUES (:name, :state)",
                    ["name": .text(name), "state": .text(state)])
            }
        }
        try world.add(3, came: 1)
        return world
    }

    @Test func playbooksThatAreNotLiveAndDidNothingAreNoRowsOfZeros() throws {
        let report = try Self.world().risk(on: 40)
        let rows = try #require(report.table(named: "Playbooks")).rows
        #expect(rows.map { $0[0].text } == ["fallen"])
        #expect(rows.map { $0[1] } == [.named("too expensive", key: "price")])
        try report.expectNoNonsense()
    }
}
