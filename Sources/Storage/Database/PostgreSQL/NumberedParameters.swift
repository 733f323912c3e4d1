/// A text whose parameters are numbered as PostgreSQL wants them: `$1` for the first name, wherever it stands.
struct NumberedParameters: Equatable {
    private(set) var text = ""
    /// The names in the order in which they first appear; nil for a `?`.
    private(set) var names: [String?] = []

    /// Reads `:name` and `?`, but not within texts, quoted names and comments, nor the `::` of a cast.
    init(_ sql: String) {
        var bytes: [UInt8] = []
        let source = Array(sql.utf8)
        bytes.reserveCapacity(source.count)
        var places: [String: Int] = [:]
        var place = 0
        /// Copies up to the end of what began here; an end that is missing is the server's to complain of.
        func copy(from start: Int, to end: ArraySlice<UInt8>) {
            var last = start
            while last < source.count, !source[last...].starts(with: end) { last += 1 }
            last = min(source.count, last + end.count)
            bytes += source[place..<last]
            place = last
        }
        while place < source.count {
            let byte = source[place]
            let next = place + 1 < source.count ? source[place + 1] : 0
            switch (byte, next) {
            case (UInt8(ascii: "'"), _), (UInt8(ascii: "\""), _): copy(from: place + 1, to: [byte])
            case (UInt8(ascii: "-"), UInt8(ascii: "-")): copy(from: place, to: [UInt8(ascii: "\n")])
            case (UInt8(ascii: "/"), UInt8(ascii: "*")): copy(from: place + 2, to: Array("*/".utf8)[...])
            case (UInt8(ascii: ":"), UInt8(ascii: ":")):
                bytes += [byte, byte]
                place += 2
            case (UInt8(ascii: ":"), _) where Self.isPartOfName(next):
                let end = source[(place + 1)...].firstIndex { !Self.isPartOfName($0) } ?? source.count
                let name = String(decoding: source[(place + 1)..<end], as: UTF8.self)
                let number = places[name] ?? names.count + 1
                if places.updateValue(number, forKey: name) == nil { names.append(name) }
                bytes += Array("$\(number)".utf8)
                place = end
            case (UInt8(ascii: "?"), _):
                names.append(nil)
                bytes += Array("$\(names.count)".utf8)
                place += 1
            default:
                bytes.append(byte)
                place += 1
            }
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
