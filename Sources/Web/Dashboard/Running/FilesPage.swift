import Basics
import Playbooks
import Runner

/// Every file with what is wrong with it, and its text.
struct FilesPage {
    let ask: PageRequest

    private var complaints: [Diagnostic] {
        // What is wrong with the files as they lie there, and the warnings of those that work.
        ask.edition.complaints
            + ask.edition.files.diagnostics.filter { diagnostic in !ask.edition.complaints.contains(diagnostic) }
    }

    var page: DashboardPage {
        if let file = ask["file"] { return one(file) }
        let byFile = Dictionary(grouping: complaints, by: \.position.file)
        let names = Set(ask.edition.files.texts.keys).union(byFile.keys).sorted()
        return DashboardPage(
            "Files", in: .files,
            lead: HTML { $0.text("Files are the truth: edit them in git. They are read again when they change.") }
        ) { html in
            html.panel("All", id: "all", note: names.count.grouped) { html in
                html.table("Files", [("file", nil), ("state", nil), ("complaints", nil)]) { html in
                    for name in names.sorted(by: { (byFile[$0] == nil ? 1 : 0, $0) < (byFile[$1] == nil ? 1 : 0, $1) })
                    {
                        let found = byFile[name] ?? []
                        let hasError = found.contains { $0.severity == .error }
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"]) { $0.link(name, ask.link("/files", ["file": name])) }
                            html.add("td") { html in
                                if hasError {
                                    html.state("broken", isKept(name) ? "error; the older version goes on" : "error")
                                } else if !found.isEmpty {
                                    html.state("late", "warning")
                                } else {
                                    html.state("live", "good")
                                }
                            }
                            html.cell("soft small", found.first.map { "\($0.position.line): \($0.message)" } ?? "")
                        }
                    }
                }
                html.command(["check"])
            }
        }
    }

    private func isKept(_ name: String) -> Bool {
        ask.edition.kept.contains { name == $0 || name.hasPrefix($0 + "/") }
    }

    private func one(_ file: String) -> DashboardPage {
        let found = complaints.filter { $0.position.file == file }
        let text = ask.edition.files.texts[file].map { SecretMask(ask.edition.files.diagnostics).masked($0, of: file) }
        return DashboardPage(
            file, in: .files, crumb: HTML { $0.link("Files", ask.link("/files")) },
            acts: HTML { html in
                guard ask.visitor.role >= .operator, text != nil, file.hasPrefix("playbooks/") else { return }
                html.add("a", ["class": "button", "href": ask.link("/try", ["file": file])], text: "Try a change")
            }
        ) { html in
            for complaint in found {
                html.note(
                    complaint.severity == .error ? "bad" : "warn",
                    "line \(complaint.position.line), column \(complaint.position.column): \(complaint.message)")
            }
            guard let text else {
                return html.nothing("There is no such file", "It may have been renamed or deleted.")
            }
            if isKept(file) {
                html.add(
                    "p", ["class": "soft small"],
                    text: "This is the version that goes on; the file on disk is another one and has the error above.")
            }
            html.panel("Its text", id: "text") { html in
                html.add("pre", ["class": "source", "tabindex": "0", "role": "group", "aria-label": "Text of \(file)"])
                { html in
                    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                        html.add("span", ["class": "soft"], text: "\(index + 1)".leftPadded(4) + "  ")
                        let isMeant = !isKept(file) && found.contains { $0.position.line == index + 1 }
                        if isMeant { html.add("del", text: String(line)) } else { html.text(String(line)) }
                        html.text("\n")
                    }
                }
            }
        }
    }
}

extension String {
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
