import Playbooks
import Storage
import Testing

@Suite struct StoredCurrencyTests {
    private func workspace(
        _ currency: String, of world: ImportWorld, attributes: [Attribute] = []
    ) -> Workspace {
        var configuration = world.configuration
        configuration.currency = currency
        var map = DataMap()
        map.attributes = attributes
        return Workspace(configuration: configuration, dataMap: map)
    }

    @Test func aCurrencyWithOtherDecimalPlacesIsRefusedOnceThereAreAmounts() throws {
        let world = try ImportWorld()
        try StoredCurrency.keep(workspace("USD", of: world), in: world.store)
        _ = try world.load(.accounts, "key,mrr\nC-1,0\n")
        try StoredCurrency.keep(workspace("JPY", of: world), in: world.store)
        try StoredCurrency.keep(workspace("USD", of: world), in: world.store)
        _ = try world.load(.accounts, "key,mrr\nC-1,49\n")
        let error = #expect(throws: StorageError.self) {
            try StoredCurrency.keep(workspace("JPY", of: world), in: world.store)
        }
        #expect(
            error?.description
                == "keeptouch.yaml: currency: the database holds amounts in USD, and JPY has other decimal places: 49.00 would "
                + "become 4900. Put `currency: USD` back, or name a new file under `database:` and import again")
        // As many places: the same numbers under the name that was meant.
        try StoredCurrency.keep(workspace("EUR", of: world), in: world.store)
        try world.store.read { try StoredCurrency.expect(workspace("EUR", of: world), $0) }
        #expect(throws: StorageError.self) {
            try world.store.read { try StoredCurrency.expect(workspace("KWD", of: world), $0) }
        }
    }

    @Test func anAttributeThatHasNoColumnYetIsNoAmount() throws {
        let world = try ImportWorld()
        try StoredCurrency.keep(workspace("USD", of: world), in: world.store)
        let spend = [Attribute("spend_of_last_year", .money)]
        try world.store.read { try StoredCurrency.expect(workspace("JPY", of: world, attributes: spend), $0) }
    }
}
