import Foundation
import Testing

extension Scratch {
    /// Accounts that all match, written to four at a time.
    convenience init(sendingTo endpoint: Endpoint, accounts: Int) throws {
        try self.init(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 4 }"])
        try importAccounts(accounts)
    }

    /// A run that somebody ends when three requests have left.
    func stopAfterThree(_ endpoint: Endpoint) throws {
        let runner = try RunningProgram(["run"], in: folder)
        #expect(endpoint.waits(forRequests: 3))
        runner.signal(SIGTERM)
        _ = runner.wait()
    }
}
