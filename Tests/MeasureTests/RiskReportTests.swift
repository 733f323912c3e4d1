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

    @Test func aPlaybookWithoutAGoalIsNotSaidToHaveMissedIt() throws {
        let world = try Self.world()
        let section = try world.risk(on: 40).section("What the playbooks did")
        #expect(
            section.sentences[0].hasPrefix("0 accounts were taken in. Whether the playbooks changed anything is for"))
        let none = Report.Cell.none("The playbook has no goal.")
        #expect(section.tables[0].rows[0][5] == none && section.tables[0].rows[0][6] == none)
    }

    /// On the tenth day two matched, on the twentieth a rule held them, on the thirtieth they were released.
    @Test func whatIsHeldIsSaidAndAsOfItsTime() throws {
        let world = try Self.world()
        try world.store.write { connection in
            for (day, verdict) in [(10, "blocked"), (20, "held"), (30, "blocked")] {
                try connection.execute(
                    """
                    INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
                    SELECT a.id, p.id, '', :at, :day, :verdict, '' FROM account AS a, playbook AS p
                    WHERE p.name = 'fallen' AND a.id <= 2
                    """,
                    ["at": .instant(AttritionWorld.day(day)), "day": .integer(Int64(day)), "verdict": .text(verdict)])
            }
            try connection.execute(
                """
                INSERT INTO standing (account_id, playbook_id, match_key, since, verdict, reason, settled)
                SELECT a.id, p.id, '', :at, 'blocked', '', 0 FROM account AS a, playbook AS p
                WHERE p.name = 'fallen' AND a.id <= 2
                """, ["at": .instant(AttritionWorld.day(10))])
        }
        func sentences(_ day: Int) throws -> [String] { try world.risk(on: day).section("At risk").sentences }
        #expect(try sentences(15)[0].hasPrefix("2 accounts are at risk"))
        #expect(
            try sentences(25).prefix(2) == [
                "No account is at risk.",
                "2 accounts match fallen, which is held: they count as at risk when it is released; keeptouch status says why "
                    + "it is held.",
            ])
        #expect(try sentences(35)[0].hasPrefix("2 accounts are at risk"))
        #expect(try !sentences(35).contains { $0.contains("which is held") })
    }

    @Test func playbooksThatAreNotLiveAndDidNothingAreNoRowsOfZeros() throws {
        let report = try Self.world().risk(on: 40)
        let rows = try #require(report.table(named: "Playbooks")).rows
        #expect(rows.map { $0[0].text } == ["fallen"])
        #expect(rows.map { $0[1] } == [.named("too expensive", key: "price")])
        try report.expectNoNonsense()
    }
}
