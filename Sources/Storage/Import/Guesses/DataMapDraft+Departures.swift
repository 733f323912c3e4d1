import Playbooks

/// What a list of customers who have left, or ask to, becomes.
extension DataMapDraft {
    private static let ofRequests = [
        "request", "asked", "received", "notice", "notified", "submitted", "eingang", "eingegangen", "beantragt",
        "demande",
        "demandé", "reçu", "recu", "préavis", "solicit", "recib", "aviso", "aangevraagd", "ontvangen", "richiest",
        "ricevut",
        "recebid", "pedido",
    ]
    private static let ofEnds: Set<String> = [
        "effective", "eff", "zum", "wirksam", "wirkung", "last", "ends", "end", "ended", "ending", "ende", "until",
        "bis",
        "expires", "expiry", "expiration", "effet", "effect", "efectiva", "efectivo", "efecto", "vigor", "fin", "hasta",
        "effettiva", "efetiva", "per", "ingangsdatum", "einddatum", "laufzeitende", "vertragsende",
    ]

    /// - Parameters:
    ///   - at: the moment by which the file was recognized.
    ///   - columns: how it names accounts, their people and its rows, with that moment.
    mutating func addDepartures(_ file: FileGuess, _ account: Int, _ at: Int, _ reason: Int?, _ columns: [String]) {
        if !keys.isEmpty { forgetNobodyLeft() }
        let moments = file.usable.filter { $0 != account && file.guesses[$0].isMoment }
        func isOfRequest(_ index: Int) -> Bool { Self.ofRequests.contains { file.simpleName(index).contains($0) } }
        let end = moments.first { index in
            !isOfRequest(index)
                && file.simpleName(index).split(separator: "_").contains { Self.ofEnds.contains(String($0)) }
        }
        let isAsked = isOfRequest(at)
        let others = moments.contains { $0 != at && file.simpleName($0).contains("cancel") }
        let gone = end ?? (isAsked && others ? moments.first { !isOfRequest($0) } : nil) ?? at
        // Beside the day on which it ends, one on which somebody canceled is that of the request.
        let request = moments.first { $0 != gone && isOfRequest($0) } ?? (at != gone ? at : nil)
        let isOfRequests =
            request == nil && end == nil
            && (file.header.contains { $0.lowercased().contains("request") } || file.title.contains("request"))
        let rest = columns.filter { !$0.hasPrefix("at: ") }
        let left = isOfRequests ? "cancel_requested" : "churned"
        addDeparture(file, left, rest + [self.moment("at", file, gone)], reason, named: "cancellations")
        if let request, !isOfRequests {
            addDeparture(
                file, "cancel_requested", rest + [self.moment("at", file, request)], reason, named: "cancel_requests")
            notes.append(
                "\(file.name): customers leave on \"\(file.header[gone])\", and ask to on \"\(file.header[request])\"; who leaves on "
                    + "a day that lies ahead is a customer until then")
        }
        if request == nil, !isOfRequests, isAsked {
            notes.append(
                "\(file.name): customers count as gone since \"\(file.header[gone])\"; if that is when they asked to leave, say: "
                    + "event: cancel_requested")
        }
        let named = file.guesses[account].distinct
        if !isOfRequests, named >= 10, named * 5 > keys.count {
            notes.append(
                "\(file.name) names \(named) of \(keys.count) accounts; where more than one in five are still "
                    + "customers, say that they have left: keeptouch import cancellations --complete")
        }
    }

    private mutating func addDeparture(
        _ file: FileGuess, _ event: String, _ columns: [String], _ reason: Int?, named name: String
    ) {
        var columns = columns
        var map: [String] = []
        if let reason {
            columns.append(pair("reason", file, reason))
            for word in file.guesses[reason].words.keys.sorted() {
                guard let found = Self.reason(word) else { continue }
                map.append("\(ImportHint.scalar(word)): \(found)")
            }
        }
        if !map.isEmpty {
            events.append(
                "  \(event):\n    properties:\n      reason: { type: reason, map: { \(map.joined(separator: ", ")) } }")
        }
        note(file, "\(event) events")
        addImport(file, name, .events, ["event: \(event)"], columns)
    }

    /// The reason of the library that the words of a cancellation mean.
    private static func reason(_ text: String) -> String? {
        let word = text.lowercased()
        let known: [(String, [String])] = [
            ("price", ["price", "pricing", "expens", "cost", "budget", "afford"]),
            ("out_of_business", ["out of business", "out_of_business", "closing", "closed", "bankrupt", "shut"]),
            ("missing_feature", ["feature", "missing", "lack", "function", "integration"]),
            ("no_use", ["no use", "not us", "unused", "no longer need", "not need", "no need", "adoption"]),
        ]
        return known.first { $0.1.contains { word.contains($0) } }?.0
    }
}
