import Decisions
import Playbooks
import Testing

@Suite struct ColumnTests {
    @Test func aNumberIsReadAsItsTypeSaysAndNaNIsMissing() {
        let column = Column.numbers([20_000, .nan, 1])
        #expect(column.value(0, as: .date) == .date(Day(number: 20_000)))
        #expect(column.value(0, as: .instant) == .instant(Instant(milliseconds: 20_000)))
        #expect(column.value(1, as: .number) == .missing)
        #expect(column.value(2, as: .boolean) == .boolean(true))
        #expect(column.holds(2) && !column.holds(1) && !column.fails(1))
    }

    @Test func aNumberBeyondTheCalendarIsMissingInsteadOfATrap() {
        let column = Column.numbers([1e300, -1e300, .infinity])
        for row in 0..<3 { #expect(column.value(row, as: .instant) == .missing) }
    }
}
