/// Email addresses in the form in which caps and suppression compare them.
package enum EmailAddress {
    /// Trimmed and in lower case, or nil when it is not one plain address (`ada@example.com`).
    package static func normalized(_ text: String) -> String? {
        let address = text.trimmingBlanks.lowercased()
        var bytes = Array(address.utf8)
        return bytes.withUnsafeMutableBufferPointer { isPlain(Cell($0)) } ? address : nil
    }

    /// Whether the bytes are one address: a local part, an `@`, a domain with a dot, at most 254 bytes, no blanks.
    static func isPlain(_ text: Cell) -> Bool {
        guard text.count <= 254, let at = text.firstIndex(of: UInt8(ascii: "@")), (1...64).contains(at) else {
            return false
        }
        for byte in text where byte <= 0x20 || byte == 0x7f { return false }
        for byte in text[..<at] {
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""),
                UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ":"), UInt8(ascii: "\\"):
                return false
            default: continue
            }
        }
        guard text[0] != UInt8(ascii: "."), text[at - 1] != UInt8(ascii: ".") else { return false }
        return isDomain(Cell(rebasing: text[(at + 1)...]))
    }

    /// The address in lower case, in the arena.
    static func lowercased(_ text: Cell, in arena: ByteArena) -> Cell {
        arena.removeAll(reserving: text.count * 3)
        if text.contains(where: { $0 >= 0x80 }) { return arena.append(text.string.lowercased().utf8) }
        return arena.append(text.lazy.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 })
    }

    private static func isDomain(_ text: Cell) -> Bool {
        var labels = 0
        var length = 0
        var last = UInt8(ascii: ".")
        for byte in text {
            switch byte {
            case UInt8(ascii: "."):
                guard length > 0, last != UInt8(ascii: "-") else { return false }
                labels += 1
                length = 0
            case UInt8(ascii: "-"):
                guard length > 0 else { return false }
                length += 1
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x80...: length += 1
            default: return false
            }
            guard length <= 63 else { return false }
            last = byte
        }
        return labels > 0 && length > 0 && last != UInt8(ascii: "-")
    }
}

extension String {
    /// Without blanks and control characters at both ends.
    var trimmingBlanks: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { $0.value > 0x20 }),
            let last = scalars.lastIndex(where: { $0.value > 0x20 })
        else { return "" }
        return String(scalars[first...last])
    }
}
