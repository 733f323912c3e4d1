import Playbooks

/// What a list of suppressed addresses becomes.
extension DataMapDraft {
    mutating func addSuppressions(_ file: FileGuess, _ list: SuppressionGuess) {
        guard list.whole != .nothing else {
            notes.append(
                "\(file.name): blocks and soft bounces say nothing against an address; the file suppresses nobody and is left out"
            )
            return
        }
        var columns = [pair("email", file, list.address)]
        if let reason = list.reason { columns.append(pair("reason", file, reason)) }
        if let at = list.at { columns.append(moment("at", file, at)) }
        let name = addImport(file, "suppressions", .suppressions, ["reason: \(list.whole.rawValue)"], columns)
        let words =
            switch list.whole {
            case .hardBounce: "mail does not reach"
            case .complaint: "have complained of spam"
            case .unsubscribed, .nothing: "want no messages"
            }
        let each = list.reason.map { ", each by its \"\(file.header[$0])\"" } ?? ""
        notes.append(
            "\(file.name): a suppression list, of addresses that \(words)\(each); keeptouch import \(name ?? "suppressions FILE") reads it"
        )
    }
}
