import Playbooks
import Storage
import Testing

/// A column that a file had and has no more leaves an attribute as it was, and is told.
@Suite struct ImportColumnsTests {
    private func load(_ world: ImportWorld, _ text: String, _ columns: [String: String] = [:]) throws -> [String] {
        var map = ImportMap("accounts", .accounts)
        for (name, column) in columns { map.columns[name] = ColumnForm(column: column) }
        return try world.load(.accounts, text, ImportOptions(map: map, remembersAs: "accounts (crm.csv)")).warnings
            .filter { $0.hasPrefix("the column") }
    }

    @Test func aColumnThatDoesNotComeAnyMoreIsNamedWithItsLastDayUntilItComes() throws {
        let world = try ImportWorld()
        let columns = ["plan": "Tier", "seats": "Licenses"]
        #expect(try load(world, "key,Tier,Licenses,locale\na,pro,3,de\n", columns).isEmpty)
        world.advance(days: 1)
        let missing = try load(world, "key,Plan Tier,Licenses,locale\na,free,4,de\n", columns)
        #expect(
            missing == [
                "the column \"Tier\" (plan) is not in it since 2026-03-11 12:00, and came last 2026-03-10 12:00; what it says "
                    + "stays as it was. If it has another name by now, say so in data.yaml"
            ])
        world.advance(days: 2)
        #expect(try load(world, "key,Plan Tier,Licenses,locale\na,free,4,de\n", columns) == missing)
        #expect(try world.store.read { try ImportColumns($0).missing() }.map(\.name) == ["plan"])
        #expect(
            try load(world, "key,Plan Tier,Licenses,locale\na,free,4,de\n", ["plan": "Plan Tier", "seats": "Licenses"])
                .isEmpty)
        #expect(try world.store.read { try ImportColumns($0).missing() }.isEmpty)
    }

    @Test func aDeclaredColumnThatNeverCameIsNamed() throws {
        let world = try ImportWorld()
        #expect(
            try load(world, "key,Level\na,pro\n", ["plan": "Tier"]) == [
                "the column \"Tier\" (plan) is not in it, nor was it before 2026-03-10 12:00; what it says stays as it was. "
                    + "If it has another name by now, say so in data.yaml"
            ])
    }

    @Test func aColumnThatNobodyDeclaredIsToldForAMonth() throws {
        let world = try ImportWorld()
        #expect(try load(world, "key,locale\na,de\n").isEmpty)
        world.advance(days: 1)
        #expect(try load(world, "key\na\n").count == 1)
        world.advance(days: 20)
        #expect(try load(world, "key\na\n").count == 1)
        world.advance(days: 20)
        #expect(try load(world, "key\na\n").isEmpty)
    }

    @Test func filesOfOtherNamesAndRowsOfJSONMayBringOtherColumns() throws {
        let world = try ImportWorld()
        #expect(try load(world, "key,locale\na,de\n").isEmpty)
        let other = try world.load(.accounts, "key\na\n", ImportOptions(remembersAs: "accounts (keys.csv)"))
        #expect(other.warnings.isEmpty)
        #expect(try load(world, "{\"key\": \"a\"}\n").isEmpty)
    }
}
