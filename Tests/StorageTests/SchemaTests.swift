import Decisions
import Playbooks
import Storage
import Testing

/// The words that the tables take are those of the program's closed lists.
@Suite struct SchemaTests {
    struct WordList: CustomTestStringConvertible {
        var table: String
        var column: String
        var words: [String]

        init<Word: RawRepresentable<String> & CaseIterable>(_ table: String, _ column: String, _ list: Word.Type) {
            (self.table, self.column, words) = (table, column, list.allCases.map(\.rawValue))
        }

        var testDescription: String { "\(table).\(column)" }
    }

    private static let lists = [
        WordList("playbook", "state", Playbook.State.self), WordList("standing", "verdict", Verdict.self),
        WordList("assignment", "arm", Arm.self), WordList("enrollment", "arm", Arm.self),
        WordList("enrollment", "state", EnrollmentState.self), WordList("touch", "state", TouchState.self),
        WordList("touch", "kind", Channel.Kind.self), WordList("occurrence", "state", OccurrenceState.self),
        WordList("cycle", "state", CycleState.self), WordList("stage_entry", "how", StageEntry.How.self),
        WordList("digest", "state", DigestState.self), WordList("channel_state", "state", ChannelState.Kind.self),
        WordList("exclusion", "kind", Exclusion.Kind.self),
    ]

    private func text(of name: String) throws -> String {
        let row = try Scratch().store().read {
            try $0.first("SELECT sql FROM sqlite_schema WHERE name = :name", ["name": .text(name)])
        }
        return try #require(row?["sql"].text)
    }

    /// What stands in the parentheses behind each `CHECK`.
    private func checks(in text: String) -> [String] {
        text.split(separator: "CHECK (").dropFirst().map { rest in
            var depth = 1
            return String(
                rest.prefix { character in
                    depth += character == "(" ? 1 : character == ")" ? -1 : 0
                    return depth > 0
                })
        }
    }

    private func words(in text: String) -> [String] {
        text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    }

    @Test(arguments: lists) func aCheckTakesTheWordsOfItsList(list: WordList) throws {
        let check = try #require(
            checks(in: text(of: list.table)).first {
                $0.hasPrefix("\(list.column) IN (") || $0.hasPrefix("\(list.column) = '")
            }
        )
        #expect(words(in: check).sorted() == list.words.sorted())
    }

    @Test func aTouchThatIsSettledHasTheMomentAndNoOther() throws {
        let check = try #require(checks(in: text(of: "touch")).first { $0.hasPrefix("(settled_at IS NULL)") })
        let open = TouchState.allCases.filter { !$0.isSettled }
        #expect(words(in: check).sorted() == open.map(\.rawValue).sorted())
        let index = try words(in: text(of: "touch_open"))
        #expect(index.sorted() == open.filter { $0 != .pending }.map(\.rawValue).sorted())
    }

    @Test func wordsOfPassagesComeBackAsTheyWere() {
        for word in ["met", "timed_out", "late", "skipped", "missing", "else", "if_1", "if_12"] {
            #expect(PassageResult(rawValue: word)?.rawValue == word)
        }
        for word in ["", "if_", "if_0", "if_-1", "other"] { #expect(PassageResult(rawValue: word) == nil) }
    }

    @Test func aWordThatNoListHasIsAnError() {
        #expect(throws: StorageError.self) { let _: Arm = try SQLValue.text("both").word() }
        #expect(throws: StorageError.self) { let _: Arm = try SQLValue.null.word() }
    }
}
