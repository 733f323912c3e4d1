/// Reads the parts of an ISO 8601 text from left to right; bytes only, so that millions of fields cost little.
struct ISO8601Reader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// `2026-03-01`
    mutating func day() -> Day? {
        guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2) else { return nil }
        return Day(year: year, month: month, day: day)
    }

    /// `T07:00`, `T07:00:30` or `T07:00:30.125`, in milliseconds after midnight; a blank may stand for the `T`.
    mutating func timeOfDay() -> Int64? {
        guard skip("T") || skip("t") || skip(" "), let hour = digits(2), hour < 24, skip(":"), let minute = digits(2),
            minute < 60
        else { return nil }
        var time = Int64(hour * 60 + minute) * 60_000
        guard skip(":") else { return time }
        guard let second = digits(2), second < 60 else { return nil }
        time += Int64(second) * 1_000
        guard skip(".") || skip(",") else { return time }
        guard var scale: Int64 = peekIsDigit ? 100 : nil else { return nil }
        while let digit = digits(1) {
            time += Int64(digit) * scale
            scale /= 10
        }
        return time
    }

    /// `Z`, `+05:30`, `+0530` or `+05`, in milliseconds; nil when none stands here.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), hours <= 23 else { return nil }
        var minutes = 0
        if skip(":") || peekIsDigit {
            guard let read = digits(2), read < 60 else { return nil }
            minutes = read
        }
        return sign * Int64(hours * 60 + minutes) * 60_000
    }

    private var peekIsDigit: Bool {
        position < bytes.count && UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position]
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func digits(_ count: Int) -> Int? {
        var value = 0
        guard position + count <= bytes.count else { return nil }
        for index in position..<position + count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        position += count
        return value
    }
}
