import Foundation
import Testing

/// A channel's secret is in no output, no log and no file, whatever goes wrong.
@Suite struct SecretsTests {
    private let secret = "sk_test_4f9c2b7e1d"

    @Test(arguments: ["202", "401", "500"])
    func aSecretStaysOutOfOutputsLogsAndTheDatabase(status: String) throws {
        let endpoint = try Endpoint(["--status", status])
        let scratch = try Scratch(
            small: "in_app", port: endpoint.port, channelLines: ["auth: { kind: bearer, token: env:CARRIER_KEY }"])
        try scratch.importAccounts(4)
        var said = ""
        for command in [
            ["check"], ["plan"], ["run"], ["run"], ["status"], ["touches", "--format", "json"], ["explain", "a1"],
            ["preview", "hello", "--account", "a1"], ["doctor"], ["touches", "--state", "nonsense"],
        ] {
            let outcome = try Program.run(command, in: scratch.folder, environment: ["CARRIER_KEY": secret])
            said += outcome.output + outcome.complaints
        }
        #expect(!said.isEmpty && !said.contains(secret))
        #expect(endpoint.count > 0)
        for case let path as String in FileManager.default.enumerator(atPath: scratch.folder.path) ?? .init() {
            let data = FileManager.default.contents(atPath: scratch.folder.appendingPathComponent(path).path)
            #expect(data?.range(of: Data(secret.utf8)) == nil, "\(path)")
        }
    }

    /// Nothing waits for it yet, and it is said all the same.
    @Test func aChannelWithoutItsSecretIsNamedBeforeItIsNeeded() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(
            small: "in_app", port: endpoint.port, channelLines: ["auth: { kind: bearer, token: env:CARRIER_KEY }"])
        let serving = try Serving(scratch)
        #expect(serving.tells("channel cannot be used channel=carrier"), "\(serving.log)")
        let told = try scratch.keeptouch("status").output
        #expect(told.contains("carrier") && told.contains("unusable since") && told.contains("CARRIER_KEY"), "\(told)")
        #expect(serving.end() == 0)
        try scratch.importAccounts(1)
        #expect(try scratch.keeptouch("run").code == 1)
        let mended = try Serving(scratch, environment: ["CARRIER_KEY": secret])
        #expect(endpoint.waits(forRequests: 1), "\(mended.log)")
        #expect(try !scratch.keeptouch("status").output.contains("unusable"))
    }

    @Test func aSecretFileThatEveryoneMayReadStopsItsChannel() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(
            small: "in_app", port: endpoint.port, channelLines: ["auth: { kind: bearer, token: \"file:carrier.key\" }"])
        try scratch.importAccounts(2)
        let file = scratch.folder.appendingPathComponent("carrier.key").path
        try scratch.write("carrier.key", secret + "\n")
        chmod(file, 0o644)
        let open = try scratch.keeptouch("run")
        #expect(open.code == 1, "\(open)")
        #expect((open.output + open.complaints).contains("everyone may read the secret file carrier.key"), "\(open)")
        #expect(!(open.output + open.complaints).contains(secret))
        #expect(endpoint.count == 0)
        chmod(file, 0o600)
        _ = try scratch.keeptouch("resume", "channel:carrier")
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try endpoint.stop().count == 2)
    }
}
