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
        get throws { try ask["file"].map(one) ?? list }
    }

    private var list: DashboardPage {
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

    /// - Throws: `PageProblem` for a file that there is none of, and no complaint either.
    private func one(_ file: String) throws -> DashboardPage {
        let found = complaints.filter { $0.position.file == file }
        guard ask.edition.files.texts[file] != nil || !found.isEmpty else {
            let names = ask.edition.files.texts.keys.sorted()
            let near = nearest(to: file, in: names).map { " Did you mean \"\($0)\"?" } ?? ""
            throw PageProblem(
                .notFound, "No such file",
                "There is no file \"\(file.prefix(200))\"; it may have been renamed or deleted.\(near)", at: "file")
        }
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
            if isKept(file) {
                if let refused = ask.edition.refused[file], Self.mayBeShown(file) {
                    html.panel("As it lies there", id: "refused") { add(refused, of: file, found, to: &$0) }
                } else if !Self.mayBeShown(file) {
                    html.add(
                        "p", ["class": "soft small"],
                        text: "The file on disk is not shown while it has an error: it may hold a secret.")
                }
            }
            guard let text else {
                return html.nothing("There is no such file", "It may have been renamed or deleted.")
            }
            html.panel(isKept(file) ? "The version that goes on" : "Its text", id: "text") { html in
                add(text, of: file, isKept(file) ? [] : found, to: &html)
            }
        }
    }

    /// Where a secret stands is known only of a file that could be read.
    private static func mayBeShown(_ file: String) -> Bool {
        file.hasPrefix("playbooks/") || file.hasPrefix("journeys/") || file == "data.yaml"
    }

    private func add(_ text: String, of file: String, _ complaints: [Diagnostic], to html: inout HTML) {
        html.add("pre", ["class": "source", "tabindex": "0", "role": "group", "aria-label": "Text of \(file)"]) {
            html in
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let meant = complaints.filter { $0.position.line == index + 1 }
                html.add("span", ["class": "soft"], text: "\(index + 1)".leftPadded(4) + "  ")
                if meant.isEmpty { html.text(String(line)) } else { html.add("del", text: String(line)) }
                html.text("\n")
                for complaint in meant {
                    html.add("b", ["class": "bad"], text: "      " + complaint.message)
                    html.text("\n")
                }
            }
        }
    }
}

extension String {
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
