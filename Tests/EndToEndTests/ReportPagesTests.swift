import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The pages that reports are written as.
@Suite struct ReportPagesTests {
    /// What stands where in a page; all but the doctype is XML.
    private final class Reader: NSObject, XMLParserDelegate {
        private var open: [String] = []
        var pictures = 0
        var tables = 0
        var unscrolled: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            if name == "svg" { pictures += 1 }
            if name == "table" { tables += 1 }
            if ["svg", "table"].contains(name), !open.contains(where: { $0.hasPrefix("scroll") }) {
                unscrolled.append(name)
            }
            open.append(attributes["class"] ?? "")
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) {
            open.removeLast()
        }
    }

    private static func read(_ page: String) -> Reader {
        var text = page
        for void in ["<meta charset=\"utf-8\">", "<!DOCTYPE html>\n"] { text = text.replacing(void, with: "") }
        text = text.replacing(#/<meta [^>]*>/#, with: "")
        let reader = Reader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
        return reader
    }

    /// The rules that the pages share.
    private static func style(_ page: String) -> Substring? {
        page.split(separator: "<style>", maxSplits: 1).last?.prefix(while: { $0 != "<" })
    }

    /// What is wider than a phone moves under the finger, and widens no page; nothing is cut off.
    @Test func everyPageHasOneStyleAndScrollsWhatIsWide() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.replace("seats: { type: number }", with: "seats: { type: number, track: true }", in: "data.yaml")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        let accounts = (1...60).map { number in
            let left = number.isMultiple(of: 4) ? "churned,2026-02-\(10 + number / 4)" : "active,"
            return "a\(number),Account \(number),2025-0\(number % 9 + 1)-15,3,50,\(left)"
        }
        let text = "key,name,created_at,seats,mrr,status,churned_at\n" + accounts.joined(separator: "\n") + "\n"
        try scratch.write("accounts.csv", text)
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-01T09:00Z").code == 0)
        #expect(try scratch.keeptouch("run", "--now", "2026-03-02T09:00Z").code == 0)
        let questions = [
            ["report", "attrition"], ["report", "risk"], ["report", "playbook"], ["report", "playbook", "hello"],
            ["report", "experiment", "hello"], ["report", "journey"], ["next"],
            ["backtest", "hello", "--from", "2026-03-02", "--to", "2026-03-20"],
        ]
        var styles: [Substring] = []
        for question in questions {
            let told = try Program.run(
                question + ["--now", "2026-04-02T09:00Z", "--html", "page.html"], in: scratch.folder)
            #expect(told.code == 0, "\(told)")
            let page = try scratch.text("page.html")
            let reader = Self.read(page)
            #expect(reader.unscrolled.isEmpty, "\(question): \(reader.unscrolled)")
            if question.last == "attrition" { #expect(reader.pictures >= 3 && reader.tables >= 5) }
            if question.first == "backtest" { #expect(reader.pictures == 1 && reader.tables == 1) }
            styles.append(try #require(Self.style(page)))
        }
        #expect(styles[0].contains(".scroll { overflow-x: auto }"))
        #expect(styles.allSatisfy { $0.hasPrefix(styles[0].dropLast(2)) })
    }
}
