import Foundation
import Testing

/// The names of tests on docs/security.md.
@Test func everyTestThatThePageOnSecurityNamesIsThere() throws {
    let folder = Document.repository.appendingPathComponent("Tests")
    var sources = ""
    for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init()
    where path.hasSuffix(".swift") {
        sources += try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }
    let page = try Document("docs/security.md")
    var names = 0
    for row in page.text.split(separator: "\n") where row.hasPrefix("| ") && !row.hasPrefix("| promise") {
        let tests =
            row.split(separator: " | ").last?.split(separator: "`").enumerated()
            .filter { $0.offset % 2 == 0 }.map { $0.element.filter(\.isLetter) }.filter { !$0.isEmpty } ?? []
        #expect(!tests.isEmpty, "\(row)")
        for test in tests {
            names += 1
            #expect(sources.contains("func \(test)("), "\(test)")
        }
    }
    #expect(names > 30)
}
