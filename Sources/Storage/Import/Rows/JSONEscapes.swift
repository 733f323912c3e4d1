/// The escapes of a JSON string, taken away in place.
enum JSONEscapes {
    /// The text of a string between its quotes; a lone surrogate and an escape that is cut off become U+FFFD.
    ///
    /// The result begins where the string begins and is never longer.
    static func unescaped(_ field: UnsafeMutablePointer<UInt8>, _ count: Int) -> Cell {
        var from = 0
        var to = 0
        while from < count {
            guard field[from] == UInt8(ascii: "\\"), from + 1 < count else {
                field[to] = field[from]
                from += 1
                to += 1
                continue
            }
            guard field[from + 1] == UInt8(ascii: "u") else {
                field[to] = plain(field[from + 1])
                from += 2
                to += 1
                continue
            }
            var scalar = unit(field, from + 2, count) ?? 0xfffd
            from = min(from + 6, count)
            if scalar & 0xfc00 == 0xd800, from + 6 <= count, field[from] == UInt8(ascii: "\\"),
                field[from + 1] == UInt8(ascii: "u"), let low = unit(field, from + 2, count), low & 0xfc00 == 0xdc00
            {
                scalar = 0x10000 + (scalar & 0x3ff) << 10 + (low & 0x3ff)
                from += 6
            }
            for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{fffd}") ?? UTF8.encodedReplacementCharacter
            where to < from {
                field[to] = byte
                to += 1
            }
        }
        return Cell(start: field, count: to)
    }

    /// A number of four hexadecimal digits; nil for anything else.
    static func hex(_ digits: Cell) -> UInt32? {
        var value: UInt32 = 0
        for byte in digits {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    private static func unit(_ field: UnsafeMutablePointer<UInt8>, _ start: Int, _ count: Int) -> UInt32? {
        start + 4 <= count ? hex(Cell(start: field + start, count: 4)) : nil
    }

    private static func plain(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }
}
