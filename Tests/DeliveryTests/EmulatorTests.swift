import Basics
import Delivery
import Foundation
import Playbooks
import Testing

/// Amazon SES as moto emulates it, which checks signatures and rights.
@Suite struct EmulatorTests {
    private func send(_ channel: Channel, secret: String, access: String) async throws -> SendResult {
        let credentials = try Credentials(
            of: channel, environment: ["AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret], directory: "/")
        let request = try RequestBuilder(channel: channel, credentials: credentials)
            .request(for: ProviderTests.envelope, at: ProviderTests.now)
        let client = TestClient()
        let response = await client.send(request)
        await client.transport.stop(drain: false)
        return Classifier(channel: channel, credentials: credentials).classify(
            response, attempt: .init(number: 1, firstAt: ProviderTests.now, now: ProviderTests.now))
    }

    @Test(
        .enabled(if: Emulator.python != nil, "Python has no moto[server]; bash .ci/setup test installs it"),
        .timeLimit(.minutes(15)))
    func amazonTakesWhatIsSignedAndRefusesTheRest() async throws {
        let emulator = try Emulator("ses", python: try #require(Emulator.python))
        let place = try #require(emulator.answer())
        let url = try #require(place["url"]?.scalarText)
        let access = try #require(place["access"]?.scalarText)
        let secret = try #require(place["secret"]?.scalarText)
        let channel = try SignatureTests.ses(url: "\(url)/v2/email/outbound-emails")
        let result = try await send(channel, secret: secret, access: access)
        guard case .sent(let id?) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(!id.isEmpty)
        let wrong = try await send(channel, secret: "x" + secret.dropFirst(), access: access)
        guard case .halt(let reason) = wrong else {
            Issue.record("\(wrong)")
            return
        }
        #expect(reason.hasPrefix("HTTP 403") && !reason.contains(secret.dropFirst()))
        try emulator.ask()
        guard case .list(let messages)? = emulator.answer() else {
            Issue.record("no messages")
            return
        }
        #expect(messages.count == 1)
        #expect(messages.first?["subject"]?.scalarText == ProviderTests.envelope.message.subject)
        #expect(messages.first?["destinations"]?.scalarText?.contains("ada@example.org") == true)
    }
}
