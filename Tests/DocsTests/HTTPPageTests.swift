import Foundation
import Testing

/// The page of the HTTP API, against a server that serves the workspace which the page shows.
@Suite struct HTTPPageTests {
    private static let configuration = """
        workspace: page
        timezone: UTC
        database: keeptouch.db
        base_url: https://touch.example.com
        sender: { name: Page, email: hi@page.example, postal_address: "1 Main St, Springfield" }

        """

    @Test func everyRequestOfThePageIsAnsweredAsThePageShows() throws {
        let page = try Document("docs/http-api.md")
        let terminal = try Terminal()
        try terminal.save(Self.configuration, as: "keeptouch.yaml")
        for block in page.blocks {
            if let title = block.title { try terminal.save(block.text, as: title) }
        }
        let address = try terminal.serve()
        for block in page.blocks(of: "console") {
            var lines = block.lines[...]
            while let line = lines.popFirst() {
                let shown = lines.prefix { !$0.hasPrefix("$ ") }
                lines = lines[shown.endIndex...]
                let command = line.dropFirst(2).replacing("http://127.0.0.1:8080", with: address)
                    .replacing("$KEY", with: "$(cat key)")
                let printed = try terminal.type(String(command))
                #expect(
                    line.hasPrefix("$ ") && Transcript.matches(shown, printed[...]),
                    "line of block \(block.line): \(line)\n\(printed.joined(separator: "\n"))")
            }
        }
    }

    @Test func everyRouteThatIsDescribedHasItsPlaceInThePage() throws {
        let page = try Document("docs/http-api.md")
        let file = Document.repository.appendingPathComponent("docs/openapi.json")
        let document = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: Any])
        // The sections of webhooks, links and the inbox name their routes by their beginning.
        let missing = paths.keys.filter { path in
            !page.text.contains(path.split(separator: "{").first.map(String.init) ?? path)
        }
        #expect(missing.filter { $0.hasPrefix("/v1/") && !$0.hasPrefix("/v1/inbox") } == [])
    }
}
