import Delivery
import Foundation
import Playbooks
import Storage
import Testing

@testable import Web

@Suite struct QuestionPageTests {
    private func path(_ answer: String, touch: Int64 = 1) -> String {
        "/a/" + AskLinks.token(touch: touch, answer: answer, secret: PagesSite.secret)
    }

    private let events = """
        SELECT k.name, e.account_id, e.contact_id, e.properties FROM event AS e JOIN event_kind AS k ON k.id = e.kind_id
        WHERE k.name = 'nps_response' ORDER BY e.id
        """

    @Test func lookingAtAnAnswerRecordsNothing() async throws {
        try await PagesSite.with { site in
            let page = try await site.send("GET", path("9"))
            #expect(page.status == 200)
            #expect(page.text.contains("<h1>Would you recommend us?</h1>"))
            #expect(page.text.contains("<strong>9</strong>") && page.text.contains("<button>Send this answer</button>"))
            #expect(page.text.contains("<label for=\"comment\">"))
            #expect(page.headers["cache-control"] == "no-store")
            #expect(try await site.send("HEAD", path("9")).text.isEmpty)
            let empty = try await site.send("POST", path("9"), body: "")
            #expect(empty.status == 400)
            #expect(try site.rows(events) == [])
            #expect(try site.rows("SELECT * FROM outcome") == [])
        }
    }

    @Test func aConfirmedAnswerIsAnEventOfTheContact() async throws {
        try await PagesSite.with { site in
            let answer = try await site.send(
                "POST", path("9"), body: "action=answer&comment=+Good%3A+%22fast%22%0D%0Aand+simple+")
            #expect(answer.status == 200 && answer.text.contains("Your answer has reached us."))
            #expect(
                try site.rows(events) == [
                    #"nps_response|1|1|{"score":9,"comment":"Good: \"fast\"\u000d\u000aand simple"}"#
                ]
            )
            #expect(
                try site.rows("SELECT kind, account_id, enrollment_id, touch_id, detail FROM outcome") == [
                    #"answered|1|9|1|{"answer":"9"}"#
                ])
        }
    }

    @Test func theSameAnswerIsOneEventAndAnotherIsAdded() async throws {
        try await PagesSite.with { site in
            for _ in 1...3 { _ = try await site.send("POST", path("9"), body: "action=answer") }
            site.advance(.seconds(60))
            _ = try await site.send("POST", path("3"), body: "action=answer")
            #expect(
                try site.rows(events) == [#"nps_response|1|1|{"score":9}"#, #"nps_response|1|1|{"score":3}"#])
            // A week later it stands.
            site.advance(.days(7))
            let late = try await site.send("POST", path("4"), body: "action=answer")
            #expect(late.status == 410 && late.text.contains("This question is closed."))
            #expect(try site.rows(events).count == 2)
        }
    }

    @Test func aCommentCompletesTheAnswerThatWasGiven() async throws {
        try await PagesSite.with { site in
            _ = try await site.send("POST", path("3"), body: "action=answer")
            let moment = try site.rows("SELECT at, received_at FROM event")
            site.advance(.seconds(20))
            for comment in ["too+slow", "too+slow", "much+too+slow", ""] {
                _ = try await site.send("POST", path("3"), body: "action=answer&comment=\(comment)")
            }
            #expect(try site.rows(events) == [#"nps_response|1|1|{"score":3,"comment":"much too slow"}"#])
            #expect(try site.rows("SELECT at, received_at FROM event") == moment)
            #expect(try site.rows("SELECT kind FROM outcome") == ["answered"])
            // A playbook that asks for words looks at it once more.
            #expect(try site.rows("SELECT event_id FROM revised_event") == ["1"])
        }
    }

    @Test func theAnswerThatWasConfirmedLastCounts() async throws {
        try await PagesSite.with { site in
            for answer in ["2", "3", "2"] {
                site.advance(.seconds(60))
                _ = try await site.send("POST", path(answer), body: "action=answer")
            }
            let byTime = "SELECT properties FROM event ORDER BY at"
            #expect(try site.rows(byTime) == [#"{"score":3}"#, #"{"score":2}"#])
            #expect(try site.rows("SELECT count(*) FROM revised_event") == ["0"])
            // The week counts from the first answer.
            #expect(
                try site.rows("SELECT min(received_at) FROM event")
                    == ["\((PagesSite.now + .seconds(60)).milliseconds)"])
        }
    }

    @Test func ofWhoWasErasedNothingNewIsKept() async throws {
        try await PagesSite.with { site in
            try site.store.write {
                _ = try Erasure($0, key: ErasureKey(secret: PagesSite.secret), now: PagesSite.now).erase(
                    .address("ann@a1.example"))
            }
            #expect(try await site.send("GET", path("9")).status == 404)
            #expect(try await site.send("POST", path("9"), body: "action=answer&comment=It+is+Ann").status == 404)
            #expect(try site.rows(events) == [])
            #expect(try site.rows("SELECT kind FROM outcome WHERE kind = 'answered'") == [])
        }
    }

    @Test func thePagesOfOtherAnswersAreOneClickAway() async throws {
        try await PagesSite.with { site in
            let page = try await site.send("GET", path("9"))
            let links = page.text.matches(of: /<a href="([^"]+)">(\d+)<\/a>/)
            #expect(links.map { String($0.2) } == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "10"])
            let three = try #require(links.first { $0.2 == "3" })
            #expect(try await site.send("GET", "/a/\(three.1)").text.contains("<strong>3</strong>"))
        }
    }

    @Test func aQuestionThatIsNotAskedAnyMoreIsClosed() async throws {
        try await PagesSite.with { site in
            let closed = try await site.send("POST", path("11"), body: "action=answer")
            #expect(closed.status == 410)
            #expect(try await site.send("POST", path("9", touch: 77), body: "action=answer").status == 404)
            #expect(try await site.send("GET", "/a/nonsense").status == 404)
            let unsubscribe = Unsubscription(baseURL: "", secret: PagesSite.secret).url(
                contact: 1, category: "9", touch: nil)
            #expect(try await site.send("GET", unsubscribe.replacing("/u/", with: "/a/")).status == 404)
            #expect(try site.rows(events) == [])
        }
    }

    @Test func aReasonIsAskedForWithTheReasonsOfTheDataMap() async throws {
        let message = """
            ---
            subject: Why are you leaving?
            ask: { event: cancel_requested, property: reason }
            ---
            {{ask}}
            """
        try await PagesSite.with(["playbooks/hello/hello.md": message]) { site in
            let page = try await site.send("GET", path("missing_feature"))
            #expect(page.text.contains("<strong>Missing feature</strong>") && page.text.contains(">Price</a>"))
            #expect(!page.text.contains("<textarea"))
            _ = try await site.send("POST", path("missing_feature"), body: "action=answer&comment=unasked")
            #expect(
                try site.rows("SELECT properties FROM event") == [#"{"reason":"missing_feature"}"#])
            // What the event does to the account it does here, too.
            #expect(try site.rows("SELECT cancel_requested_at FROM account") == ["\(PagesSite.now.milliseconds)"])
        }
    }

    @Test func aLongCommentIsCutAndOneInHTMLIsText() async throws {
        try await PagesSite.with { site in
            let long = String(repeating: "x", count: QuestionPage.longestComment + 50)
            _ = try await site.send("POST", path("1"), body: "action=answer&comment=\(long)")
            #expect(
                try site.rows("SELECT length(properties ->> 'comment') FROM event") == [
                    "\(QuestionPage.longestComment)"
                ])
        }
    }
}
