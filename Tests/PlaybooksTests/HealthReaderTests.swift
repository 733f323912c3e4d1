import Playbooks
import Testing

/// The health score as data.yaml declares it.
@Suite struct HealthReaderTests {
    private func read(_ health: String, segments: String = "", playbook: String = "health < 40") -> (
        Workspace?, [String]
    ) {
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": """
            workspace: w
            timezone: UTC
            channels: { in_app: inbox }
            categories: { tips: Tips }
            """,
            "data.yaml": "attributes:\n  seats: number\nmetrics:\n  logins:\n\(health)\(segments)",
            "playbooks/p/playbook.yaml": """
            playbook: p
            category: tips
            when: \(playbook)
            steps:
              - in_app: m.md
            """, "playbooks/p/m.md": "Hello\n",
        ])
        return (workspace, diagnostics.map(\.description))
    }

    private static let good = """
        health:
          usage:
            weight: 3
            bands:
              100: active_days(logins, 28d) >= 12
              50: used
              0: else
          size:
            weight: 1
            bands: { 100: seats > 10, 20: else }

        """

    @Test func partsAndSegmentsMayUseEachOther() throws {
        let (workspace, complaints) = read(
            Self.good, segments: "segments:\n  poor: health < 40\n  used: sum(logins, 28d) > 0\n",
            playbook: "poor and fall(health, 30d) > 25% and change(health, 7d) < 0 and was(health, 30d) > 60")
        #expect(complaints == [])
        let health = try #require(workspace?.health?.term.health?.score)
        #expect(health.parts.map(\.name) == ["usage", "size"])
        #expect(health.parts.map(\.weight) == [3, 1])
        #expect(health.parts.first?.bands.map(\.points) == [100, 50, 0])
        #expect(workspace?.segments.map(\.name) == ["poor", "used"])
        let reads = try #require(workspace?.playbook("p")?.terms.first?.reads)
        #expect(reads.metrics == ["logins"] && reads.attributes == ["seats"])
    }

    @Test func theScoreIsTheMeanOfWhatIsKnown() throws {
        let score = try #require(
            read(Self.good, segments: "segments:\n  used: seats > 1\n").0?.health?.term.health?.score)
        #expect(score.score([100, 20]) == 80)
        #expect(score.score([50, 20]) == 43)
        // Three quarters of the weight are known, then a quarter.
        #expect(score.score([50, .nan]) == 50)
        #expect(score.score([.nan, 20]).isNaN)
        #expect(score.score([.nan, .nan]).isNaN)
        let halves = HealthScore(parts: [
            HealthScore.Part("a", weight: 1, bands: []), HealthScore.Part("b", weight: 1, bands: []),
        ])
        #expect(halves.score([.nan, 7]) == 7)
    }

    @Test func mistakesAreToldAtTheirPlaces() {
        let (_, complaints) = read(
            """
            health:
              usage:
                weight: 0
                bands:
                  120: seats > 1
                  good: seats > 1
                  50: seatz > 1
                  0: else
                  1: seats > 2
              size: { bands: { 100: seats > 10 } }
              age:
                weight: 1
                bands: { 100: seats > 10 }

            """)
        for expected in [
            "data.yaml:7:13: error: a part of the weight 0 changes nothing",
            "data.yaml:9:7: error: expected points from 0 to 100 before the colon, got \"120\"",
            "data.yaml:10:7: error: expected points from 0 to 100 before the colon, got \"good\"",
            "data.yaml:13:7: error: \"else\" is the last band",
            "data.yaml:14:9: error: \"weight\" is missing in the part \"size\"",
            "playbooks/p/playbook.yaml:3:7: error: \"when\" uses \"health\", which has an error of its own",
        ] {
            #expect(
                complaints.contains { $0.hasPrefix(expected) }, "\(expected)\n\(complaints.joined(separator: "\n"))")
        }
        let unknown = read(Self.good.replacing("used", with: "seatz > 1")).1
        #expect(
            unknown.contains { $0.hasPrefix("data.yaml:10:") && $0.contains("unknown name \"seatz\"") }, "\(unknown)")
        let circle = read(Self.good, segments: "segments:\n  used: health > 3\n").1
        #expect(circle.contains { $0.contains("the names refer to each other in a circle") }, "\(circle)")
        let taken = read("  health: {}\n" + Self.good, segments: "segments:\n  used: seats > 1\n").1
        #expect(taken.contains { $0.contains("\"health\" is a name among the built-in scores already") }, "\(taken)")
        let dropped = read(
            Self.good, segments: "segments:\n  used: seats > 1\n", playbook: "drop(health, 30d, 60d) > 1%"
        ).1
        #expect(dropped.contains { $0.contains("it is the health score: fall(health, 30d)") }, "\(dropped)")
        #expect(read("", playbook: "health < 40").1.contains { $0.contains("unknown name \"health\"") })
    }
}
