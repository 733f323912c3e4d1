import Playbooks
import Storage
import Testing

@Suite struct PeopleTests {
    @Test func aLinkIsGoodOnceAndNotForWhomItIsNoMore() throws {
        let store = try Scratch().store()
        try store.write { connection in
            let now = Instant(milliseconds: 1_000)
            for name in ["ada", "ben"] { try DashboardUser.add(name, role: .viewer, at: now, connection) }
            let ada = try #require(try DashboardUser.named("ada", connection))
            try ada.setLink(hash: "one", until: now + .hours(1), connection)
            try ada.setLink(hash: "two", until: now + .hours(1), connection)
            #expect(try !ada.setPassword("p", link: "one", at: now, connection), "a newer link was made")
            #expect(try ada.setPassword("p", link: "two", at: now, connection))
            #expect(try !ada.setPassword("q", link: "two", at: now, connection), "it was good once")
            #expect(try DashboardUser.named("ada", connection)?.password == "p")
            let ben = try #require(try DashboardUser.named("ben", connection))
            try ben.setLink(hash: "three", until: now, connection)
            #expect(try !ben.setPassword("p", link: "three", at: now, connection), "it is too old")
            try ben.setLink(hash: "four", until: now + .hours(1), connection)
            try ben.setDisabled(true, at: now, connection)
            #expect(try !ben.setPassword("p", link: "four", at: now, connection), "ben is disabled")
        }
    }

    @Test func aReasonByHandIsNoneOfTheProgramsOwn() throws {
        let store = try Scratch().store()
        try store.write { connection in
            let now = Instant(milliseconds: 1_000)
            let author = Author("ada", from: .page, at: now)
            try author.suppress("x@x.example", from: nil, because: "unsubscribed", now: now, connection)
            try author.suppress("y@x.example", from: nil, because: "she called", now: now, connection)
            let reasons = try connection.query("SELECT reason FROM suppression ORDER BY address").map {
                $0["reason"].text
            }
            #expect(reasons == ["by hand: unsubscribed", "she called"])
        }
    }

    @Test func aPauseOfSomebodyElseKeepsItsReason() throws {
        let store = try Scratch().store()
        try store.write { connection in
            let now = Instant(milliseconds: 1_000)
            try Author("ada", from: .page, at: now).pause("channel:mail", because: "a holiday", connection)
            #expect(try !Author(from: .runner, at: now).pauseIfGoing("channel:mail", because: "401", connection))
            #expect(try Author(from: .runner, at: now).pauseIfGoing("channel:app", because: "401", connection))
            #expect(try StatusQuery(connection).pauses().map(\.reason) == ["401", "a holiday"])
            #expect(try Audit.entries(limit: 9, connection).map(\.origin) == [.runner, .page])
        }
    }
}
