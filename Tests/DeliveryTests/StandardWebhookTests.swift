import Delivery
import Foundation
import Playbooks
import Testing

/// What receivers get is signed as the vectors of Standard Webhooks are.
struct StandardWebhookTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test func theVectorOfTheSpecificationIsMet() throws {
        let signer = try #require(StandardWebhook(secret: Self.secret))
        let headers = signer.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: Instant(milliseconds: 1_614_265_330_999),
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(
            headers == [
                Request.Header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                Request.Header("webhook-timestamp", "1614265330"),
                Request.Header("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ])
    }

    @Test(arguments: ["", "whsec_", "whsec_short", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAEC"])
    func whatIsNoSecretSignsNothing(_ secret: String) {
        #expect(StandardWebhook(secret: secret) == nil)
    }
}
