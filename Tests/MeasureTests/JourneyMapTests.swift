import Measure
import Playbooks
import Storage
import Testing

/// The map of the journeys, on a simulated year of which the truth is known.
struct JourneyMapTests {
    /// The year of `JourneyReportTests`, in which one playbook has written to every tenth account that signed up lately, and
    /// another to nobody.
    private static func world() throws -> AttritionWorld {
        let world = try JourneyReportTests.leaking(files: [
            "keeptouch.yaml": AttritionWorld.configuration
                + "\nbase_url: https://touch.example.com\nchannels: { in_app: inbox }\n",
            "playbooks/nudge/playbook.yaml":
                "playbook: nudge\nstate: live\ncategory: service\nwhen: in_stage(signed_up) and stuck()\nsteps:\n  - in_app: m.md\n",
            "playbooks/nudge/m.md": "---\nsubject: S\n---\nText.\n",
            "playbooks/nobody/playbook.yaml":
                "playbook: nobody\nstate: live\ncategory: service\non: report_shared\nsteps:\n  - in_app: m.md\n",
            "playbooks/nobody/m.md": "---\nsubject: S\n---\nText.\n",
        ])
        try world.store.write { connection in
            try connection.executeScript(
                """
                UPDATE account SET stage = (SELECT s.stage FROM stage_entry AS s WHERE s.account_id = account.id
                    ORDER BY s.at DESC LIMIT 1);
                INSERT INTO playbook (id, name, state) VALUES (1, 'nudge', 'live');
                INSERT INTO experiment (id, name, period, design, started_at) VALUES (1, 'nudge', 1, '', 0);
                """)
            // On the day after they came, of which 60 of 100 were activated later.
            try connection.execute(
                """
                INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive)
                SELECT id, id, 1, 1, '', 1, 'treated', created_at, 0 FROM account
                WHERE journey = 'b' AND (created_at - :zero) / 86400000 BETWEEN 300 AND 339
                """, ["zero": .instant(AttritionWorld.day(0))])
            try connection.executeScript(
                """
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                    category, message, ghost, state, priority, due_at, not_before, expires_at, variables, settled_at)
                SELECT id, account_id, 1, 1, 'in_app_1', 'o@x', 'in_app', 'inbox', 'service', 'm.md', 0, 'sent', 50,
                    entered_at, entered_at, entered_at, '{}', entered_at + 86400000 FROM enrollment;
                """)
        }
        return world
    }

    private func map() throws -> Report {
        let world = try Self.world()
        let asOf = AttritionWorld.day(360)
        return try world.store.read { try JourneyMap.report($0, workspace: world.workspace, asOf: asOf) }
    }

    @Test func theMapOfAnEarlierDayIsOfThatDay() throws {
        let world = try Self.world()
        let asOf = AttritionWorld.day(200)
        let map = try world.store.read { try JourneyMap.report($0, workspace: world.workspace, asOf: asOf) }
        let report = try world.journey(on: 200)
        func column(_ report: Report, _ title: String, _ name: String) throws -> [Report.Cell] {
            let table = try #require(report.table(named: title))
            let place = try #require(table.columns.firstIndex { $0.title == name })
            return table.rows.map { $0[place] }
        }
        #expect(
            try column(map, "Stages of a", "there now") == column(report, "Steps of a", "there now"))
        #expect(
            try column(map, "Stages of a", "moved on lately").prefix(2)
                == column(report, "Steps of a", "moved on, last 14 days").prefix(2))
    }

    /// Who got nothing and who left stand in the stage in which they were then, wherever their account is today.
    @Test func theMapAsksNobodyWhereItIsToday() throws {
        let world = try Self.world()
        let asOf = AttritionWorld.day(200)
        func map() throws -> Report {
            try world.store.read { try JourneyMap.report($0, workspace: world.workspace, asOf: asOf) }
        }
        let before = try map()
        let rows = try #require(before.table(named: "Stages of a")).rows
        // Nobody had got anything by then, and all of those who left had only signed up.
        #expect(rows.allSatisfy { $0[6] == $0[2] }, "\(rows)")
        #expect(rows.map { $0[5] != .count(0) } == [true, false, false], "\(rows)")
        try world.store.write { try $0.execute("UPDATE account SET journey = NULL, stage = NULL") }
        #expect(try map().text() == before.text())
    }

    @Test func aTouchpointStandsInTheStageInWhichItReachedAccountsWithWhoMovedOn() throws {
        let report = try map()
        guard case .table(let table) = report.sections[1].blocks[2] else {
            Issue.record("no table: \(report.sections[1])")
            return
        }
        let rows = table.rows.map { Array($0.prefix(5)) }
        let reached = try #require(rows.first)
        #expect(reached.prefix(4) == [.text("signed_up"), .text("in_app_1"), .text("nudge"), .count(200)])
        guard case .number(let share, .share) = reached[4] else {
            Issue.record("no share: \(reached)")
            return
        }
        #expect(abs(share - 0.6) < 0.1, "\(share)")
        #expect(rows.dropFirst().map { $0[1] } == [.text("nothing"), .text("nothing")])
    }

    @Test func whatStandsEmptyIsSaidWithWhatToDo() throws {
        let text = try map().text(width: 200, color: false)
        #expect(text.contains("a: nothing happens in activated."), "\(text)")
        #expect(text.contains("No stage needs nobody: it has reached nobody"), "\(text)")
        #expect(!text.contains("No stage needs nudge"), "\(text)")
        #expect(text.contains("got nothing in the last 90 days"), "\(text)")
        #expect(!text.contains("a weak point without a playbook"), "\(text)")
    }
}
