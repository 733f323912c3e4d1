import Foundation
import Playbooks
import Storage
import Testing

/// Files of an export that are looked at, and brought in as what was guessed of them says.
struct GuessedFiles {
    let world: ImportWorld
    let guess: DataMapGuess
    let reports: [ImportReport]

    /// - Parameter currency: the workspace's, where no file says it.
    init(_ files: [(name: String, text: String)], currency: String = "USD") throws {
        var world = try ImportWorld(currency: currency)
        let paths = try files.map { try world.file($0.text, $0.name) }
        let guess = try DataMapGuess(
            from: paths.map { .file($0) }, paths: files.map(\.name), configuration: world.configuration, now: world.now)
        if let found = guess.currency, found != currency { world = try ImportWorld(currency: found) }
        for file in files { _ = try world.file(file.text, file.name) }
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\ncurrency: \(guess.currency ?? currency)\n",
            "data.yaml": guess.yaml + "reasons: { price: {} }\n",
        ])
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [], "\(guess.yaml)")
        world.dataMap = try #require(workspace).dataMap
        var reports: [ImportReport] = []
        for kind in ImportKind.allCases {
            for map in world.dataMap.imports where map.kind == kind {
                guard let file = map.file else { continue }
                reports.append(
                    try world.importer.run(
                        kind, from: .file(world.scratch.path(file)), options: ImportOptions(map: map), now: world.now))
            }
        }
        (self.world, self.guess, self.reports) = (world, guess, reports)
    }

    init(_ text: String, currency: String = "USD") throws {
        try self.init([("accounts.csv", text)], currency: currency)
    }

    func rows(_ sql: String) throws -> [String] { try world.rows(sql) }

    func says(_ text: String) -> Bool { guess.notes.contains { $0.contains(text) } }

    var warnings: [String] { reports.flatMap(\.warnings) }
}
