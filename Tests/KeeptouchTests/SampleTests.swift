import Foundation
import Playbooks
import Testing

@testable import keeptouch

/// The texts of a workspace that a simulation wrote, by path.
private func written(_ sample: Sample) throws -> [String: String] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try sample.write(to: folder)
    var texts: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
        let url = folder.appendingPathComponent(path)
        if try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
            texts[path] = try String(contentsOf: url, encoding: .utf8)
        }
    }
    return texts
}

private func rows(_ text: String?) throws -> [[Substring]] {
    try #require(text).split(separator: "\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
    }
}

private let small: Sample = {
    var sample = Sample()
    sample.accounts = 300
    sample.seed = 7
    return sample
}()

@Test func theSameSeedGivesTheSameBytes() throws {
    let (one, other) = (try written(small), try written(small))
    #expect(one == other)
    var different = small
    different.seed = 8
    #expect(try written(different)["data/accounts.csv"] != one["data/accounts.csv"])
}

@Test func aLargerSampleBeginsWithTheSmallerOne() throws {
    var larger = small
    larger.accounts = 310
    let (one, other) = (try written(small), try written(larger))
    for path in one.keys where path.hasPrefix("data/") {
        #expect(try #require(other[path]).hasPrefix(try #require(one[path])), "\(path)")
    }
}

@Test func theHistoryEndsWhereTheLaterDaysBegin() throws {
    let texts = try written(small)
    let history = try rows(texts["data/metrics.csv"])
    #expect(history.map { $0[1] }.max() == "2026-03-30")
    #expect(history.map { $0[1] }.min() == "2025-12-01")
    for day in ["2026-03-31", "2026-04-09"] {
        let later = try rows(texts["data/\(day)/metrics.csv"])
        #expect(!later.isEmpty && later.allSatisfy { $0[1] == day })
        #expect(try rows(texts["data/\(day)/events.csv"]).allSatisfy { $0[3].hasPrefix(day) })
    }
    #expect(texts["data/2026-04-10/metrics.csv"] == nil)
}

@Test func theSampleHasWhatThePlaybooksLookFor() throws {
    let texts = try written(small)
    let events = try rows(texts["data/events.csv"]) + rows(texts["data/2026-04-01/events.csv"])
    let names = Set(events.map { $0[2] })
    #expect(names.isSuperset(of: ["first_report", "cancel_requested", "nps_response", "ticket_opened"]))
    let contacts = try rows(texts["data/contacts.csv"])
    #expect(Set(contacts.map { $0[4] }) == ["owner", "admin", "billing"])
    #expect(Set(contacts.map { $0[6] }).count > 5)
    let accounts = try rows(texts["data/accounts.csv"])
    #expect(accounts.count == 300)
    #expect(Set(accounts.map { $0[0] }).count == 300)
    // Some have nobody to write to.
    #expect(Set(contacts.filter { !$0[2].isEmpty && $0[5] == "active" }.map { $0[0] }).count < 300)
    let zones = Set(accounts.map { String($0[7]) } + contacts.map { String($0[6]) }).subtracting([""])
    #expect(zones.allSatisfy { Zone($0) != nil })
}

@Test func aFolderThatHoldsAWorkspaceIsLeftAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("keeptouch.yaml"))
    #expect(throws: SampleError.self) { try small.write(to: folder) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["keeptouch.yaml"])
}

@Test func theProgramCarriesTheFilesOfTheRepository() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardized
    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
    for file in Library.playbooks {
        #expect(try text(file.path) == file.text, "\(file.path) has changed; run make library")
    }
    for file in Library.acme + Library.samplePlaybooks {
        #expect(try text("samples/acme/\(file.path)") == file.text, "\(file.path) has changed; run make library")
    }
    let library = try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent("playbooks").path)
    let files = Set(
        library.filter { $0.hasSuffix(".yaml") || $0.contains("/") && $0.hasSuffix(".md") }.map { "playbooks/\($0)" })
    #expect(files == Set(Library.playbooks.map(\.path)), "run make library")
}
