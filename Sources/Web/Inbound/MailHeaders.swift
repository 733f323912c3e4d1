/// The headers of a mail as it went over the wire (RFC 5322).
enum MailHeaders {
    /// Of more lines nothing is read.
    private static let mostLines = 2_000

    /// Those before the first empty line, in order; a line that begins with a blank goes on with the one before.
    static func read(_ text: String) -> [InboundMail.Header] {
        var headers: [InboundMail.Header] = []
        let lines = text.utf8.split(
            separator: UInt8(ascii: "\n"), maxSplits: mostLines, omittingEmptySubsequences: false)
        for bytes in lines.prefix(mostLines) {
            let line = String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
            guard let first = line.utf8.first else { break }
            if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
                guard let last = headers.indices.last else { continue }
                headers[last].value += " " + line.trimmingBlanks
            } else if let colon = line.firstIndex(of: ":") {
                headers.append(
                    InboundMail.Header(
                        name: String(line[..<colon]).trimmingBlanks,
                        value: String(line[line.index(after: colon)...]).trimmingBlanks))
            }
        }
        return headers
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmingBlanks: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
