import ArgumentParser
import Decisions
import Playbooks
import Storage

struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Settle touches that only a person can tell about.")

    @Argument(help: "The touch's number; or unknown or held, for all that are.")
    var touch: Which

    @Argument(help: "sent (it arrived), resend (it did not: send it), drop (let it be).")
    var verdict: Ledger.Resolution

    @Option(help: "Of all, only those of this playbook.")
    var playbook: String?

    @Option(help: "Of all, only those of this channel.")
    var channel: String?

    @OptionGroup var options: WorkspaceOptions

    enum Which: ExpressibleByArgument {
        case one(Int64)
        case all(TouchState)

        init?(argument: String) {
            switch argument {
            case "unknown": self = .all(.unknown)
            case "held": self = .all(.held)
            default:
                guard let number = Int64(argument) else { return nil }
                self = .one(number)
            }
        }
    }

    /// So many are settled in one transaction.
    private static let slice = 200

    func validate() throws {
        if case .one = touch, playbook != nil || channel != nil {
            throw ValidationError(
                "--playbook and --channel choose among all that are unknown or held; a number names one")
        }
    }

    func run() throws {
        let loaded = try options.read()
        if let playbook { _ = try loaded.playbook(playbook) }
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        guard case .all(let state) = touch else {
            guard case .one(let number) = touch else { return }
            try store.write { try Author.command.resolve(number, as: verdict, now: now, $0) }
            return Terminal.print("Touch \(number): \(verdict.rawValue).")
        }
        var filter = Ledger.Filter()
        (filter.states, filter.playbook, filter.channel, filter.limit) = ([state], playbook, channel, Self.slice)
        try expectChannel(loaded, store)
        var (count, late) = (0, 0)
        while true {
            let settled = try store.write { connection in
                let entries = try Ledger(connection).touches(filter)
                for entry in entries {
                    do {
                        try Author.command.resolve(entry.id, as: verdict, now: now, connection)
                        count += 1
                    } catch is Ledger.TooLate {
                        late += 1
                    }
                }
                return entries
            }
            guard let last = settled.last, settled.count == Self.slice else { break }
            filter.before = last.id
        }
        guard count + late > 0 else { return Terminal.print("No touch is \(state.rawValue).") }
        Terminal.print("\(Terminal.count(count, "touch", "touches")): \(verdict.rawValue).")
        if late > 0 {
            Terminal.print(
                "\(Terminal.count(late, "touch", "touches")) cannot be sent again, for their enrollments have ended or gone on: say "
                    + "sent or drop.")
        }
    }

    /// A channel that is gone may still have touches.
    private func expectChannel(_ loaded: LoadedWorkspace, _ store: Store) throws {
        guard let channel, loaded.workspace.channels[channel] == nil else { return }
        var filter = Ledger.Filter()
        (filter.channel, filter.limit) = (channel, 1)
        guard try store.read({ try Ledger($0).touches(filter) }).isEmpty else { return }
        let known = loaded.workspace.channels.keys.sorted()
        throw CommandError("there is no channel \"\(channel)\"\(suggestion(for: channel, in: known))")
    }
}

extension Ledger.Resolution: ExpressibleByArgument {}
