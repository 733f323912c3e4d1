private import Foundation

/// A color of sRGB, written `#0b57d0` or `#06c`.
package struct Color: Sendable, Hashable, CustomStringConvertible {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package static let white = Color(red: 255, green: 255, blue: 255)
    package static let black = Color(red: 0, green: 0, blue: 0)

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// Nil unless it is `#` with three or six hexadecimal digits.
    package init?(_ text: String) {
        let digits = text.dropFirst().compactMap(\.hexDigitValue).map { UInt8($0) }
        guard text.first == "#", digits.count == text.count - 1 else { return nil }
        switch digits.count {
        case 3: self.init(red: digits[0] * 17, green: digits[1] * 17, blue: digits[2] * 17)
        case 6:
            self.init(
                red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5])
        default: return nil
        }
    }

    package var description: String {
        "#"
            + [red, green, blue].map { part in
                let digits = String(part, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// What is needed for text of usual size: success criterion 1.4.3 of WCAG 2.2, level AA.
    package static let leastContrast = 4.5

    /// From 1 to 21, by WCAG 2.2.
    package func contrast(on other: Color) -> Double {
        let (one, two) = (luminance, other.luminance)
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    private var luminance: Double {
        func linear(_ part: UInt8) -> Double {
            let share = Double(part) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// The color itself where it can be read on a surface, or the nearest of its darker or lighter shades that can.
    package func readable(on surface: Color) -> Color {
        let end = Color.white.contrast(on: surface) > Color.black.contrast(on: surface) ? Color.white : .black
        for share in 0...100 {
            let shade = mixed(with: end, share: Double(share) / 100)
            if shade.contrast(on: surface) >= Self.leastContrast { return shade }
        }
        return end
    }

    private func mixed(with other: Color, share: Double) -> Color {
        func part(_ own: UInt8, _ other: UInt8) -> UInt8 {
            UInt8((Double(own) + (Double(other) - Double(own)) * share).rounded())
        }
        return Color(red: part(red, other.red), green: part(green, other.green), blue: part(blue, other.blue))
    }

    /// The ink, white or nearly black, that is read best on it.
    package var ink: Color {
        let dark = Color(red: 0x10, green: 0x12, blue: 0x17)
        return Color.white.contrast(on: self) >= dark.contrast(on: self) ? .white : dark
    }
}
