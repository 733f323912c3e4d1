import Playbooks
import Testing

/// What a team looks like to its customers.
@Suite struct BrandReaderTests {
    private func read(_ brand: String, _ files: [String: String] = [:]) -> (Brand?, [String]) {
        let configuration = """
            workspace: w
            timezone: UTC
            sender: { name: A, email: a@a.example }
            channels: { email: sendgrid }
            categories: { tips: Tips }

            """
        var all = ["keeptouch.yaml": configuration, "brand.yaml": brand]
        all.merge(files) { $1 }
        let (workspace, diagnostics) = WorkspaceReader.read(all)
        return (workspace?.brand, diagnostics.map(\.description))
    }

    @Test func everyKeyIsRead() throws {
        let (read, complaints) = read(
            """
            logo: { url: "https://acme.example/logo.png", alt: Acme, width: 120, dark: "https://acme.example/dark.png" }
            colors: { accent: "#9A3412", accent_dark: "#fdba74" }
            font: Inter, "Helvetica Neue", sans-serif
            links: { Help: "https://help.acme.example", Write: "mailto:help@acme.example" }
            legal: { en: Acme Inc., pt_BR: Acme Ltda. }

            """)
        let brand = try #require(read)
        #expect(complaints == [])
        #expect(
            brand.logo
                == Brand.Logo(
                    url: "https://acme.example/logo.png", alt: "Acme", width: 120, dark: "https://acme.example/dark.png"
                ))
        #expect("\(brand.accent) \(brand.accentDark)" == "#9a3412 #fdba74")
        #expect(brand.font == "Inter,'Helvetica Neue',sans-serif")
        #expect(brand.links.map(\.label) == ["Help", "Write"])
        #expect(brand.legal(in: "pt-br") == "Acme Ltda." && brand.legal(in: "de-AT") == "Acme Inc.")
        let (plain, _) = self.read("legal: Acme GmbH\n")
        #expect(plain?.legal(in: "ja") == "Acme GmbH" && plain?.accent == Brand().accent)
    }

    @Test func aColorThatCannotBeReadIsToldWithOneThatCan() throws {
        let (brand, complaints) = read("colors:\n  accent: \"#ffcc00\"\n  accent_dark: \"#333\"\n")
        #expect(brand == nil)
        #expect(
            complaints.contains {
                $0.hasPrefix("brand.yaml:2:11: error: #ffcc00 has a contrast of 1.3:1 on the light page (#f3f4f6)")
            }, "\(complaints)")
        #expect(complaints.contains { $0.hasPrefix("brand.yaml:3:16: error: #333333 has a contrast of") })
        // What is proposed is taken.
        for complaint in complaints {
            let proposal = try #require(complaint.firstMatch(of: /; (#[0-9a-f]{6}) would do/)?.1)
            let key = complaint.contains(":2:") ? "accent" : "accent_dark"
            #expect(read("colors: { \(key): \"\(proposal)\" }\n").1 == [])
        }
    }

    @Test(arguments: [
        ("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.478), ("#767676", "#ffffff", 4.542),
        ("#0b57d0", "#0b57d0", 1.0),
    ])
    func contrastIsThatOfWCAG(one: String, two: String, expected: Double) throws {
        let (one, two) = (try #require(Color(one)), try #require(Color(two)))
        #expect(abs(one.contrast(on: two) - expected) < 0.001 && one.contrast(on: two) == two.contrast(on: one))
    }

    /// Whatever the accent is, words on it and in it can be read.
    @Test func everyColorHasAnInkAndReadableShades() {
        for red in stride(from: 0, through: 255, by: 15) {
            for green in stride(from: 0, through: 255, by: 15) {
                for blue in stride(from: 0, through: 255, by: 51) {
                    let color = Color(red: UInt8(red), green: UInt8(green), blue: UInt8(blue))
                    #expect(color.ink.contrast(on: color) >= 4.3)
                    for surface in [Brand.light.page, Brand.light.sheet, Brand.dark.page, Brand.dark.sheet] {
                        let shade = color.readable(on: surface)
                        #expect(shade.contrast(on: surface) >= Color.leastContrast)
                        #expect(shade == color || color.contrast(on: surface) < Color.leastContrast)
                    }
                    #expect(color.readable(on: Brand.light.page).ink == .white)
                }
            }
        }
    }

    @Test func mistakesAreToldAtTheirPlaces() {
        let (brand, complaints) = read(
            """
            logo: { url: "http://acme.example/logo.png", width: 2000 }
            colors:
              accent: #0b57d0
              accent_dark: blue
            font: Inter
            links: { Help: help.acme.example }
            legal: { english: x }
            color: "#fff"

            """)
        #expect(brand == nil)
        for expected in [
            "brand.yaml:1:7: error: \"alt\" is missing in \"logo\"",
            "brand.yaml:1:14: error: expected the https:// address of a picture for \"url\"",
            "brand.yaml:1:53: error: expected a whole number from 16 to 600",
            "brand.yaml:3:3: error: \"accent\" has no value; # begins a comment, so put a color in quotes",
            "brand.yaml:4:16: error: expected a color such as \"#0b57d0\" for \"accent_dark\", got \"blue\"",
            "brand.yaml:5:7: error: the last font is one that every device has",
            "brand.yaml:6:16: error: expected an address that begins with https://",
            "brand.yaml:7:10: error: expected a language such as en or pt-BR, got \"english\"",
            "brand.yaml:8:1: error: unknown key \"color\"; did you mean \"colors\"?",
        ] {
            #expect(
                complaints.contains { $0.hasPrefix(expected) }, "\(expected)\n\(complaints.joined(separator: "\n"))")
        }
        for font in ["\"a;b, serif\"", "\"x\\\"><script>, serif\"", "\",\""] {
            #expect(read("font: \(font)\n").1.contains { $0.contains("expected names of fonts") }, "\(font)")
        }
    }

    @Test func aLanguageWithoutLegalTextIsToldOf() {
        let files = [
            "playbooks/p/playbook.yaml":
                "playbook: p\nstate: live\ncategory: tips\nwhen: mrr > 0\nsteps:\n  - email: m.md\n",
            "playbooks/p/m.md": "---\nsubject: A\n---\nb\n", "playbooks/p/m.fr.md": "---\nsubject: A\n---\nb\n",
        ]
        let complaints = read("legal: { en: A, de: B }\n", files).1
        #expect(
            complaints.contains {
                $0.hasPrefix("brand.yaml:1:1: warning: \"legal\" has no text in fr")
                    && $0.hasSuffix("carry the one in en")
            }, "\(complaints)")
    }
}
