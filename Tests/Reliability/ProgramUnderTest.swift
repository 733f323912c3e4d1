import Foundation

/// The program that tests drive from outside.
package enum ProgramUnderTest {
    /// What `KEEPTOUCH_PROGRAM` names, else the program beside the tests.
    package static let path = ProcessInfo.processInfo.environment["KEEPTOUCH_PROGRAM"] ?? besideTests

    /// `swift test` builds both into one folder.
    package static let besideTests: String = {
        let tests =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = URL(fileURLWithPath: tests).deletingLastPathComponent()
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        return [beside, package.appendingPathComponent(".build/debug")]
            .map { $0.appendingPathComponent("keeptouch").standardizedFileURL.path }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "keeptouch"
    }()
}
