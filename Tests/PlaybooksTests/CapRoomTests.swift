import Playbooks
import Testing

/// When several caps together leave a message room.
@Suite struct CapRoomTests {
    private static let now = Instant(milliseconds: 1_728_000_000_000)
    private static let daily = Cap(count: 1, window: .days(1))
    private static let weekly = Cap(count: 3, window: .days(7))

    struct Row: CustomTestStringConvertible {
        var testDescription: String
        /// How many hours ago messages went out.
        var hoursAgo: [Int64]
        /// In how many hours there is room, a minute more, and which cap it waits for last.
        var hours: Int64
        var last: Cap?
    }

    private static let rows = [
        Row(testDescription: "nothing was sent", hoursAgo: [], hours: 0, last: nil),
        Row(testDescription: "none is full", hoursAgo: [30], hours: 0, last: nil),
        Row(testDescription: "one is full", hoursAgo: [1], hours: 23, last: daily),
        Row(testDescription: "both are, the second for longer", hoursAgo: [1, 50, 73], hours: 95, last: weekly),
        Row(testDescription: "the other is full alone", hoursAgo: [30, 50, 73], hours: 95, last: weekly),
        Row(testDescription: "both are, the first for longer", hoursAgo: [1, 50, 160], hours: 23, last: daily),
    ]

    @Test(arguments: rows)
    func aMessageWaitsForTheLastOfThem(row: Row) {
        let moments = row.hoursAgo.map { Self.now - .hours($0) }
        for caps in [[Self.daily, Self.weekly], [Self.weekly, Self.daily]] {
            let room = Cap.room(under: caps.map { ($0, moments) }, from: Self.now)
            #expect(room.at == (row.hours == 0 ? Self.now : Self.now + .hours(row.hours) - .minutes(1)))
            #expect(room.cap == row.last)
        }
    }

    @Test func aWindowMayOpenLaterThanTheCap() {
        let opening = Self.now + .hours(30)
        let room = Cap.room(under: [(Self.daily, [Self.now])], from: Self.now) { max($0, opening) }
        #expect(room.at == opening && room.cap == Self.daily)
    }

    @Test func aCapOfNothingWithoutMessagesEndsNoProgram() {
        #expect(Cap.room(under: [(Cap(count: 0, window: .days(1)), [])], from: Self.now).at == Self.now)
    }
}
