import Playbooks

/// What is said of lists in JSON files, of which one object is read with its row.
extension DataMapDraft {
    mutating func noteLists(_ file: FileGuess) {
        let outer = file.lists.filter { name in !file.lists.contains { $0 != name && name.hasPrefix($0 + ".") } }
        for list in outer {
            let columns = file.usable.filter { file.header[$0].hasPrefix(list + ".") }
            guard !columns.isEmpty else { continue }
            var note = "\(file.name): \"\(list)\" holds several objects in some rows, of which the first is read"
            if columns.contains(where: { file.guesses[$0].isEmail }), let path = file.path,
                let rows = file.rowsPath, let key = accounts.key, accounts.file.path == path
            {
                note +=
                    "; to have all of these people, make a file of them and name it, too: jq -c '\(rows) as $row | $row.\(list)[] + "
                    + "{account: $row.\(accounts.file.header[key])}' \(file.name) > contacts.ndjson"
            }
            notes.append(note)
        }
    }
}
