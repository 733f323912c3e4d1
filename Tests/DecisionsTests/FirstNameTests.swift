import Testing

@testable import Decisions

@Suite struct FirstNameTests {
    @Test(arguments: [
        "Ada Lovelace", "ada", "ADA LOVELACE", "J Smith", "JR Smith", "j smith", "Dr Smith", "Dr Ada Smith",
        "Mr and Mrs Smith",
        " Ada  Lovelace ", "Sig Hansen", "Nat King Cole", "Phil", "Miss", "Herr Doktor Faust", "  ", "", "Mac Donald",
        "Ma Li", "Co Ed", "und Sohn", "dr dr Ada",
    ])
    func aPlainNameIsReadAsTheRuleForAllNamesReadsIt(name: String) {
        #expect(FirstName.of(name) == FirstName.read(name))
    }
}
