import Foundation
import Testing

/// A whole folder that was copied, put back or moved.
@Suite struct FolderTests {
    @Test func aCopiedFolderSendsNothingOfTheOther() throws {
        let endpoint = try Endpoint(["--delay", "20"])
        let scratch = try Scratch(sendingTo: endpoint, accounts: 10)
        try scratch.stopAfterThree(endpoint)
        let left = endpoint.count
        let copy = try Scratch()
        try self.copy(scratch.folder, to: copy.folder)
        for command in ["plan", "status"] {
            let said = try copy.keeptouch(command)
            #expect(said.output.hasPrefix("the next run pauses everything: "), "\(said)")
        }
        let first = try copy.keeptouch("run")
        #expect(first.code == 1 && first.complaints.contains("another one than when it last sent"), "\(first)")
        #expect(endpoint.count == left)
        let resumed = try copy.keeptouch("resume", "all", "--as", "copy")
        #expect(resumed.code == 0 && resumed.output.contains("ended here"), "\(resumed)")
        _ = try copy.keeptouch("run")
        #expect(endpoint.count == left)
        // The first one goes on as if nothing had been.
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.states() == ["sent": 10])
        #expect(endpoint.count == 10)
    }

    /// File systems give the numbers of files that go to those that come.
    @Test func aWholeFolderThatTarPutsBackSendsNothingTwice() throws {
        let endpoint = try Endpoint(["--delay", "20"])
        let scratch = try Scratch(sendingTo: endpoint, accounts: 10)
        try scratch.stopAfterThree(endpoint)
        let archive = scratch.folder.appendingPathExtension("tar").path
        defer { try? FileManager.default.removeItem(atPath: archive) }
        try tar("-cf", archive, scratch)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.count == 10)
        for _ in 0..<3 {
            try tar("-xf", archive, scratch)
            let first = try scratch.keeptouch("run")
            #expect(first.code == 1 && first.complaints.contains("another one than when it last sent"), "\(first)")
            #expect(endpoint.count == 10)
        }
        #expect(try scratch.keeptouch("resume", "all", "--as", "restored").code == 0)
        _ = try scratch.keeptouch("run")
        #expect(endpoint.count == 10)
    }

    /// A folder from before the first message knows of none, and neither does what lies in it.
    @Test func aFolderFromBeforeTheFirstMessageIsNotTakenForTheOneThatSent() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 3)
        let saved = scratch.folder.appendingPathExtension("saved")
        defer { try? FileManager.default.removeItem(at: saved) }
        try copy(scratch.folder, to: saved)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.count == 3)
        try FileManager.default.removeItem(at: scratch.folder)
        try copy(saved, to: scratch.folder)
        let doctor = try scratch.keeptouch("doctor")
        #expect(doctor.code == 1 && doctor.output.contains("another one than the one that was made in"), "\(doctor)")
        let first = try scratch.keeptouch("run")
        #expect(first.code == 1 && first.complaints.contains("another one than the one that was made in"), "\(first)")
        let resumed = try scratch.keeptouch("resume", "all", "--as", "restored")
        #expect(resumed.code == 0 && resumed.output.contains("each playbook is held"), "\(resumed)")
        _ = try scratch.keeptouch("run")
        #expect(endpoint.count == 3)

        // Elsewhere it is a copy that may begin.
        let elsewhere = try Scratch()
        try FileManager.default.removeItem(at: elsewhere.folder)
        try copy(saved, to: elsewhere.folder)
        #expect(try elsewhere.keeptouch("run").code == 0)
        #expect(endpoint.count == 6)
    }

    private func copy(_ folder: URL, to other: URL) throws {
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try FileManager.default.copyItem(
                at: folder.appendingPathComponent(name), to: other.appendingPathComponent(name))
        }
    }

    /// The database was deleted and begun anew, beside the list of what has left.
    @Test func whoSaysCopyOfADatabaseThatWasBegunAnewSendsNothingTwice() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 3)
        #expect(try scratch.keeptouch("run").code == 0)
        for ending in ["", "-wal", "-shm"] { try? scratch.remove("keeptouch.db" + ending) }
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 1)
        let resumed = try scratch.keeptouch("resume", "all", "--as", "copy")
        #expect(resumed.code == 0 && resumed.output.contains("3 messages left"), "\(resumed)")
        for _ in 0..<2 { _ = try scratch.keeptouch("run") }
        #expect(endpoint.count == 3)
    }

    private func tar(_ action: String, _ archive: String, _ scratch: Scratch) throws {
        let tar = try RunningProgram(
            ["tar", "-C", scratch.folder.path, action, archive, "."], of: "/usr/bin/env", in: scratch.folder)
        #expect(tar.wait().code == 0)
    }

    @Test func aFolderThatWasMovedGoesOn() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 3)
        #expect(try scratch.keeptouch("run").code == 0)
        let elsewhere = scratch.folder.deletingLastPathComponent()
            .appendingPathComponent("keeptouch-moved-\(UUID().uuidString)")
        try FileManager.default.moveItem(at: scratch.folder, to: elsewhere)
        let moved = try Program.run(["run"], in: elsewhere)
        try FileManager.default.moveItem(at: elsewhere, to: scratch.folder)
        #expect(moved.code == 0, "\(moved)")
        #expect(endpoint.count == 3)
    }
}
