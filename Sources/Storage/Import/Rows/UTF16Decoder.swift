/// Turns UTF-16, which spreadsheets call Unicode text, into UTF-8, chunk by chunk.
struct UTF16Decoder {
    private let isBigEndian: Bool
    /// The first byte of a unit whose second one has not come yet.
    private var half: UInt8?
    /// The first half of a character beyond the first 65,536.
    private var high: UInt16?

    /// The most bytes of UTF-8 that so many bytes become, with what was left of the chunk before.
    static func mostBytes(of count: Int) -> Int { count / 2 * 3 + 8 }

    /// How many bytes may be read where there is room for so many of UTF-8, 16 at least.
    static func bytesFitting(_ room: Int) -> Int { (room - 8) / 3 * 2 }

    /// Nil where the first bytes are no mark of UTF-16.
    init?(_ head: [UInt8]) {
        // FF FE 00 00 is UTF-32.
        if head.starts(with: [0xff, 0xfe]), !head.starts(with: [0xff, 0xfe, 0, 0]) {
            isBigEndian = false
        } else if head.starts(with: [0xfe, 0xff]) {
            isBigEndian = true
        } else {
            return nil
        }
    }

    /// Writes what the bytes are; half a character becomes U+FFFD. Answers how many bytes were written.
    mutating func decode(_ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) -> Int {
        var written = 0
        for byte in bytes {
            guard let first = half else {
                half = byte
                continue
            }
            half = nil
            let unit = isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
            take(unit, target, &written)
        }
        return written
    }

    private mutating func take(_ unit: UInt16, _ target: UnsafeMutablePointer<UInt8>, _ written: inout Int) {
        func put(_ scalar: UInt32) {
            guard let scalar = Unicode.Scalar(scalar) else { return }
            for byte in UTF8.encode(scalar) ?? .init() {
                target[written] = byte
                written += 1
            }
        }
        if let first = high {
            high = nil
            if UTF16.isTrailSurrogate(unit) {
                return put(0x1_0000 + (UInt32(first & 0x3ff) << 10 | UInt32(unit & 0x3ff)))
            }
            put(0xfffd)
        }
        if UTF16.isLeadSurrogate(unit) {
            high = unit
        } else {
            put(UTF16.isTrailSurrogate(unit) ? 0xfffd : UInt32(unit))
        }
    }
}
