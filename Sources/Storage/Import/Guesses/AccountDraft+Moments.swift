import Playbooks

/// What the columns of days become: since when accounts are customers, and who has left.
extension AccountDraft {
    mutating func addMoments() {
        var isDated = false
        // Where billing says of each subscription when it ended, the day of its cancellation is that of the request.
        let ended = ["ended_at", "ended_on", "expires_at", "expires_on", "expired_at", "expiration_date"]
        let hasEnds =
            free(ended).contains { file.guesses[$0].isMoment }
            && (isOfSubscriptions && !free(["ended_at", "ended_on"]).isEmpty
                || !free(["expires_at", "expires_on", "expired_at"]).isEmpty
                    && !free(["canceled_at", "cancelled_at", "canceled_on", "cancelled_on"]).isEmpty)
        for (name, names) in [
            ("churned_at", hasEnds ? ended : AccountColumnNames.churned),
            ("created_at", AccountColumnNames.created + (isOfSubscriptions ? ["activated_at"] : [])),
            (
                "cancel_requested_at",
                (hasEnds ? ["canceled_at", "cancelled_at", "canceled_on", "cancelled_on"] : []) + [
                    "cancel_requested_at", "cancel_request_date", "cancellation_requested", "kündigung_eingegangen_am",
                    "kündigungseingang",
                ]
            ),
            (
                "service_end_at",
                [
                    "service_end_at", "service_end", "service_ends_at", "service_end_date", "kündigung_zum",
                    "kuendigung_zum",
                    "gekündigt_zum", "cancels_at", "cancel_at", "ends_at",
                ]
            ),
        ] {
            // Who has said when they will leave has a day there that lies ahead; see `LifecycleCells`.
            let isPast = name != "service_end_at" && name != "churned_at"
            let rest = file.usable.filter { !taken.contains($0) }
            let owned = rest.filter { names.contains(AccountColumnNames.withoutOwner(file.simpleName($0))) }
            let columns =
                switch name {
                case "created_at":
                    free(names) + rest.filter { AccountColumnNames.namesBeginning(file.simpleName($0)) } + owned
                case "churned_at" where !hasEnds: free(names) + owned + rest.filter(isOfLeaving)
                default: free(names)
                }
            guard
                let index = columns.first(where: {
                    file.guesses[$0].isMoment && (!isPast || file.guesses[$0].isPast)
                })
            else { continue }
            // An end that lies behind for those who have one is the day on which they left.
            let isEnd = name == "service_end_at" && file.guesses[index].isPast && !declares(anyOf: ["churned_at"])
            add(moment: Attribute(isEnd ? "churned_at" : name, .instant), index)
            isDated = isDated || name == "created_at"
        }
        addEnds()
        if !isDated { noteNoBeginning() }
    }

    private mutating func noteNoBeginning() {
        let others = file.usable.filter { !taken.contains($0) && file.guesses[$0].isPast }.prefix(3)
        let advice =
            others.isEmpty
            ? "" : " (dates that are past stand in \(others.map { "\"\(file.header[$0])\"" }.joined(separator: ", ")))"
        var attribute = Attribute("created_at", .instant)
        attribute.form.column = others.first.map { file.header[$0] } ?? "..."
        attribute.form.formats = others.first.map { file.guesses[$0].declaredFormats } ?? []
        notes.append(
            "no column says since when accounts are customers\(advice): what is asked about created_at is missing, and "
                + "playbooks that ask find nobody, until one does: attributes: { created_at: "
                + "\(ImportHint.declaration(of: attribute, isBuiltIn: true)) }")
    }

    /// Where nothing else says who has left, the end of a contract does, if it lies behind and is empty for others.
    private mutating func addEnds() {
        guard !declares(anyOf: ["churned_at"]), !isOfSubscriptions,
            let index = free(AccountColumnNames.ended).first(where: { isOfSome($0) })
        else { return }
        add(moment: Attribute("churned_at", .instant), index)
        if declares(anyOf: ["status"]) { return }
        notes.append(
            "\"\(file.header[index])\" lies behind for \(file.guesses[index].days) of \(file.rows) accounts and is empty for the "
                + "others: it is taken for the day on which they left (churned_at)")
    }

    /// Whether a column says by its words when some have left: `Date de départ`, `ausgeschieden am`.
    private func isOfLeaving(_ index: Int) -> Bool {
        isOfSome(index) && PresenceWord.accountHasLeft(file.simpleName(index)) == true
    }

    /// The day on which some have left, under a name that says so.
    var dayOfLeaving: Int? {
        (free(AccountColumnNames.churned) + file.usable.filter { !taken.contains($0) && isOfLeaving($0) }).first {
            isOfSome($0) && file.guesses[$0].days * 2 <= file.rows
        }
    }

    /// Whether some accounts have a day there, all of them past, and others none.
    private func isOfSome(_ index: Int) -> Bool {
        let guess = file.guesses[index]
        return guess.isPast && guess.days * 10 <= file.rows * 7
    }

    var saysStatus: Bool { declares(anyOf: ["status"]) }

    private func declares(anyOf names: Set<String>) -> Bool {
        attributes.values.contains { names.contains($0.name) }
    }

    /// The end of a contract is a renewal for most, and for some the end.
    mutating func noteContractEnd(_ name: String, _ index: Int) {
        let words = file.simpleName(index)
        guard name == "renewal_at", words.contains("end") || words.hasPrefix("fin_") else { return }
        let column = ImportHint.quoted(file.header[index])
        let isPast = file.guesses[index].isPast
        var attribute = Attribute(isPast ? "churned_at" : "service_end_at", .instant)
        attribute.form.column = file.header[index]
        attribute.form.formats = file.guesses[index].declaredFormats
        notes.append(
            "\(column) is taken for the day on which the contract is renewed (renewal_at); if it is the one on which "
                + "\(isPast ? "the customer left" : "the service ends"), say: attributes: { \(attribute.name): "
                + "\(ImportHint.declaration(of: attribute, isBuiltIn: true)) }")
    }

    /// Rows that a tool marks as deleted are exported all the same, and another column says how accounts stand.
    mutating func noteDeleted() {
        let marks = file.columns(["is_deleted", "deleted", "is_archived", "archived"])
        guard let index = marks.first(where: { file.guesses[$0].isBoolean && attributes[$0]?.name != "status" }) else {
            return
        }
        let count = file.guesses[index].words.reduce(0) {
            $0 + (DeletionMark.isSet($1.key) ? $1.value : 0)
        }
        guard count > 0 else { return }
        let isRead = saysStatus && DeletionMark.isNamed(file.header[index])
        notes.append(
            "\"\(file.header[index])\": \(count) of \(file.rows) accounts \(count == 1 ? "is" : "are") deleted there, and "
                + (isRead
                    ? "\(count == 1 ? "counts" : "count") as churned"
                    : "may be written to all the same: leave them out of the export"))
    }

    static let nobodyLeft = "no column says who has left"

    /// Nobody finds out later that those who have left are written to: where no column says who has, somebody is told, with
    /// the columns that may.
    mutating func noteNobodyLeft() {
        guard !declares(anyOf: ["status", "churned_at"]), !addDepartingWords() else { return }
        let builtIn = Set(Attribute.builtIn.map(\.name))
        let open = file.usable.filter { index in
            index != key && file.guesses[index].filled > 0
                && attributes[index].map { !builtIn.contains($0.name) } == true
        }
        let days = open.filter { isOfSome($0) && file.guesses[$0].days * 2 <= file.rows }
        let flags = open.filter { file.guesses[$0].isBoolean && file.guesses[$0].distinct == 2 }
        let words = open.filter { index in
            !days.contains(index) && !flags.contains(index) && StatusGuess.soundsLikeDeparture(file.guesses[index])
        }
        var advice = ""
        if let index = words.first ?? (days.isEmpty ? flags.first : nil) {
            let words = file.guesses[index].words.keys.sorted().prefix(6)
            let map = words.map { word in
                "\(ImportHint.scalar(word)): \(StatusWords.status(of: word) ?? "<active or churned>")"
            }
            advice =
                " \"\(file.header[index])\" may; then say: attributes: { status: { column: \(ImportHint.quoted(file.header[index])), "
                + "map: { \(map.joined(separator: ", ")) } } }"
        } else if let index = days.first {
            var attribute = Attribute("churned_at", .instant)
            attribute.form.column = file.header[index]
            attribute.form.formats = file.guesses[index].declaredFormats
            advice =
                " \"\(file.header[index])\" is past for \(file.guesses[index].days) of \(file.rows) and empty for the others; if that is "
                + "when they left, say: attributes: { churned_at: \(ImportHint.declaration(of: attribute, isBuiltIn: true)) }"
        }
        notes.append(
            "\(Self.nobodyLeft): all \(file.rows) accounts count as customers and may be written to."
                + (advice.isEmpty ? " If some have left, bring a column with their status, or with the day" : advice))
    }
}
