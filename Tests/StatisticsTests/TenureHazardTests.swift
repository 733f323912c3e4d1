import Statistics
import Testing

@Test func hazardsByMonthMatchTheirVectors() throws {
    for item in try VectorCase.read("attrition", "hazard_by_tenure_month") {
        let lifetimes = try Ledger(try #require(item.inputs.csv.text)).lifetimes()
        let hazard = TenureHazard(lifetimes, length: 4.345)
        #expect(hazard.months.count == item.outputs.rows.items.count)
        for (month, row) in zip(hazard.months, item.outputs.rows.items) {
            item.expect(Double(month.number), row.month)
            item.expect(Double(month.departures.total), row.at_risk)
            item.expect(Double(month.departures.successes), row.events)
            item.expect(month.departures.rate, row.hazard_discrete)
            item.expect(month.departures.wilson(), row.wilson95)
        }
    }
}

@Test func monthsInWhichNobodyLeavesAreThereToo() {
    let hazard = TenureHazard(
        [
            Lifetime(duration: 10, left: true), Lifetime(entry: 40, duration: 95, left: false),
            Lifetime(duration: .infinity, left: true), Lifetime(duration: 0, left: true),
            Lifetime(duration: -5, left: true), Lifetime(duration: .nan, left: true),
        ], length: 30)
    #expect(hazard.months.map(\.watched) == [2, 1, 1, 1])
    #expect(hazard.months.map(\.departures.total) == [2, 1, 1, 0])
    #expect(hazard.months.map(\.departures.successes) == [2, 0, 0, 0])
    #expect(TenureHazard([], length: 30).months.isEmpty && TenureHazard([], length: 0).months.isEmpty)
}

/// Of 60 accounts half leave in the middle of their second month; 240 have been in theirs for two days.
@Test func theRiskOfAMonthAgreesWithTheSurvivalCurve() {
    let lifetimes = [
        Lifetime(duration: 45, left: true, count: 30), Lifetime(duration: 300, left: false, count: 30),
        Lifetime(duration: 32, left: false, count: 240),
        // Back in the middle of the month, and gone before it was over.
        Lifetime(entry: 40, duration: 50, left: true, count: 2),
    ]
    let second = TenureHazard(lifetimes, length: 30).months[1]
    #expect(second.watched == 302)
    #expect(second.departures.successes == 32)
    let survival = SurvivalCurve(lifetimes).survival(at: 60)
    #expect(abs((second.departures.rate ?? 0) - (1 - survival)) < 0.01)
}

@Test func churnIsAnnualizedByCompounding() throws {
    for item in try VectorCase.read("attrition", "saas_churn_definitions") {
        let churn = try #require(
            Churn(rate: try item.outputs.set_based.logo_churn.double, days: try item.outputs.days.double))
        item.expect(churn.annual, item.outputs.scaled.annual_logo_churn)
        item.expect(churn.monthly, item.outputs.scaled.monthly_logo_churn)
    }
    #expect(Churn(rate: 1, days: 31)?.annual == 1 && Churn(rate: 0, days: 31)?.annual == 0)
    #expect(Churn(rate: 1.2, days: 31) == nil && Churn(rate: 0.1, days: 0) == nil && Churn(rate: .nan, days: 1) == nil)
}

@Test func percentilesMatchTheirVectors() throws {
    for item in try VectorCase.read("journey", "time_in_stage_percentiles") {
        let days = try item.inputs.days.doubles
        for (share, name) in [(0.5, "p50"), (0.75, "p75"), (0.9, "p90")] {
            item.expect(Percentile.of(days, share: share), item.outputs[name])
        }
    }
    #expect(Percentile.of([], share: 0.5) == nil && Percentile.of([1, 2], share: .nan) == 1)
}
