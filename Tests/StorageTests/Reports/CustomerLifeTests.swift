import Storage
import Testing

/// When one account was a customer: tables of what happened to it and what it comes to.
struct CustomerLifeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var began = 10
        /// -1 when nobody knows it.
        var mrr: Int64 = 500
        /// Days on which it left, and, negative, on which it came back.
        var turns: [Int] = []
        var payments: [(day: Int, mrr: Int64)] = []
        /// As "origin: began-ended MRR".
        var tenures: [String]
    }

    /// All came to be on day 10.
    static let cases = [
        Case(testDescription: "it stays", tenures: ["10: 10- 500"]),
        Case(testDescription: "nobody knows what it pays", mrr: -1, tenures: ["10: 10- 0"]),
        Case(testDescription: "it never paid", mrr: 0, tenures: []),
        Case(testDescription: "it leaves", turns: [30], tenures: ["10: 10-30 500"]),
        Case(testDescription: "it leaves twice without coming back", turns: [30, 40], tenures: ["10: 10-30 500"]),
        Case(
            testDescription: "it comes back and goes on ageing", turns: [30, -50],
            tenures: ["10: 10-30 500", "10: 50- 500"]),
        Case(testDescription: "it leaves and comes back on one day", turns: [30, -30], tenures: ["10: 10- 500"]),
        Case(testDescription: "it left on a day before it was there", turns: [5], tenures: []),
        Case(testDescription: "it leaves on the day on which it came", turns: [10], tenures: ["10: 10-10 500"]),
        Case(
            testDescription: "it begins to pay and leaves on one day", mrr: 0, turns: [20], payments: [(20, 900)],
            tenures: ["20: 20-20 900"]),
        Case(testDescription: "it leaves without ever paying", mrr: 0, turns: [10], tenures: []),
        Case(
            testDescription: "it leaves on the day on which it was first seen", began: 20, turns: [20],
            tenures: ["10: 20-20 500"]),
        Case(testDescription: "it is observed late", began: 20, turns: [30], tenures: ["10: 20-30 500"]),
        Case(testDescription: "it left before it was observed", began: 20, turns: [15], tenures: []),
        Case(
            testDescription: "it came back after it was observed", began: 20, turns: [15, -25], tenures: ["10: 25- 500"]
        ),
        Case(testDescription: "it pays more", payments: [(20, 900)], tenures: ["10: 10- 500"]),
        Case(
            testDescription: "it pays more and leaves", turns: [30], payments: [(20, 900)], tenures: ["10: 10-30 900"]),
        Case(testDescription: "it stops paying", payments: [(20, 0)], tenures: ["10: 10-20 500"]),
        Case(testDescription: "it begins to pay", mrr: 0, payments: [(20, 900)], tenures: ["20: 20- 900"]),
        Case(
            testDescription: "it tries twice", mrr: 0, payments: [(20, 900), (30, 0), (40, 300)],
            tenures: ["20: 20-30 900", "20: 40- 300"]),
        Case(testDescription: "what it pays gets lost", payments: [(20, -1)], tenures: ["10: 10- 500"]),
    ]

    @Test(arguments: cases) func whatHappensMakesStays(_ item: Case) {
        let life = CustomerLife(
            origin: 10, began: item.began, mrr: item.mrr,
            statuses: item.turns.map { (day: abs($0), isActive: $0 < 0) }, payments: item.payments)
        let tenures = life.tenures.map { "\($0.origin): \($0.began)-\($0.ended.map(String.init) ?? "") \($0.mrr)" }
        #expect(tenures == item.tenures)
        // What changes leads from what was there to what comes next.
        for (one, next) in zip(life.changes, life.changes.dropFirst()) {
            #expect(one.pays == next.was && one.mrr == next.mrrBefore && one.day < next.day)
        }
    }
}
