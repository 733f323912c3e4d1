import Playbooks
import Storage
import Testing

/// Prices for one of several, and for longer than a month.
struct QuantityAndPeriodTests {
    private func mrr(_ text: String, _ form: (inout ColumnForm) -> Void) throws -> [String] {
        let world = try ImportWorld()
        var map = ImportMap("accounts", .accounts)
        var money = ColumnForm(column: "Price")
        form(&money)
        map.columns["mrr"] = money
        try world.load(.accounts, text, ImportOptions(map: map))
        return try world.rows("SELECT key, mrr FROM account ORDER BY key")
    }

    @Test func aPriceIsMultipliedByItsQuantity() throws {
        let found = try mrr("key,Price,Seats\na,10,5\nb,10,\nc,10,0\nd,,4\n") { $0.times = "Seats" }
        #expect(found == ["a|5000", "b|1000", "c|0", "d|"] || found == ["a|5000", "b|", "c|0", "d|"], "\(found)")
    }

    @Test func aPriceIsDividedByItsIntervalAndTheirNumber() throws {
        let found = try mrr("key,Price,Unit,Count\na,120,month,12\nb,120,year,1\nc,120,month,3\nd,120,month,1\n") {
            $0.period = .column("Unit", count: "Count")
        }
        #expect(found == ["a|1000", "b|1000", "c|4000", "d|12000"])
    }

    @Test func bothCount() throws {
        let found = try mrr("key,Price,Unit,Qty\na,120,year,3\nb,10,month,2\n") {
            $0.period = .column("Unit")
            $0.times = "Qty"
        }
        #expect(found == ["a|3000", "b|2000"])
    }
}
