import Playbooks
import Testing

/// Numbers in their one form, and those that nobody can be certain of.
@Suite struct PhoneNumberTests {
    @Test(arguments: [
        ("+14155550123", "+14155550123"), ("+1 (415) 555-0123", "+14155550123"),
        ("tel:+1-415-555-0123", "+14155550123"),
        ("0049 171 1234567", "+491711234567"), ("+49 (0)171 123 45 67", "+491711234567"),
        ("(+49) 171/1234567", "+491711234567"), ("\u{202a}+44 7700 900123\u{202c}", "+447700900123"),
        ("+44\u{a0}7700\u{2011}900123", "+447700900123"),
    ])
    func anInternationalNumberIsItsDigits(text: String, number: String) {
        #expect(PhoneNumber.normalized(text) == number)
        #expect(PhoneNumber.isCanonical(number))
    }

    @Test(arguments: [
        "", "+", "415-555-0123", "0171 1234567", "+1 415 555 012", "+1 115 555 0123", "+12345", "+1234567890123456",
        "+0 171 1234567", "call me", "+49 171 1234567 ext. 3", "14155550123", "(0)171 1234567", "++49 171 1234567",
        "+44 07700 900123", "+49 0171 1234567", "+36 06 20 123 4567",
    ])
    func whatMayBeAnythingIsNone(text: String) {
        #expect(PhoneNumber.normalized(text) == nil)
        #expect(!PhoneNumber.isCanonical(text))
    }

    @Test(arguments: [
        ("US", "(415) 555-0123", "+14155550123"), ("US", "1 415 555 0123", "+14155550123"),
        ("CA", "604.555.0123", "+16045550123"), ("DE", "0171 1234567", "+491711234567"),
        ("GB", "07700 900123", "+447700900123"), ("FR", "06 12 34 56 78", "+33612345678"),
        ("IT", "06 1234 5678", "+390612345678"), ("ES", "612 34 56 78", "+34612345678"),
        ("HU", "06 20 123 4567", "+36201234567"), ("DE", "+43 664 1234567", "+436641234567"),
    ])
    func aNationalNumberHasTheCodeOfItsCountry(country: String, text: String, number: String) {
        #expect(PhoneNumber.normalized(text, in: PhoneCountry(named: country)) == number)
    }

    @Test(arguments: [
        // Of the same town, or too short, or of another country.
        ("US", "555-0123"), ("US", "0415 555 0123"), ("DE", "171 1234567"), ("DE", "0 1234"), ("FR", "612345678"),
        ("GB", "7700 900123"), ("ES", "12 34 56"), ("US", "115 555 0123"),
    ])
    func aNationalNumberOfWhichNobodyIsCertainIsNone(country: String, text: String) {
        #expect(PhoneNumber.normalized(text, in: PhoneCountry(named: country)) == nil)
    }

    @Test func aCountryWhoseRulesAreNotHereIsNone() {
        #expect(PhoneCountry(named: "XX") == nil)
        #expect(PhoneCountry(named: "us") == nil)
        #expect(Set(PhoneCountry.names).count == PhoneCountry.names.count)
    }
}
