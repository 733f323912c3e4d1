import Playbooks
import Testing

@Test(arguments: [
    ("30s", 30_000), ("90m", 5_400_000), ("36h", 129_600_000), ("14d", 1_209_600_000), ("2w", 1_209_600_000),
    ("0d", 0), ("36525d", 3_155_760_000_000),
])
func aDurationIsReadInItsUnit(text: String, milliseconds: Int64) throws {
    #expect(try TimeSpan.parse(text).get() == TimeSpan(milliseconds: milliseconds))
}

@Test(arguments: ["", "d", "3", "soon", "3 d", "-3d", "3.5d", "3D", "1d12h", "36526d", "99999999999999999999s", "３d"])
func aTextThatIsNoDurationIsRefused(text: String) {
    #expect(throws: TimeTextError.self) { try TimeSpan.parse(text).get() }
}

@Test func aRefusedDurationSaysWhatWasExpected() {
    guard case .failure(let error) = TimeSpan.parse("soon") else {
        Issue.record("soon was read")
        return
    }
    #expect(error.message == "expected a duration such as 30s, 90m, 36h, 14d or 2w, got \"soon\"")
}

@Test(arguments: [
    ("36h", "36h"), ("48h", "2d"), ("2w", "14d"), ("90m", "90m"), ("120m", "2h"), ("60s", "1m"), ("0h", "0s"),
])
func aDurationIsShownInTheLargestUnitThatDividesIt(text: String, shown: String) throws {
    #expect(try TimeSpan.parse(text).get().description == shown)
}

@Test func aDurationBelowASecondAndANegativeOneAreShown() {
    #expect(TimeSpan(milliseconds: 250).description == "250ms")
    #expect(TimeSpan.hours(-3).description == "-3h")
    #expect(TimeSpan(milliseconds: .min).description.hasPrefix("-"))
}

@Test func aCapIsACountPerTime() throws {
    #expect(try Cap.parse("3 per 7d").get() == Cap(count: 3, window: .days(7)))
    for text in ["", "3", "0 per 1d", "-1 per 1d", "3 per 0d", "3 per week", "3 in 7d", "1 per 1d each"] {
        #expect(throws: TimeTextError.self) { try Cap.parse(text).get() }
    }
}

@Test(arguments: [
    ("14d", "14 days"), ("1d", "1 day"), ("36h", "36 hours"), ("1h", "1 hour"), ("90m", "90 minutes"),
    ("30s", "30 seconds"), ("0d", "0s"),
])
func aSentenceSaysADurationInWords(text: String, words: String) throws {
    #expect(try TimeSpan.parse(text).get().words == words)
}
