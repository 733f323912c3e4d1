package import Playbooks

/// What an answer says of the endpoint's rate limit, in the headers that providers share: `Retry-After`,
/// `RateLimit-Remaining` and `RateLimit-Reset`, also behind `X-` or another prefix (`x-sib-ratelimit-reset`).
package struct RateNotice: Sendable, Equatable {
    /// The endpoint took nothing because too much came: 429, 420, or 503 with `Retry-After`.
    package var isThrottled = false
    /// How many more requests it takes before the reset.
    package var remaining: Int?
    /// The time until it takes as many as ever, or until it wants to be asked again; at most an hour.
    package var wait: TimeSpan?

    package init(isThrottled: Bool = false, remaining: Int? = nil, wait: TimeSpan? = nil) {
        self.isThrottled = isThrottled
        self.remaining = remaining
        self.wait = wait
    }

    package init(_ response: Response, now: Instant) {
        var reset: TimeSpan?
        var retryAfter: TimeSpan?
        response.headerBlock.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                let line = bytes[start..<end]
                start = end + 1
                // Most answers have none of them, and every touch has an answer.
                guard let first = line.first, Self.initials.contains(first | 0x20),
                    let colon = line.firstIndex(of: UInt8(ascii: ":")), colon - line.startIndex >= 11
                else { continue }
                let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
                func value() -> String { String(decoding: line[(colon + 1)...], as: UTF8.self) }
                if name == "retry-after" {
                    retryAfter = RetryAfter.span(Self.trimmed(value()), as: .seconds, now: now)
                } else if name.hasSuffix("ratelimit-remaining") {
                    remaining = Self.number(value()).flatMap { Int(exactly: $0.rounded(.down)) }
                } else if name.hasSuffix("ratelimit-reset") || name.hasSuffix("ratelimit-reset-after") {
                    reset = Self.reset(value(), now: now)
                }
            }
        }
        isThrottled =
            response.status == 429 || response.status == 420 || (response.status == 503 && retryAfter != nil)
        wait = isThrottled ? retryAfter ?? reset : reset
    }

    /// Of `X-`, `RateLimit-` and `Retry-After`.
    private static let initials = [UInt8(ascii: "x"), UInt8(ascii: "r")]

    /// Seconds from now, or a moment in seconds or milliseconds since 1970: no reset is decades away.
    private static func reset(_ text: String, now: Instant) -> TimeSpan? {
        guard let number = number(text) else { return nil }
        let unit: Channel.RetryAfter.Unit = number > 1e11 ? .epochMilliseconds : number > 1e8 ? .epoch : .seconds
        return RetryAfter.span("\(number)", as: unit, now: now)
    }

    /// The number that the text begins with: `0`, `0;w=1`, `0, 100`.
    private static func number(_ text: String) -> Double? {
        let digits = trimmed(text).prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        return Double(digits).flatMap { $0.isFinite ? $0 : nil }
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        return String(text.drop(while: isSpace).prefix { !$0.isNewline && $0 != "\r" })
    }
}
