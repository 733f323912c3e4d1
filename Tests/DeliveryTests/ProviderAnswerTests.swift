import Delivery
import Playbooks
import Testing

/// What the presets make of providers' answers.
@Suite struct ProviderAnswerTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var provider: String
        var status: Int
        var headers: [String]
        var body: String
        /// `sent ID`, `retry 30s`, or the verdict alone.
        var verdict: String

        init(_ provider: String, _ status: Int, _ headers: [String] = [], _ body: String = "", _ verdict: String) {
            (self.provider, self.status, self.headers, self.body) = (provider, status, headers, body)
            self.verdict = verdict
        }

        var testDescription: String { "\(provider) \(status) \(body.prefix(40)) is \(verdict)" }
    }

    static let cases: [Case] = [
        Case("sendgrid", 202, ["X-Message-Id: sg1"], "", "sent sg1"),
        Case("sendgrid", 429, ["X-RateLimit-Reset: 1736935230"], "", "retry 30s"),
        Case("sendgrid", 400, [], #"{"errors":[{"message":"bad","field":"from"}]}"#, "rejected"),
        Case("sendgrid", 413, [], "", "rejected"),
        Case("postmark", 200, [], #"{"ErrorCode":0,"MessageID":"pm1"}"#, "sent pm1"),
        Case("postmark", 200, [], #"{"ErrorCode":300,"Message":"Invalid"}"#, "rejected"),
        Case("postmark", 422, [], #"{"ErrorCode":406,"Message":"inactive"}"#, "suppress"),
        Case("postmark", 422, [], #"{"ErrorCode":405,"Message":"no credit"}"#, "halt"),
        Case("postmark", 422, [], #"{"ErrorCode":400,"Message":"sender"}"#, "halt"),
        Case("postmark", 422, [], #"{"ErrorCode":300,"Message":"Invalid"}"#, "rejected"),
        Case("postmark", 422, [], #"{"ErrorCode":429,"Message":"slow down"}"#, "retry"),
        Case("postmark", 503, [], #"{"ErrorCode":100,"Message":"maintenance"}"#, "retry"),
        Case("mailgun", 200, [], #"{"id":"<1@mg>","message":"Queued"}"#, "sent <1@mg>"),
        Case("mailgun", 429, ["X-RateLimit-Reset: 1736935205000"], "", "retry 5s"),
        Case("mailgun", 402, [], "", "halt"),
        Case("amazon_ses", 200, [], #"{"MessageId":"ses1"}"#, "sent ses1"),
        Case(
            "amazon_ses", 400, ["x-amzn-ErrorType: SendingPausedException:http://x"], #"{"message":"paused"}"#, "halt"),
        Case("amazon_ses", 400, ["x-amzn-ErrorType: AccountSuspendedException"], "{}", "halt"),
        Case("amazon_ses", 400, ["x-amzn-ErrorType: MessageRejected"], #"{"message":"no"}"#, "rejected"),
        Case("amazon_ses", 429, ["x-amzn-ErrorType: TooManyRequestsException"], "{}", "retry"),
        Case("resend", 200, [], #"{"id":"re1"}"#, "sent re1"),
        Case("resend", 429, ["ratelimit-reset: 2"], #"{"name":"rate_limit_exceeded"}"#, "retry 2s"),
        Case("resend", 429, [], #"{"name":"daily_quota_exceeded"}"#, "halt"),
        Case("resend", 409, [], #"{"name":"concurrent_idempotent_requests"}"#, "retry"),
        Case("resend", 403, [], #"{"name":"invalid_api_key"}"#, "halt"),
        Case("resend", 422, [], #"{"name":"validation_error"}"#, "rejected"),
        Case("brevo", 201, [], #"{"messageId":"<b1>"}"#, "sent <b1>"),
        Case("brevo", 402, [], #"{"code":"not_enough_credits"}"#, "halt"),
        Case("brevo", 429, ["x-sib-ratelimit-reset: 9"], "", "retry 9s"),
        Case("mandrill", 200, [], #"[{"_id":"m1","status":"queued"}]"#, "sent m1"),
        Case("mandrill", 200, [], #"[{"_id":"m1","status":"rejected","reject_reason":"hard-bounce"}]"#, "suppress"),
        Case("mandrill", 200, [], #"[{"_id":"m1","status":"rejected","reject_reason":"unsigned"}]"#, "halt"),
        Case("mandrill", 200, [], #"[{"_id":"m1","status":"rejected","reject_reason":"rule"}]"#, "rejected"),
        Case("mandrill", 200, [], #"[{"_id":"m1","status":"invalid"}]"#, "rejected"),
        Case("mandrill", 500, [], #"{"status":"error","name":"Invalid_Key"}"#, "halt"),
        Case("mandrill", 500, [], #"{"status":"error","name":"ValidationError"}"#, "rejected"),
        Case("sparkpost", 200, [], #"{"results":{"id":"sp1","total_accepted_recipients":1}}"#, "sent sp1"),
        Case("sparkpost", 200, [], #"{"results":{"id":"sp1","total_accepted_recipients":0}}"#, "rejected"),
        Case("sparkpost", 420, ["Retry-After: 3"], "", "retry 3s"),
        Case("customerio", 200, [], #"{"delivery_id":"c1"}"#, "sent c1"),
        Case("customerio", 400, [], #"{"meta":{"error":"no"}}"#, "rejected"),
        Case("customerio_in_app", 200, [], #"{"delivery_id":"c2"}"#, "sent c2"),
        Case("loops", 200, [], #"{"success":true}"#, "sent"),
        Case("loops", 409, [], #"{"success":false}"#, "duplicate"),
        Case("loops", 200, [], #"{"success":false,"message":"no"}"#, "rejected"),
        Case("intercom", 200, [], #"{"id":"i1"}"#, "sent i1"),
        Case("intercom", 429, ["X-RateLimit-Reset: 1736935210"], "", "retry 10s"),
        Case("intercom", 404, [], #"{"errors":[{"code":"not_found"}]}"#, "retry"),
        Case("onesignal", 200, [], #"{"id":"o1"}"#, "sent o1"),
        Case("onesignal", 200, [], #"{"id":"","errors":["All included players are not subscribed"]}"#, "rejected"),
        Case("onesignal", 429, ["Retry-After: 60"], "", "retry 60s"),
        Case("braze", 201, [], #"{"message":"success","dispatch_id":"bz"}"#, "sent bz"),
        Case("braze", 201, [], #"{"message":"fatal"}"#, "rejected"),
        Case("braze", 429, ["X-RateLimit-Reset: 1736935260"], "", "retry 60s"),
        Case("iterable", 200, [], #"{"code":"Success"}"#, "sent"),
        Case("iterable", 200, [], #"{"code":"BadParams"}"#, "rejected"),
        Case("iterable", 400, [], #"{"code":"BadApiKey"}"#, "halt"),
        Case("iterable", 400, [], #"{"code":"RateLimitExceeded"}"#, "retry"),
        Case("knock", 200, [], #"{"workflow_run_id":"k1"}"#, "sent k1"),
        Case("knock", 429, ["Retry-After: Wed, 15 Jan 2025 10:00:20 GMT"], "", "retry 20s"),
        Case("novu", 201, [], #"{"data":{"status":"processed","transactionId":"n1"}}"#, "sent n1"),
        Case("novu", 201, [], #"{"data":{"status":"trigger_not_active"}}"#, "rejected"),
        Case("novu", 429, ["RateLimit-Reset: 4"], "", "retry 4s"),
        Case("pusher_beams", 200, [], #"{"publishId":"pb"}"#, "sent pb"),
        Case("pusher_beams", 404, [], #"{"error":"Not found"}"#, "halt"),
        Case("ably", 201, [], #"{"messageId":"ab"}"#, "sent ab"),
        Case("ably", 201, [], "", "sent"),
        Case("slack", 200, [], "ok", "sent"),
        Case("slack", 200, [], "not ok", "rejected"),
        Case("slack", 404, [], "no_service", "halt"),
        Case("slack", 400, [], "invalid_payload", "rejected"),
        Case("slack", 429, ["Retry-After: 1"], "", "retry 1s"),
        Case("slack_bot", 200, [], #"{"ok":true,"ts":"1.2"}"#, "sent 1.2"),
        Case("slack_bot", 200, [], #"{"ok":false,"error":"not_in_channel"}"#, "halt"),
        Case("slack_bot", 200, [], #"{"ok":false,"error":"msg_too_long"}"#, "rejected"),
        Case("slack_bot", 200, ["Retry-After: 7"], #"{"ok":false,"error":"ratelimited"}"#, "retry 7s"),
        Case("teams", 202, ["x-ms-workflow-run-id: t1"], "", "sent t1"),
        Case("teams", 404, [], "", "halt"),
        Case("discord", 200, [], #"{"id":"d1"}"#, "sent d1"),
        Case("discord", 429, ["Retry-After: 9"], #"{"retry_after":1.5}"#, "retry 1.5s"),
        Case("discord", 404, [], #"{"message":"Unknown Webhook"}"#, "halt"),
        Case("pagerduty", 202, [], #"{"dedup_key":"pd"}"#, "sent pd"),
        Case("pagerduty", 400, [], #"{"message":"Event object is invalid"}"#, "rejected"),
        Case("webhook", 204, [], "", "sent"),
        Case("twilio", 201, [], #"{"sid":"SM1","status":"queued","error_code":null}"#, "sent SM1"),
        Case("twilio", 400, [], #"{"code":21610,"message":"Attempt to send to unsubscribed recipient"}"#, "suppress"),
        Case("twilio", 400, [], #"{"code":21211,"message":"Invalid 'To' Phone Number"}"#, "rejected"),
        Case("twilio", 400, [], #"{"code":21606,"message":"The From phone number is not valid"}"#, "halt"),
        Case("twilio", 401, [], #"{"code":20003,"message":"Authenticate"}"#, "halt"),
        Case("twilio", 429, ["Retry-After: 2"], #"{"code":20429,"message":"Too Many Requests"}"#, "retry 2s"),
        Case("twilio", 400, [], #"{"code":21611,"message":"This From number has exceeded the queue"}"#, "retry"),
        Case("twilio_whatsapp", 201, [], #"{"sid":"MM1","status":"queued"}"#, "sent MM1"),
        Case("twilio_whatsapp", 400, [], #"{"code":63007,"message":"no channel with that From"}"#, "halt"),
        Case("twilio_whatsapp", 400, [], #"{"code":21656,"message":"ContentVariables are invalid"}"#, "rejected"),
        Case("vonage", 202, [], #"{"message_uuid":"v1"}"#, "sent v1"),
        Case("vonage", 422, [], #"{"title":"Invalid params","detail":"to is invalid"}"#, "rejected"),
        Case("vonage", 402, [], #"{"title":"Low balance","detail":"top up"}"#, "halt"),
        Case("vonage", 401, [], #"{"title":"Unauthorized"}"#, "halt"),
        Case("vonage", 429, [], #"{"title":"Rate Limit Hit"}"#, "retry"),
        Case("messagebird", 201, [], #"{"id":"mb1","recipients":{"totalCount":1}}"#, "sent mb1"),
        Case("messagebird", 401, [], #"{"errors":[{"code":2,"description":"Request not allowed"}]}"#, "halt"),
        Case("messagebird", 422, [], #"{"errors":[{"code":25,"description":"Not enough balance"}]}"#, "halt"),
        Case("messagebird", 422, [], #"{"errors":[{"code":9,"description":"no (correct) recipients"}]}"#, "rejected"),
        Case("amazon_sns", 200, [], #"{"PublishResponse":{"PublishResult":{"MessageId":"sns1"}}}"#, "sent sns1"),
        Case(
            "amazon_sns", 400, [],
            #"{"Error":{"Code":"InvalidParameter","Message":"Phone number is opted out"}}"#, "suppress"),
        Case("amazon_sns", 400, [], #"{"Error":{"Code":"InvalidParameter","Message":"PhoneNumber"}}"#, "rejected"),
        Case("amazon_sns", 400, [], #"{"Error":{"Code":"Throttling","Message":"Rate exceeded"}}"#, "retry"),
        Case("amazon_sns", 403, [], #"{"Error":{"Code":"SignatureDoesNotMatch"}}"#, "halt"),
        Case("webhook", 410, [], "", "halt"),
        Case("webhook", 422, [], "", "rejected"),
    ]

    private static func classify(_ channel: Channel, _ response: Response) -> String {
        let result = Classifier(channel: channel).classify(
            response, attempt: .init(number: 1, firstAt: ProviderTests.now, now: ProviderTests.now))
        switch result {
        case .sent(let id): return "sent" + (id.map { " \($0)" } ?? "")
        case .duplicate: return "duplicate"
        case .retry(let after, _, _):
            guard let after else { return "retry" }
            let seconds = Double(after.milliseconds) / 1_000
            return "retry \(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)")s"
        case .rejected: return "rejected"
        case .suppress: return "suppress"
        case .unknown: return "unknown"
        case .halt: return "halt"
        }
    }

    private static func response(_ status: Int, _ headers: [String] = [], _ body: String = "") -> Response {
        let block = (["HTTP/1.1 \(status) X"] + headers).map { $0 + "\r\n" }.joined()
        return Response(status: status, headerBlock: Array(block.utf8), body: Array(body.utf8))
    }

    @Test(arguments: cases) func anAnswerHasItsVerdict(_ answer: Case) throws {
        let channel = try #require(ChannelPreset.named(answer.provider)?.channel)
        #expect(Self.classify(channel, Self.response(answer.status, answer.headers, answer.body)) == answer.verdict)
    }

    @Test func everyPresetHasItsCases() {
        #expect(Set(Self.cases.map(\.provider)) == Set(ChannelPreset.names))
    }

    @Test(arguments: ChannelPreset.names) func whatHoldsForAllProvidersHolds(name: String) throws {
        let channel = try #require(ChannelPreset.named(name)?.channel)
        #expect(Self.classify(channel, Self.response(401)) == "halt")
        #expect(Self.classify(channel, Self.response(403)) == "halt")
        #expect(Self.classify(channel, Self.response(429)) == "retry")
        #expect(Self.classify(channel, Self.response(429, ["Retry-After: 11"])) == "retry 11s")
        #expect(Self.classify(channel, Self.response(503)) == "retry")
        #expect(Self.classify(channel, Self.response(408)) == "retry")
        #expect(Self.classify(channel, Self.response(302, ["Location: https://a.example"])) == "halt")
        // Nobody knows: again only where the provider recognizes repeats.
        let doubtful = channel.idempotency == .none ? "unknown" : "retry"
        for status in [500, 502, 504] { #expect(Self.classify(channel, Self.response(status)) == doubtful) }
        let lost = Response(failure: .curl(code: 28, message: "timeout"), mayHaveLeft: true)
        #expect(Self.classify(channel, lost) == doubtful)
        #expect(Self.classify(channel, Response(failure: .curl(code: 7, message: "no"), mayHaveLeft: false)) == "retry")
    }
}
