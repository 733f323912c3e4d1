import Decisions

extension CycleReport {
    /// What has become of a playbook since a cycle last saw it; only `plan` tells it.
    package struct Change: Sendable, Encodable {
        package enum Kind: String, Sendable, Encodable {
            /// The file has another text.
            case edited
            /// Its state is `retired`, or its file is gone: its enrollments end.
            case retired, deleted
            /// Its state is `draft`, or its file has an error: nobody enters, and running enrollments go on.
            case draft, broken
        }

        /// How many accounts, and the keys of the first of them.
        package struct Accounts: Sendable, Encodable {
            package var count = 0
            package var keys: [String] = []

            private static let shown = 5

            mutating func add(_ key: String) {
                count += 1
                if keys.count < Self.shown { keys.append(key) }
            }
        }

        /// A version that running enrollments keep.
        package struct Pinned: Sendable, Encodable {
            package var version: String
            package var running: Int
            /// False when the files of today lack what it needs, such as a message: its enrollments stand still.
            package var isReadable: Bool

            enum CodingKeys: String, CodingKey {
                case version, running
                case isReadable = "readable"
            }
        }

        package var playbook: String
        package var change: Kind
        /// Versions, eight digits each.
        package var from: String
        package var to: String?
        /// As of now: the accounts that only the new version finds, and those that only the old one does.
        package var enter: Accounts?
        package var leave: Accounts?
        /// Whether its matches are of accounts; else the two are of audiences, of which events and hours make matches.
        package var isOfMatches = true
        /// Accounts that both find and that would be drawn into another variant.
        package var otherVariants: Int?
        package var running = 0
        package var pinned: [Pinned] = []

        init(playbook: String, change: Kind, from: String) {
            self.playbook = playbook
            self.change = change
            self.from = from
        }

        enum CodingKeys: String, CodingKey {
            case playbook, change, from, to, enter, leave, running, pinned
            case otherVariants = "other_variants"
            case isOfMatches = "of_matches"
        }
    }
}

extension CycleReport.OfPlaybook {
    /// How many would enter or be held out; of a held playbook, if it were released.
    package var entering: Int {
        (ifReleased ?? verdicts).reduce(0) { $0 + ($1.key.arm == nil ? 0 : $1.value) }
    }
}

extension CycleReport.Change {
    /// What has become of the playbook, as a sentence without its end.
    package var sentence: String {
        func of(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        let ending = "its \(of(running, "running enrollment")) \(running == 1 ? "ends" : "end")"
        switch change {
        case .retired: return "\(playbook) is retired: \(ending)"
        case .deleted: return "\(playbook) has no file any more: \(ending)"
        case .draft: return "\(playbook) is a draft now: nobody enters"
        case .broken: return "\(playbook) has an error in its files (keeptouch check): nobody enters"
        case .edited:
            let versions = "\(playbook) has changed (\(from) → \(to ?? ""))"
            guard let enter, let leave else {
                return "\(versions); the version before cannot be read with the files of today"
            }
            let (more, less) = isOfMatches ? ("enter", "no longer match") : ("in the audience", "no longer in it")
            var parts = ["+\(enter.count) \(more)\(enter.list)", "-\(leave.count) \(less)\(leave.list)"]
            if let count = otherVariants, count > 0 {
                parts.append("\(of(count, "account")) would get another variant")
            }
            return "\(versions): \(parts.joined(separator: ", "))"
        }
    }
}

extension CycleReport.Change.Accounts {
    fileprivate var list: String {
        keys.isEmpty ? "" : " (\(keys.joined(separator: ", "))\(count > keys.count ? ", ..." : ""))"
    }
}
