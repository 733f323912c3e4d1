import ArgumentParser
import Foundation
import Playbooks
import Runner
import Storage

/// What a person says that a doubtful database is.
enum DatabaseOrigin: String, ExpressibleByArgument, CaseIterable {
    case restored, copy, moved

    /// Says at once that the next run will ask.
    static func warn(of store: Store) throws {
        guard let doubt = try Doubt.found(in: store) else { return }
        Terminal.print(Terminal.styled("the next run pauses everything: \(doubt.reason)", .yellow))
        Terminal.hint("say what it is with: keeptouch resume all --as restored|copy|moved")
    }

    static func question(_ doubt: Doubt) -> String {
        """
        it is not certain that this database is the one that sent last: \(doubt.reason). Say what it is:
          keeptouch resume all --as restored   a back-up was put back: what has left since is not sent again, what may have
                                               left becomes unknown. Before you say so, enter again what has gone with it:
                                               keeptouch suppress ADDRESS, keeptouch forget PERSON
          keeptouch resume all --as copy       another database goes on with everything that was begun; this one begins anew
          keeptouch resume all --as moved      it is the same, in another place, and no other one is left that sends
        """
    }

    /// Does what follows from it, and says so.
    ///
    /// - Throws: `CommandError` when it cannot be true.
    func settle(_ doubt: Doubt, _ store: Store, path: String) throws {
        let log = try SendLog(database: path)
        let now = Clocks.system.processNow()
        let sent = try store.read { try Meta.sentCount($0) }
        var told: [String] = []
        try store.write { connection in
            let lost = LostSends(connection)
            switch self {
            case .moved:
                guard log.count <= sent else {
                    throw CommandError(
                        "it was not only moved: \(log.count - sent) requests have left that it does not know of; if a "
                            + "back-up was put back, say --as restored")
                }
            case .copy:
                // Where requests have left that it does not know of, the list of the other one lies here.
                if log.count > sent { told += try Self.settleLost(log, after: sent, doubt, lost, at: now) }
                let ended = try lost.settleCopy(at: now, gap: .random(in: LostSends.gaps))
                told.append(
                    "\(Terminal.count(ended.touches, "touch", "touches")) and "
                        + "\(Terminal.count(ended.enrollments, "enrollment", "enrollments")) of the other database ended here."
                )
            case .restored:
                told += try Self.settleLost(log, after: sent, doubt, lost, at: now)
                told.append(
                    "Unsubscribes, complaints, erasures and addresses suppressed since the back-up are gone with it: if you "
                        + "have not entered them again, stop now (keeptouch pause all), and do (keeptouch suppress, keeptouch "
                        + "forget) before anything is sent.")
            }
            if log.count > sent { try Meta.sent.write(String(log.count), connection) }
            try Meta.doubt.delete(connection)
        }
        // From now on it is the one that sends from here.
        try Instance.renew(store, id: UUID().uuidString)
        // What is left of the list is all that there is from now on.
        try Instance.note(store, listed: log.count)
        told.forEach(Terminal.print)
        if self == .restored { Terminal.hint("look at them with: keeptouch touches --state unknown") }
    }

    /// Takes out of what is to be sent whatever has left, or may have.
    private static func settleLost(
        _ log: SendLog, after sent: Int64, _ doubt: Doubt, _ lost: LostSends, at now: Instant
    ) throws -> [String] {
        let (entries, areListed) = try log.entries(after: sent)
        let areAll = areListed && doubt.hasOwnLog
        let settled = try lost.settleRestored(entries, areAll: areAll, at: now, gap: .random(in: LostSends.gaps))
        var told = [
            "\(Terminal.count(settled.unknown, "touch is", "touches are")) unknown now: they have left, or may have."
        ]
        if !areAll {
            try lost.holdAll(at: now)
            told.append(
                "Nobody knows what else has left: each playbook is held until you have looked at whom it finds and "
                    + "released it.")
        }
        if settled.lost > 0 {
            told.append(
                "\(Terminal.count(settled.lost, "message", "messages")) left that the database has no touch for: "
                    + "within 30 days they are not sent again.")
        }
        return told
    }
}
