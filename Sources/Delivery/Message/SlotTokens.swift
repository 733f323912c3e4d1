/// The words that stand for values while Markdown is read.
///
/// Values never pass through the Markdown parser, so no value can become markup. A token is one word of letters and
/// digits that the message does not hold, and stays as it is in text, code, links and attributes.
struct SlotTokens {
    let names: [String]
    private let prefix: [UInt8]
    /// Names of links that the program makes; their tokens begin like a link so that `<{{unsubscribe_url}}>` is one.
    private let links: Set<String>

    init(names: [String], links: Set<String>, absentFrom text: String) {
        self.names = names
        self.links = links
        var prefix = "ktslot"
        while text.contains(prefix) { prefix += "q" }
        self.prefix = Array(prefix.utf8)
    }

    func token(_ index: Int) -> String {
        (links.contains(names[index]) ? "https://" : "") + String(decoding: prefix, as: UTF8.self) + "\(index)z"
    }

    /// Cuts text at its tokens.
    ///
    /// - Parameter context: asked for each token with what stands before it.
    func cut(_ bytes: [UInt8], into text: inout SlotText, context: (ArraySlice<UInt8>) -> SlotText.Context) {
        let scheme = Array("https://".utf8)
        var start = 0
        var index = 0
        while index + prefix.count < bytes.count {
            guard bytes[index] == prefix[0], bytes[index..<(index + prefix.count)].elementsEqual(prefix) else {
                index += 1
                continue
            }
            var end = index + prefix.count
            var number = 0
            while end < bytes.count, (0x30...0x39).contains(bytes[end]), number < names.count {
                number = number * 10 + Int(bytes[end] - 0x30)
                end += 1
            }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "z"), names.indices.contains(number) else {
                index += 1
                continue
            }
            var before = bytes[start..<index]
            if links.contains(names[number]), before.suffix(scheme.count).elementsEqual(scheme) {
                before = before.dropLast(scheme.count)
            }
            if !before.isEmpty { text.append(before) }
            text.append(slot: number, context(bytes[..<before.endIndex]))
            start = end + 1
            index = start
        }
        if start < bytes.count { text.append(bytes[start...]) }
    }
}
