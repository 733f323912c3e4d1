import Foundation
import Testing

@Test func theUnitInTheDocumentationIsTheOneOfThePackage() throws {
    let unit = try String(
        contentsOf: Document.repository.appendingPathComponent("packaging/keeptouch@.service"), encoding: .utf8)
    let shown = try Document("docs/operations.md").blocks(of: "ini").map(\.text)
    #expect(shown == [unit])
}
