import Playbooks
import Testing

struct YAMLFileTests {
    private func complaints(_ text: String) -> [String] {
        let (root, diagnostics) = YAMLFile.read(text, file: "a.yaml")
        #expect((root == nil) == !diagnostics.isEmpty)
        return diagnostics.map(\.description)
    }

    @Test func scalarsStayTextWithTheirPlace() throws {
        let root = try #require(YAMLFile.read("on: no\ntime: 09:00\n\"quoted\": 'x'\nempty:\n", file: "a.yaml").root)
        let entries = try #require(root.entries)
        #expect(entries.map(\.key) == ["on", "time", "quoted", "empty"])
        #expect(entries.map(\.value.text) == ["no", "09:00", "x", ""])
        #expect(entries[1].position == Position(file: "a.yaml", line: 2, column: 1))
        #expect(entries[1].value.position == Position(file: "a.yaml", line: 2, column: 7))
        #expect(entries[3].value.isEmpty)
        #expect(!entries[2].value.isPlain)
    }

    @Test func anEmptyFileIsEmpty() {
        for text in ["", "\n\n", "# nothing\n"] {
            #expect(YAMLFile.read(text, file: "a.yaml").root?.isEmpty == true)
        }
    }

    @Test func textOverSeveralLinesKnowsWhereItStands() {
        let text = "a: >\n\n    one\n      * two\n    three\nb: one\n  two\nc: \"x y\"\nd: |\r\n  one\r\n  two\r\n"
        let entries = YAMLFile.read(text, file: "a.yaml").root?.entries ?? []
        #expect(entries[0].value.written?.text == "one\n      * two\n    three")
        #expect(entries[0].value.written?.position == Position(file: "a.yaml", line: 3, column: 5))
        #expect(entries[1].value.written?.text == "one\n  two")
        #expect(entries[1].value.written?.position == Position(file: "a.yaml", line: 6, column: 4))
        #expect(entries[2].value.written?.position == Position(file: "a.yaml", line: 8, column: 5))
        #expect(entries[3].value.written?.text == "one\n  two")
        #expect(entries[3].value.written?.position == Position(file: "a.yaml", line: 10, column: 3))
    }

    @Test func brokenYAMLIsToldWithItsPlace() {
        #expect(
            complaints("a: 1\nb: [1, 2\nc: 3\n") == [
                "a.yaml:3:2: error: broken YAML while parsing a flow sequence: did not find expected ',' or ']'"
            ])
        #expect(complaints("a: \"open\n").count == 1)
        #expect(complaints("a:\n\t- b\n").count == 1)
        #expect(complaints("a: \u{1}\n") == ["a.yaml:1:4: error: unreadable text: control characters are not allowed"])
        #expect(complaints("a: \"\\0\"\n") == ["a.yaml:1:4: error: the text holds a NUL character"])
    }

    @Test func aConditionBrokenByFlowBracketsGetsAHint() {
        #expect(
            complaints("goal: { when: plan in [free, pro], within: 21d }\n").first?
                .hasSuffix("; a condition with a comma or brackets must stand in block form, not in { }") == true)
    }

    @Test func aKeyThatStandsTwiceIsToldAtItsSecondPlace() {
        #expect(
            complaints("a: 1\nb:\n  x: 1\n  y: 2\n  x: 3\n") == [
                "a.yaml:5:3: error: the key \"x\" stands twice in one mapping; first in line 3"
            ])
        #expect(
            complaints("a: { x: 1, y: 2, x: 3 }\n") == [
                "a.yaml:1:18: error: the key \"x\" stands twice in one mapping; first in line 1"
            ])
    }

    @Test func aSecondDocumentIsRefused() {
        #expect(
            complaints("a: 1\n---\nb: 2\n") == [
                "a.yaml:2:1: error: a second document (---) is not allowed; one file holds one"
            ])
    }

    @Test func anchorsAliasesAndTagsAreAllTold() {
        #expect(
            complaints("a: &x 1\nb: *x\nc: !!binary aGk=\nd: !mine {}\n") == [
                "a.yaml:1:4: error: the anchor \"&x\" is not allowed; write the value out where it is needed",
                "a.yaml:2:4: error: the alias \"*x\" is not allowed; write the value out "
                    + "(text that starts with * stands in quotes)",
                "a.yaml:3:4: error: the tag \"tag:yaml.org,2002:binary\" is not allowed",
                "a.yaml:4:4: error: the tag \"!mine\" is not allowed",
            ])
    }

    @Test func anAliasBombIsRefusedAtOnce() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(complaints(bomb).count == 20)
            #expect(!complaints(bomb + "? *a12\n: 1\n? [*a12]\n: 2\n").isEmpty)
        }
        #expect(time < .seconds(1))
    }

    @Test func starsInsideTextAreKept() {
        let root = YAMLFile.read("a: 2 * 3\n\"b*\": '*'\n# * \nc: |\n  * one\n  * two \u{E000}\n", file: "a.yaml").root
        #expect(root?.entries?.map(\.key) == ["a", "b*", "c"])
        #expect(root?.entries?.map(\.value.text) == ["2 * 3", "*", "* one\n* two \u{E000}\n"])
    }

    @Test func sizesAreBounded() {
        #expect(
            complaints(String(repeating: "#", count: 256 * 1_024 + 1)) == [
                "a.yaml:1:1: error: the file has 256 KiB; at most 256 KiB are read"
            ])
        let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
        #expect(complaints(deep) == ["a.yaml:1:33: error: nested deeper than 32 levels"])
        let many = "a: [" + Array(repeating: "1", count: 10_000).joined(separator: ",") + "]"
        #expect(complaints(many).first?.hasSuffix("the file has more than 10,000 values; split it up") == true)
    }

    @Test func absurdNestingNeitherCrashesNorHangs() {
        let time = ContinuousClock().measure {
            for piece in ["[", "{", "- ", "? ", "[a: ", "{a: ", "\"", "a: ", "!t ", "&a ", "*a ", "[*a,"] {
                _ = YAMLFile.read(String(repeating: piece, count: 250_000 / piece.utf8.count), file: "a.yaml")
                _ = YAMLFile.read(String(repeating: piece + "\n", count: 125_000 / piece.utf8.count), file: "a.yaml")
            }
        }
        #expect(time < .seconds(20))
    }
}
