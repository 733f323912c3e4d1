/// Hides the addresses and telephone numbers in a page from those who may read everything else: `a•••@acme.example`,
/// `+•••23`.
///
/// Whatever wrote them: contacts, answers of providers, properties of events, reasons that people typed.
enum AddressMask {
    /// - Parameter markup: HTML; what stands inside of its tags, such as where links lead, stays as it is.
    static func masked(markup: String) -> String {
        guard markup.utf8.contains(where: { $0 == at || $0 == plus }) else { return markup }
        let bytes = Array(markup.utf8)
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count + 64)
        var (isInTag, index) = (false, 0)
        while index < bytes.count {
            let byte = bytes[index]
            if byte == less { isInTag = true }
            if byte == greater { isInTag = false }
            if byte == at, !isInTag, hasDomain(bytes, from: index + 1) { hideName(at: &masked) }
            masked.append(byte)
            index += 1
            if byte == plus, !isInTag { index += hideNumber(of: bytes, from: index, in: &masked) }
        }
        return String(decoding: masked, as: UTF8.self)
    }

    private static let (at, less, greater) = (UInt8(ascii: "@"), UInt8(ascii: "<"), UInt8(ascii: ">"))
    private static let plus = UInt8(ascii: "+")
    private static let (dot, dash) = (UInt8(ascii: "."), UInt8(ascii: "-"))

    /// The first letter of the name stays.
    private static func hideName(at masked: inout [UInt8]) {
        var name: [UInt8] = []
        while let last = masked.last, isOfName(last) { name.append(masked.removeLast()) }
        guard let first = String(decoding: name.reversed(), as: UTF8.self).unicodeScalars.first else { return }
        masked.append(contentsOf: String(Character(first)).utf8)
        masked.append(contentsOf: "•••".utf8)
    }

    /// The last two digits of a number behind a `+` stay; answers how many bytes they stand for.
    private static func hideNumber(of bytes: [UInt8], from start: Int, in masked: inout [UInt8]) -> Int {
        let digits = bytes[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (7...15).contains(digits.count) else { return 0 }
        masked.append(contentsOf: "•••".utf8)
        masked.append(contentsOf: digits.suffix(2))
        return digits.count
    }

    private static func hasDomain(_ bytes: [UInt8], from start: Int) -> Bool {
        let domain = bytes[start...].prefix { isLetter($0) || $0 == dot || $0 == dash }
        guard let first = domain.firstIndex(of: dot), first > start else { return false }
        return domain.indices.contains(first + 1) && isLetter(domain[first + 1])
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: false
        }
    }

    private static func isOfName(_ byte: UInt8) -> Bool { isLetter(byte) || "._%+-!$*^~".utf8.contains(byte) }
}
