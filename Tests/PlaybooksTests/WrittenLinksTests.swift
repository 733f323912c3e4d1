import Playbooks
import Testing

/// The addresses that are written in a workspace, and what subjects filters mind.
@Suite struct WrittenLinksTests {
    @Test func eachAddressIsFoundOnceWithItsPlace() {
        let written = WrittenLinks([
            "playbooks/p/a.md": """
            ---
            subject: A
            action: { label: Go, url: "https://a.example/go" }
            ---
            See [this](https://a.example/x), https://a.example/y. And <https://a.example/z>!
            [Wiki](https://en.example/A_(b)) [next](https://a.example/n)[to](https://a.example/o) ![p](https://a.example/p.png "t")
            Again [this](https://a.example/x) and [dynamic](https://a.example/{{account.key | no one}}?x=1).

            """,
            "playbooks/p/b.html": "<a href='https://b.example/?a=1&amp;b=2'>x</a>",
            "snippets/s.md": "https://a.example/x\n",
            "layouts/l.html": "<img src=\"https://l.example/i.png\" alt=\"\">",
            "brand.yaml": "# https://no.example\nlinks: { Help: https://h.example, Other: https://o.example }\n",
            "keeptouch.yaml": "base_url: https://no.example\n", "playbooks/p/playbook.yaml": "# https://no.example\n",
        ])
        #expect(
            written.links.map { "\($0.position) \($0.url) \($0.others)" } == [
                "brand.yaml:2:16 https://h.example 0", "brand.yaml:2:42 https://o.example 0",
                "layouts/l.html:1:11 https://l.example/i.png 0", "playbooks/p/a.md:3:28 https://a.example/go 0",
                "playbooks/p/a.md:5:12 https://a.example/x 2", "playbooks/p/a.md:5:34 https://a.example/y 0",
                "playbooks/p/a.md:5:60 https://a.example/z 0", "playbooks/p/a.md:6:8 https://en.example/A_(b) 0",
                "playbooks/p/a.md:6:41 https://a.example/n 0", "playbooks/p/a.md:6:66 https://a.example/o 0",
                "playbooks/p/a.md:6:92 https://a.example/p.png 0",
                "playbooks/p/b.html:1:10 https://b.example/?a=1&b=2 0",
            ])
        #expect(written.dynamic == 1)
    }

    @Test(
        arguments: [
            ("READ THIS NOW", "SUBJ_ALL_CAPS"), ("Really? Yes!", "PLING_QUERY"), ("$500 for you", "SUBJ_DOLLARS"),
            ("Buy today", "SUBJ_BUY"), ("Re: our talk", "FAKE_REPLY_C"), ("AW: our talk", "FAKE_REPLY_C"),
            ("NEWS 2026", nil), ("YOUR {{account.name}} REPORT", nil), ("Really?", nil), ("It is yours!", nil),
            ("Save $500", nil), ("Regarding your plan", nil), ("{{fall}} less than before", nil), ("新しい レポートです今", nil),
        ] as [(String, String?)])
    func aSubjectIsWarnedOfByTheNameOfARule(subject: String, rule: String?) {
        let (_, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: w\ntimezone: UTC\ncategories: { tips: Tips }\n",
            "playbooks/p/playbook.yaml":
                "playbook: p\ncategory: tips\nsignals: { fall: mrr }\nwhen: mrr > 0\nsteps:\n  - email: m.md\n",
            "playbooks/p/m.md": "---\npreheader: x\nsubject: \"\(subject)\"\n---\nb\n",
        ])
        let told = diagnostics.filter { $0.message.contains("SpamAssassin") }.map(\.description)
        #expect(told.count == (rule == nil ? 0 : 1), "\(told)")
        if let rule {
            #expect(told.first?.hasPrefix("playbooks/p/m.md:3:1: warning: the subject ") == true, "\(told)")
            #expect(told.first?.contains("(SpamAssassin: \(rule))") == true, "\(told)")
        }
    }
}
