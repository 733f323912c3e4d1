import Basics

/// The links of rendered HTML, in which quotes are escaped in text and values, so that ` href="` stands in tags only.
enum HTMLLinks {
    private static let mark = Array(" href=\"".utf8)

    /// - Parameter other: what stands in the place of an address; nil where it stays as it is.
    static func rewritten(_ html: String, _ other: (String) -> String?) -> String {
        var result: [UInt8] = []
        let bytes = Array(html.utf8)
        result.reserveCapacity(bytes.count * 2)
        var written = 0
        while let start = bytes.range(of: mark, from: written),
            let end = bytes[start.upperBound...].firstIndex(of: UInt8(ascii: "\""))
        {
            result += bytes[written..<start.upperBound]
            let address = bytes[start.upperBound..<end]
            if let other = other(HTMLEntities.decoded(String(decoding: address, as: UTF8.self))) {
                HTML.escape(other, into: &result)
            } else {
                result += address
            }
            written = end
        }
        result += bytes[written...]
        return String(decoding: result, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Where some bytes stand next.
    fileprivate func range(of wanted: [UInt8], from start: Int) -> Range<Int>? {
        guard let first = wanted.first else { return nil }
        var index = start
        while index + wanted.count <= count {
            if self[index] == first, self[index..<index + wanted.count].elementsEqual(wanted) {
                return index..<index + wanted.count
            }
            index += 1
        }
        return nil
    }
}
