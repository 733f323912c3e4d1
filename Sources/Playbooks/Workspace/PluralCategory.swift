import Basics

/// The forms of a noun beside a number, as languages tell them apart (the cardinal plural categories of CLDR).
package enum PluralCategory: String, Sendable, CaseIterable {
    case zero, one, two, few, many, other

    /// The categories that a language tells apart.
    package static func all(in language: String) -> [PluralCategory] {
        switch LanguageTag.primary(language) {
        case "ja", "zh", "ko", "vi", "th", "id", "ms", "lo", "my": [.other]
        case "pl", "ru", "uk", "be", "hr", "sr", "bs": [.one, .few, .many, .other]
        case "cs", "sk": [.one, .few, .many, .other]
        case "lt": [.one, .few, .many, .other]
        case "ro": [.one, .few, .other]
        case "sl": [.one, .two, .few, .other]
        case "lv": [.zero, .one, .other]
        case "he": [.one, .two, .other]
        case "cy": [.zero, .one, .two, .few, .many, .other]
        case "ga": [.one, .two, .few, .many, .other]
        case "ar": [.zero, .one, .two, .few, .many, .other]
        default: [.one, .other]
        }
    }

    /// The category of a number in a language.
    package init(of number: Double, in language: String) {
        let (value, primary) = (abs(number), LanguageTag.primary(language))
        let whole = Int64(exactly: value)
        let (ten, hundred) = ((whole ?? 0) % 10, (whole ?? 0) % 100)
        // Between two and four, but not between twelve and fourteen.
        let isFew = (2...4).contains(ten) && !(12...14).contains(hundred)
        switch primary {
        case "ja", "zh", "ko", "vi", "th", "id", "ms", "lo", "my": self = .other
        case "fr", "pt": self = value < 2 ? .one : .other
        case "pl":
            guard whole != nil else { self = .other; return }
            self = whole == 1 ? .one : isFew ? .few : .many
        case "ru", "uk", "be":
            guard whole != nil else { self = .other; return }
            self = ten == 1 && hundred != 11 ? .one : isFew ? .few : .many
        case "hr", "sr", "bs":
            guard whole != nil else { self = .other; return }
            self = ten == 1 && hundred != 11 ? .one : isFew ? .few : .other
        case "cs", "sk":
            guard let whole else { self = .many; return }
            self = whole == 1 ? .one : (2...4).contains(whole) ? .few : .other
        case "lt":
            guard whole != nil else { self = .many; return }
            let isTeen = (11...19).contains(hundred)
            self = ten == 1 && !isTeen ? .one : (2...9).contains(ten) && !isTeen ? .few : .other
        case "lv":
            guard whole != nil else { self = .other; return }
            self = ten == 0 || (11...19).contains(hundred) ? .zero : ten == 1 ? .one : .other
        case "ro":
            guard let whole else { self = .few; return }
            self = whole == 1 ? .one : whole == 0 || (1...19).contains(hundred) ? .few : .other
        case "sl":
            guard whole != nil else { self = .few; return }
            self = hundred == 1 ? .one : hundred == 2 ? .two : (3...4).contains(hundred) ? .few : .other
        case "he": self = whole == 1 || (whole == nil && value < 1) ? .one : whole == 2 ? .two : .other
        case "cy":
            let forms: [Int64: PluralCategory] = [0: .zero, 1: .one, 2: .two, 3: .few, 6: .many]
            self = whole.flatMap { forms[$0] } ?? .other
        case "ga":
            switch whole {
            case 1: self = .one
            case 2: self = .two
            case .some(3...6): self = .few
            case .some(7...10): self = .many
            default: self = .other
            }
        case "ar":
            guard let whole else { self = .other; return }
            switch whole {
            case 0: self = .zero
            case 1: self = .one
            case 2: self = .two
            default: self = (3...10).contains(hundred) ? .few : hundred >= 11 ? .many : .other
            }
        default: self = whole == 1 ? .one : .other
        }
    }
}
