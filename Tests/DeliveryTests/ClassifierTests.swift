import Delivery
import Playbooks
import Testing

@Suite struct ClassifierTests {
    private static let now = Instant(milliseconds: 1_700_000_000_000)

    private var channel: Channel {
        Channel(name: "test", kind: .email, url: "https://api.example", position: Position(file: "channels/test.yaml"))
    }

    private func response(_ status: Int, _ headers: [String] = [], body: String = "") -> Response {
        let block = (["HTTP/1.1 \(status) X"] + headers).map { $0 + "\r\n" }.joined()
        return Response(status: status, headerBlock: Array(block.utf8), body: Array(body.utf8))
    }

    private func classify(
        _ response: Response, _ channel: Channel? = nil, attempt: Int = 1, age: TimeSpan = .seconds(0),
        mayHaveArrived: Bool = false
    ) -> SendResult {
        Classifier(channel: channel ?? self.channel).classify(
            response,
            attempt: .init(number: attempt, firstAt: Self.now - age, now: Self.now, mayHaveArrived: mayHaveArrived))
    }

    private func rule(
        _ verdict: Channel.ResponseClass, status: ClosedRange<Int>? = nil,
        _ change: (inout Channel.Rule) -> Void = { _ in }
    ) -> Channel.Rule {
        var rule = Channel.Rule(then: verdict)
        rule.status = status.map { [$0] } ?? []
        change(&rule)
        return rule
    }

    @Test func theFirstRuleThatMatchesDecides() {
        var channel = channel
        channel.id = .pointer("/MessageID")
        channel.errorMessage = .pointer("/Message")
        channel.errorCode = .pointer("/ErrorCode")
        channel.rules = [
            rule(.accepted, status: 200...200) { $0.pointers = ["/ErrorCode": .oneOf([.number(0)])] },
            rule(.suppress) { $0.pointers = ["/ErrorCode": .oneOf([.number(406)])] },
            rule(.halt) { $0.pointers = ["/ErrorCode": .oneOf([.number(10), .number(405)])] },
            rule(.retry) { $0.pointers = ["/ErrorCode": .greater(10_000)] },
            rule(.duplicate, status: 409...409),
            rule(.halt) { $0.headers = ["x-amzn-errortype": "~(AccountSuspended|SendingPaused)"] },
            rule(.reject, status: 200...499),
        ]
        #expect(classify(response(200, body: #"{"ErrorCode":0,"MessageID":"m-1"}"#), channel) == .sent(id: "m-1"))
        #expect(
            classify(response(422, body: #"{"ErrorCode":406,"Message":"Inactive"}"#), channel)
                == .suppress(reason: "HTTP 422: Inactive (406)"))
        #expect(
            classify(response(422, body: #"{"ErrorCode":405}"#), channel)
                == .halt(reason: #"HTTP 422: {"ErrorCode":405} (405)"#))
        #expect(
            classify(response(200, body: #"{"ErrorCode":10001,"Message":"m"}"#), channel)
                == .retry(after: nil, before: nil, reason: "HTTP 200: m (10001)"))
        #expect(classify(response(409), channel) == .duplicate)
        #expect(
            classify(response(400, ["X-Amzn-ErrorType: SendingPausedException"]), channel) == .halt(reason: "HTTP 400"))
        #expect(classify(response(200, body: "not JSON"), channel) == .rejected(reason: "HTTP 200: not JSON"))
    }

    @Test func aWholeTextCanDecide() {
        var channel = channel
        channel.rules = [
            rule(.accepted, status: 200...200) { $0.text = "ok" },
            rule(.halt) { $0.text = "~(no_service|channel_is_archived)" },
            rule(.reject, status: 200...499),
        ]
        #expect(classify(response(200, body: "ok\n"), channel) == .sent(id: nil))
        #expect(classify(response(404, body: "no_service"), channel) == .halt(reason: "HTTP 404: no_service"))
        #expect(classify(response(200, body: "okay"), channel) == .rejected(reason: "HTTP 200: okay"))
    }

    @Test func aRuleThatHopesDoesNotMakeA500Retryable() {
        var channel = channel
        channel.rules = [rule(.retry, status: 500...599)]
        #expect(classify(response(500), channel) == .unknown(reason: "HTTP 500"))
        #expect(classify(response(503), channel) == .retry(after: nil, before: nil, reason: "HTTP 503"))
        channel.rules = [rule(.retry, status: 500...599) { $0.text = "~busy" }]
        #expect(
            classify(response(500, body: "busy"), channel) == .retry(after: nil, before: nil, reason: "HTTP 500: busy"))
    }

    @Test func ambiguityIsRepeatedOnlyUnderAKeyAndWithinHalfItsLife() {
        var channel = channel
        let broken = Response(failure: .curl(code: 52, message: "Empty reply"))
        #expect(classify(broken, channel) == .unknown(reason: "curl 52: Empty reply"))
        channel.idempotency = .header(name: "Idempotency-Key", lifetime: .minutes(30))
        let deadline = Self.now - .minutes(14) + .minutes(15)
        #expect(
            classify(broken, channel, attempt: 2, age: .minutes(14))
                == .retry(after: nil, before: deadline, reason: "curl 52: Empty reply"))
        #expect(
            classify(broken, channel, attempt: 2, age: .minutes(15))
                == .unknown(reason: "curl 52: Empty reply; too late to repeat it under the same key"))
        // What waits as long as back-off may make it wait must still be in time.
        guard case .unknown = classify(broken, channel, attempt: 7, age: .minutes(14)) else {
            Issue.record("a retry could begin after the key's half life")
            return
        }
        #expect(classify(broken, channel, attempt: 8) == .unknown(reason: "curl 52: Empty reply"))
    }

    @Test func whatMayHaveArrivedOnceStaysTiedToItsKey() {
        var channel = channel
        channel.idempotency = .header(name: "Idempotency-Key", lifetime: .minutes(30))
        let unsent = Response(failure: .curl(code: 7, message: "refused"), mayHaveLeft: false)
        #expect(
            classify(unsent, channel, attempt: 2, age: .hours(1))
                == .retry(after: nil, before: nil, reason: "curl 7: refused"))
        guard case .unknown = classify(unsent, channel, attempt: 2, age: .hours(1), mayHaveArrived: true) else {
            Issue.record("repeated after the provider forgot the key")
            return
        }
    }

    @Test func attemptsEnd() {
        let unsent = Response(failure: .curl(code: 6, message: "no host"), mayHaveLeft: false)
        // What was never taken waits for as long as it lives.
        #expect(classify(unsent, attempt: 800) == .retry(after: nil, before: nil, reason: "curl 6: no host"))
        for code in [420, 429] {
            #expect(classify(response(code), attempt: 800) == .retry(after: nil, before: nil, reason: "HTTP \(code)"))
        }
        var channel = channel
        channel.idempotency = .header(name: "Idempotency-Key", lifetime: .hours(24))
        #expect(
            classify(unsent, channel, attempt: 8, mayHaveArrived: true) == .unknown(reason: "curl 6: no host"))
        channel.idempotency = .none
        channel.rules = [rule(.retry, status: 404...404) { $0.maxAttempts = 2 }]
        #expect(classify(response(404), channel) == .retry(after: nil, before: nil, reason: "HTTP 404"))
        #expect(
            classify(response(404), channel, attempt: 2)
                == .rejected(reason: "gave up after 2 attempts; the last: HTTP 404"))
    }

    @Test(arguments: [
        ("Retry-After: 7", 7_000), ("Retry-After: 0.5", 500), ("retry-after: 99999", 3_600_000), ("Retry-After: -3", 0),
        ("Retry-After: Tue, 14 Nov 2023 22:13:50 GMT", 30_000), ("Retry-After: Tue, 14 Nov 2023 22:00:00 GMT", 0),
        ("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", 3_600_000),
    ])
    func retryAfterIsSecondsOrADateAndCapped(header: String, milliseconds: Int64) {
        #expect(
            classify(response(429, [header]))
                == .retry(after: TimeSpan(milliseconds: milliseconds), before: nil, reason: "HTTP 429"))
    }

    @Test(arguments: [
        "Retry-After: soon", "Retry-After: ", "Retry-After: nan", "Retry-After: Tue, 99 Nov 2023 22:13:50 GMT",
    ])
    func aRetryAfterThatMeansNothingIsIgnored(header: String) {
        #expect(classify(response(429, [header])) == .retry(after: nil, before: nil, reason: "HTTP 429"))
    }

    @Test func theFirstWaitThatIsThereCounts() {
        var channel = channel
        channel.rules = [
            rule(.retry, status: 429...429) {
                $0.after = [
                    .init(.header("Retry-After")), .init(.header("X-Reset"), as: .epoch),
                    .init(.pointer("/reset_ms"), as: .epochMilliseconds),
                ]
            }
        ]
        #expect(
            classify(response(429, ["X-Reset: 1700000005"]), channel)
                == .retry(after: .seconds(5), before: nil, reason: "HTTP 429"))
        #expect(
            classify(response(429, body: #"{"reset_ms":1700000000250}"#), channel)
                == .retry(
                    after: TimeSpan(milliseconds: 250), before: nil, reason: #"HTTP 429: {"reset_ms":1700000000250}"#))
    }

    @Test func reasonsHoldNoSecretsAndNoControlCharacters() throws {
        var channel = channel
        channel.auth = .bearer(token: Secret(.literal("SG.s3cret")))
        let credentials = try Credentials(of: channel, environment: [:], directory: "/")
        let result = Classifier(channel: channel, credentials: credentials).classify(
            response(400, body: "bad\r\n\u{1b}[31mkey SG.s3cret"),
            attempt: .init(number: 1, firstAt: Self.now, now: Self.now))
        #expect(result == .rejected(reason: "HTTP 400: bad [31mkey ***"))
    }

    @Test func backoffIsFullJitterWithACap() {
        #expect(Backoff.delay(attempt: 1, random: 1) == .seconds(1))
        #expect(Backoff.delay(attempt: 4, random: 1) == .seconds(8))
        #expect(Backoff.delay(attempt: 4, random: 0.25) == .seconds(2))
        #expect(Backoff.delay(attempt: 4, random: 0) == .seconds(0))
        #expect(Backoff.delay(attempt: 11, random: 1) == .minutes(10))
        #expect(Backoff.delay(attempt: .max, random: 1) == .minutes(10))
        #expect(Backoff.delay(attempt: .min, random: 2) == .seconds(1))
    }

    @Test func aBucketLetsItsRateThrough() {
        var bucket = TokenBucket(perSecond: 10, at: Self.now)
        #expect(bucket.take(64, at: Self.now) == 10)
        #expect(bucket.take(1, at: Self.now) == 0)
        #expect(bucket.next(at: Self.now) == Self.now + TimeSpan(milliseconds: 100))
        #expect(bucket.take(64, at: Self.now + TimeSpan(milliseconds: 350)) == 3)
        #expect(bucket.take(64, at: Self.now) == 0)
        #expect(bucket.take(64, at: Self.now + .hours(1)) == 10)
        var slow = TokenBucket(perSecond: 0.5, at: Self.now)
        #expect(slow.take(5, at: Self.now) == 1)
        #expect(slow.next(at: Self.now) == Self.now + .seconds(2))
        #expect(slow.take(5, at: Self.now + .seconds(2)) == 1)
    }
}
