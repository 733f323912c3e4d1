import Playbooks
import Storage
import Testing

@Suite struct TwinKeysTests {
    @Test func keysThatDifferOnlyInCapitalsAreTwoAccountsAndNamed() throws {
        let world = try ImportWorld()
        let together = try world.load(.accounts, "key\nC-1\nc-1\nC-2\nC-2\n")
        #expect(together.inserted == 3)
        #expect(
            together.warnings.contains {
                $0.hasPrefix("1 key differs from another only in capitals (\"c-1\" is there in other capitals too)")
            }, "\(together.warnings)")
    }

    @Test func aKeyThatComesLaterInOtherCapitalsIsNamedBesideTheOneThatWas() throws {
        let world = try ImportWorld()
        #expect(try world.load(.accounts, "key\nC-1\nC-2\nd-3\n").warnings.allSatisfy { !$0.contains("capitals") })
        let later = try world.load(.accounts, "key\nc-1\nC-2\nD-3\nE-4\n")
        #expect(later.inserted == 3)
        #expect(
            later.warnings.contains {
                $0.hasPrefix("2 keys differ from another only in capitals (\"D-3\" beside \"d-3\")")
                    || $0.hasPrefix("2 keys differ from another only in capitals (\"c-1\" beside \"C-1\")")
            }, "\(later.warnings)")
    }

    @Test func anEventOfAKeyInOtherCapitalsSaysWhichKeyThereIs() throws {
        let world = try ImportWorld()
        _ = try world.load(.accounts, "key\nC-1\n")
        let report = try world.load(
            .events, "account,event,at\nc-1,login,2026-01-05T10:00:00Z\nx-9,login,2026-01-05T10:00:00Z\n")
        #expect(report.inserted == 0)
        #expect(
            report.firstRejected.map(\.reason) == [
                "account: there is no account with the key \"c-1\"; did you mean \"C-1\"? Capitals count",
                "account: there is no account with the key \"x-9\"",
            ])
    }
}
