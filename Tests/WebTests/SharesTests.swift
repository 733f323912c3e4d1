import Testing

@testable import Web

@Suite struct SharesTests {
    @Test func sharesAreRoundedAndSumToAHundred() {
        #expect(Shares.percent(of: [1, 1, 1]) == [34, 33, 33])
        #expect(Shares.percent(of: [2, 1]) == [67, 33])
        #expect(Shares.percent(of: [234, 0, 1]) == [100, 0, 0])
        #expect(Shares.percent(of: [0, 0]) == [0, 0])
        for counts in [[7, 11, 13, 5], [999, 1], [1, 2, 3, 4, 5, 6]] {
            #expect(Shares.percent(of: counts).reduce(0, +) == 100)
        }
        #expect(Shares.percent(of: ["a": 1, "b": 2]) == ["a": 33, "b": 67])
    }
}
