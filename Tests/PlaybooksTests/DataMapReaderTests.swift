import Playbooks
import Testing

struct DataMapReaderTests {
    private func complaints(_ text: String) -> [String] {
        WorkspaceReader.read(["keeptouch.yaml": "workspace: a\ntimezone: UTC\n", "data.yaml": text]).diagnostics
            .map(\.description)
    }

    @Test func whatCustomersAreWorthIsReadWithItsMistakes() {
        func read(_ text: String) -> (CustomerValue?, [String]) {
            var files = SampleWorkspace.files
            files["data.yaml"] = SampleWorkspace.dataMap + text + "\n"
            let (workspace, diagnostics) = WorkspaceReader.read(files)
            return (workspace?.dataMap.value, diagnostics.filter { $0.severity == .error }.map(\.message))
        }
        #expect(
            read("ltv: { margin: 80%, horizon: 730d, touch_cost: 2.50 }").0
                == CustomerValue(margin: 0.8, horizon: .days(730), touchCost: 2.5))
        #expect(read("ltv: { margin: 0.7 }").0 == CustomerValue(margin: 0.7))
        #expect(read("ltv: { horizon: 1d }").1 == ["\"margin\" is missing in \"ltv\""])
        #expect(
            read("ltv: { margin: 80%, horizon: 2h, touch_cost: much }").1 == [
                "\"horizon\" is at least a day: 365d",
                "expected an amount of the workspace's currency such as 2.50, got \"much\"",
            ])
    }

    @Test func allComplaintsComeAtOnceWithTheirPlaces() {
        let text = """
            attributes:
              a: { type: nmber }
              b: { type: number, values: [x] }
              c: { type: text, format: m/d/y }
              d: { type: date, format: day }
              e: { track: yes }
              mrr: { type: text }
              f: { type: text, tracked: yes }
              "g.h": number
            metrics:
              m: { fresh_within: 36 hours, absent: none }
            events:
              v: { properties: { reason: { type: reason, map: { x: prise } }, contact: text } }
              w: { due: by }
              x: { properties: { by: text }, due: by, closed_by: v }
              churned: { properties: { reason: text } }
            reasons:
              price: { avoidable: perhaps }
            attrition: { target: a lot }
            segments:
              s:
            sgments: {}

            """
        #expect(
            complaints(text) == [
                "data.yaml:2:14: error: unknown type \"nmber\"; did you mean \"number\"?",
                "data.yaml:3:22: error: only a text has \"values\"",
                "data.yaml:4:20: error: only a date or an instant has a \"format\"",
                "data.yaml:5:28: error: expected a date format with y, m and d such as m/d/y, got \"day\"",
                "data.yaml:6:6: error: \"type\" is missing in the attribute \"e\"",
                "data.yaml:7:16: error: the built-in attribute \"mrr\" has the type money",
                "data.yaml:8:20: error: unknown key \"tracked\"; did you mean \"track\"?",
                "data.yaml:9:3: error: \"g.h\" cannot name an attribute; use up to 60 letters, digits and _",
                "data.yaml:11:22: error: \"fresh_within\": expected a duration such as 30s, 90m, 36h, 14d or 2w, got \"36 hours\"",
                "data.yaml:11:40: error: expected zero or missing for \"absent\", got \"none\"",
                "data.yaml:13:8: error: the property \"contact\" is built in: it names the contact",
                "data.yaml:13:56: error: unknown reason \"prise\"; did you mean \"price\"?",
                "data.yaml:14:3: error: \"due\" and \"closed_by\" go together: a commitment has both",
                "data.yaml:15:34: error: the property \"by\" must be a date or an instant",
                "data.yaml:16:3: error: the property \"reason\" of the built-in event is of the type reason",
                "data.yaml:18:23: error: expected true or false for \"avoidable\", got \"perhaps\"",
                "data.yaml:19:22: error: expected a target such as 2.5% per month, got \"a lot\"",
                "data.yaml:21:5: error: \"s\" has no value",
                "data.yaml:22:1: error: unknown key \"sgments\"; did you mean \"segments\"?",
            ])
    }

    @Test func namesThatClashAreTold() {
        let text = """
            attributes: { logins: number, entry: text, Plan: text, plan: text, Key: text }
            metrics: { logins: {} }
            events: { plan: {}, churned: {} }
            segments: { churned: mrr > 1 }

            """
        #expect(
            complaints(text) == [
                "data.yaml:1:31: error: \"entry\" is a word of the conditions; choose another name",
                "data.yaml:1:56: error: \"plan\" is a name among the attributes already; choose another",
                "data.yaml:1:68: error: \"Key\" is a name among the built-in attributes already; choose another",
                "data.yaml:2:12: error: \"logins\" is a name among the attributes already; choose another",
                "data.yaml:3:11: error: \"plan\" is a name among the attributes already; choose another",
                "data.yaml:4:13: error: \"churned\" is a name among the built-in events already; choose another",
            ])
    }

    @Test func whatUsesABrokenNameSaysSoOnce() {
        let text = "attributes: { seats: nmber }\nsegments:\n  big: seats > 5\n  other: big or mrr > 1\n"
        #expect(
            complaints(text) == [
                "data.yaml:1:22: error: unknown type \"nmber\"; did you mean \"number\"?",
                "data.yaml:3:8: error: \"big\" uses \"seats\", which has an error of its own",
                "data.yaml:4:10: error: \"other\" uses \"big\", which has an error of its own",
            ])
    }

    @Test func wordsInTextAreNoReferences() {
        let words = "segments:\n  a: b2 == \"b\" or name == 'b \\' b'\n  b: mrr > 1\n  b2: b\n"
        #expect(!complaints(words).contains { $0.contains("circle") })
        #expect(
            complaints("segments:\n  a: \"`b c` or mrr > 1\"\n  b c: a\n").contains(
                "data.yaml:2:7: error: the names refer to each other in a circle: a → b c → a"))
    }

    @Test func everyCircleIsToldOnce() {
        let text = "segments:\n  a: b\n  b: c\n  c: b\n  d: d\n  e: a and d\n"
        #expect(
            complaints(text).filter { $0.contains("circle") } == [
                "data.yaml:3:6: error: the names refer to each other in a circle: b → c → b",
                "data.yaml:5:6: error: the names refer to each other in a circle: d → d",
            ])
    }

    @Test func segmentsMayNameThoseBelowThem() throws {
        let chain = (0..<100).map { "  s\($0): s\($0 + 1) or mrr > \($0)\n" }.joined()
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: a\ntimezone: UTC\n", "data.yaml": "segments:\n\(chain)  s100: mrr > 1\n",
        ])
        #expect(diagnostics == [])
        #expect(try #require(workspace).segments.map(\.name) == (0...100).map { "s\($0)" })
    }

    /// A line that `import` prints is pasted with a blank to fill in.
    @Test func whatStandsInAMapForAPersonsAnswerIsNone() {
        #expect(
            complaints("contact_attributes:\n  unsubscribed: { map: { \"2\": <yes or no> } }\n") == [
                "data.yaml:2:31: error: \"<yes or no>\" stands where you say what \"2\" means; put one of the words there"
            ])
    }
}
