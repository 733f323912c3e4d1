import Playbooks

/// A moment as HTTP writes it (RFC 9110, 5.6.7).
enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers must send.
    static func instant(_ text: String) -> Instant? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" })
        guard parts.count == 8, parts[7] == "GMT", let number = Int(parts[1]),
            let month = months.firstIndex(of: parts[2]),
            let year = Int(parts[3]), let day = Day(year: year, month: month + 1, day: number),
            let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6]), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return Instant(milliseconds: (Int64(day.number) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)) * 1_000)
    }

    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
