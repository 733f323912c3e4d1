import Testing

@testable import Measure

struct UnifiedDiffTests {
    @Test func hunksHaveThreeLinesAroundThemAndTheNumbersOfBothSides() {
        let old = (1...20).map { "line \($0)" }.joined(separator: "\n") + "\n"
        let new = old.replacing("line 3\n", with: "").replacing("line 18", with: "line eighteen")
        #expect(
            UnifiedDiff(from: old, to: new).text(path: "f") == """
                --- a/f
                +++ b/f
                @@ -1,6 +1,5 @@
                 line 1
                 line 2
                -line 3
                 line 4
                 line 5
                 line 6
                @@ -15,6 +14,6 @@
                 line 15
                 line 16
                 line 17
                -line 18
                +line eighteen
                 line 19
                 line 20

                """)
        #expect(UnifiedDiff(from: old, to: old).hunks == nil)
        #expect(UnifiedDiff(from: "", to: "a\n").hunks == "@@ -0,0 +1,1 @@\n+a\n")
    }
}
