import Foundation
import Reliability
import Testing

/// A full disk and one that may not be written; on a small file system in memory, which only root can mount.
@Suite(.enabled(if: SmallDisk.canBeMade, "a small file system needs root and mount")) struct DiskFaultTests {
    @Test func anImportOnAFullDiskStopsAndCanBeRepeated() throws {
        let disk = try SmallDisk(megabytes: 3)
        let scratch = try Scratch(small: "in_app", in: disk.folder)
        let rows = (1...30_000).map { "a\($0),Account number \($0) of many,3" }
        try scratch.write("accounts.csv", "key,name,seats\n" + rows.joined(separator: "\n") + "\n")
        let full = try scratch.keeptouch("import", "accounts", "accounts.csv")
        #expect(full.code == 1, "\(full)")
        #expect(
            full.complaints.hasPrefix("keeptouch: error: ") && full.complaints.contains("the disk is full"), "\(full)")

        try disk.remount("size=64m")
        #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
        let again = try scratch.keeptouch("import", "accounts", "accounts.csv")
        #expect(again.code == 0, "\(again)")
        #expect(try scratch.number("SELECT count(*) FROM account") == 30_000)
    }

    @Test func aRunOnAFullDiskSendsNothingThatIsNotOnRecord() throws {
        let disk = try SmallDisk(megabytes: 64)
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port, in: disk.folder)
        try scratch.importAccounts(1_500)
        var failures = 0
        // With ever more room it fails ever later: while it plans, enrolls, claims, records.
        for kilobytes in stride(from: 0, through: 4_096, by: 256) {
            try disk.fill(leaving: kilobytes)
            let outcome = try scratch.keeptouch("run")
            try disk.empty()
            #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
            // It came to its end, and reports.
            if !outcome.output.isEmpty { break }
            failures += 1
            // The database and the list of requests each say so in their own words.
            let says = ["the disk is full", "No space left on device"].contains { outcome.complaints.contains($0) }
            #expect(outcome.code == 1 && says, "\(kilobytes) kB: \(outcome)")
        }
        #expect(failures > 2, "the disk was hardly ever full")
        let last = try scratch.keeptouch("run")
        #expect(last.code == 0 || last.code == 1, "\(last)")
        let requests = try endpoint.stop()
        #expect(Set(requests.map(\.touch)).count == requests.count, "a touch was sent twice")
        let states = try scratch.states()
        #expect(states["sent", default: 0] + states["unknown", default: 0] == 1_500, "\(states)")
        let settled = try Set(
            scratch.query("SELECT id FROM touch WHERE state IN ('sent', 'unknown')").compactMap { Int64($0[0]) })
        #expect(Set(requests.map(\.touch)).isSubset(of: settled))
        Rounds.tell(failures, "ENOSPC: 1500 touches, none sent that was not on record")
    }

    @Test func aDiskThatMayNotBeWrittenIsReported() throws {
        let disk = try SmallDisk(megabytes: 16)
        let scratch = try Scratch(small: "in_app", in: disk.folder)
        try scratch.importAccounts(3)
        try disk.remount("ro")
        for command in [["run"], ["pause", "all"], ["import", "accounts", "accounts.csv"]] {
            let outcome = try Program.run(command, in: scratch.folder)
            #expect(outcome.code == 1, "\(outcome)")
            #expect(outcome.complaints.hasPrefix("keeptouch: error: "), "\(outcome.complaints)")
            #expect(outcome.complaints.lowercased().contains("read-only"), "\(outcome.complaints)")
        }
        #expect(try scratch.keeptouch("check").code == 0)
        try disk.remount("rw")
        #expect(try scratch.keeptouch("pause", "all").code == 0)
    }
}

/// A file system in memory that is as large as the test says.
final class SmallDisk {
    let folder: URL
    private var ballast: URL { folder.appendingPathComponent("ballast") }

    static let canBeMade: Bool = {
        guard geteuid() == 0, let disk = try? SmallDisk(megabytes: 1) else { return false }
        return (try? disk.fill(leaving: 0)) != nil
    }()

    init(megabytes: Int) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            try Self.mount(["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder.path])
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    deinit {
        umount2(folder.path, Int32(MNT_DETACH))
        try? FileManager.default.removeItem(at: folder)
    }

    func remount(_ options: String) throws {
        try Self.mount(["-o", "remount,\(options)", folder.path])
    }

    /// Takes all of the room but so much.
    func fill(leaving kilobytes: Int) throws {
        try Data().write(to: ballast)
        let file = try FileHandle(forWritingTo: ballast)
        let block = Data(count: 4_096)
        while (try? file.write(contentsOf: block)) != nil {}
        let size = try file.seekToEnd()
        try file.truncate(atOffset: size - min(size, UInt64(kilobytes) * 1_024))
        try file.close()
    }

    func empty() throws {
        // A program that another test started at that moment may have the file open.
        try Data().write(to: ballast, options: [])
        try FileManager.default.removeItem(at: ballast)
    }

    private static func mount(_ arguments: [String]) throws {
        let mount = try RunningProgram(arguments, of: "/bin/mount", in: FileManager.default.temporaryDirectory)
        guard mount.wait().code == 0 else {
            throw HarnessError("mount \(arguments.joined(separator: " ")) failed")
        }
    }
}
