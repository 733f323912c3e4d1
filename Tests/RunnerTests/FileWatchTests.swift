import Foundation
import Testing

@testable import Runner

/// When files are read again.
@Test func filesThatCouldNotBeReadAreReadAgainThoughNothingTellsThatTheyCanBe() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("watch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("workspace: w\n".utf8).write(to: folder.appendingPathComponent("keeptouch.yaml"))
    var watch = FileWatch(folder)
    func changes(within seconds: Int) -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if watch.haveChanged() { return true }
            usleep(50_000)
        }
        return false
    }
    #expect(!changes(within: 2))
    watch.lookAgain()
    #expect(changes(within: 20))
    // Once is enough, until somebody asks again.
    #expect(!changes(within: 2))
}
