import Foundation
import Playbooks
import Reliability

extension EnduranceRound {
    func make(_ trouble: Trouble) throws {
        switch trouble {
        case .run: try kills(upTo: 60)
        case .serve:
            // `serve` itself would enroll them tomorrow.
            try kill("run")
            try kills(upTo: 60, "serve")
        case .restore: try putBackABackUp()
        case .copy: try startACopy()
        case .clock: try jumpOfTheClock()
        case .endpoint: try breakTheEndpoint()
        case .disk: try failTheDisk()
        case .fullDisk: try fillTheDisk()
        }
        try kills(upTo: 30, dice.below(4) == 0 ? "serve" : "run")
    }

    /// Starts the program and does something when some requests have arrived; then it ends by itself or is killed.
    private func duringARun(isKilled: Bool, _ body: () throws -> Void) throws {
        let program = try RunningProgram(["run"], in: scratch.folder)
        _ = endpoint.waits(forRequests: endpoint.count + 1 + dice.below(12)) { program.hasEnded }
        try body()
        if isKilled { program.signal(SIGKILL) }
        _ = program.wait()
    }

    private func putBackABackUp() throws {
        let backUp = scratch.folder.appendingPathComponent("backup.db")
        // Either from before the first cycle, or made while it sends.
        let isEarly = dice.below(3) == 0
        if isEarly {
            try scratch.backUp(to: backUp)
            try kills(upTo: 8)
        } else {
            if dice.below(2) == 0 { try kills(upTo: 8) }
            try duringARun(isKilled: dice.below(2) == 0) { try scratch.backUp(to: backUp) }
            if dice.below(2) == 0 { try kills(upTo: 8) }
        }
        // A list that lost its end as well is noticed by what the end of a run has noted. Who releases a playbook then
        // answers for those of whom the back-up has no touch.
        let known = try Database(path: backUp.path, isReadOnly: true).rows("SELECT count(*) FROM touch")
        let cut = dice.below(4) == 0 && known == [["\(form.accounts)"]]
        if cut { try keeptouch("run") }
        for ending in ["-wal", "-shm"] { try? scratch.remove("keeptouch.db" + ending) }
        try Data(contentsOf: backUp).write(
            to: URL(fileURLWithPath: scratch.database), options: dice.below(2) == 0 ? .atomic : [])
        if cut { try damageTheList() }

        let before = endpoint.countAtRest()
        let first = try keeptouch("run")
        guard first.complaints.contains("--as restored") || first.output.contains("--as restored") else { return }
        if endpoint.count != before { complain("it sent from a back-up that it doubts: \(first)") }
        // A kill of the program that doubts, and of the one that settles.
        try kills(upTo: 2)
        if endpoint.count != before { complain("it sent from a back-up that it doubts when started again") }
        try kill("resume", "all", "--as", "restored")
        try keeptouch("resume", "all", "--as", "restored")
        try keeptouch("release", "hello")
    }

    /// The list of requests loses its end, or everything; the mark of the database may go with it.
    private func damageTheList() throws {
        let list = URL(fileURLWithPath: scratch.database + ".sent")
        switch dice.below(4) {
        case 0: try FileManager.default.removeItem(at: list)
        case 1:
            try FileManager.default.removeItem(at: list)
            try scratch.remove("keeptouch.db.instance")
        default: try Data(contentsOf: list).prefix(34 * (1 + dice.below(4)) + dice.below(34)).write(to: list)
        }
    }

    private func startACopy() throws {
        try duringARun(isKilled: true) {}
        // Whom the copy does not know it would enroll, too.
        guard try scratch.number("SELECT count(*) FROM touch") == form.accounts else { return }
        let copy = try Scratch(copyOf: scratch)
        let first = try RunningProgram(["run"], in: copy.folder)
        try kills(upTo: 8)
        let refused = first.wait()
        if refused.code != 1 { complain("the copy did not refuse: \(refused)") }
        try kill("run", in: copy)
        try keeptouch("resume", "all", "--as", "copy", in: copy)
        for _ in 0..<1 + dice.below(3) { try kill("run", in: copy) }
        try keeptouch("run", in: copy)
        let soundness = try copy.query("PRAGMA integrity_check")
        if soundness != [["ok"]] { complain("the copy is damaged: \(soundness)") }
    }

    private func jumpOfTheClock() throws {
        if MovableClock.library != nil, dice.below(2) == 0 {
            try setTheClockWhileItSends()
        } else {
            try jumpBetweenTwoRuns()
        }
    }

    /// Somebody sets the clock again and again while `run` or `serve` sends.
    private func setTheClockWhileItSends() throws {
        let clock = try MovableClock(beside: scratch)
        for _ in 0..<2 + dice.below(6) {
            let program = try RunningProgram(
                [dice.below(3) == 0 ? "serve" : "run"], in: scratch.folder, environment: clock.environment)
            let count = endpoint.count + 1 + dice.below(12)
            guard endpoint.waits(forRequests: count, or: { program.hasEnded }), !program.hasEnded else {
                program.signal(SIGKILL)
                _ = program.wait()
                continue
            }
            let minutes = Int64(2 + dice.below(dice.below(2) == 0 ? 600 : 60_000)) * (dice.below(2) == 0 ? 1 : -1)
            try clock.move(by: .minutes(minutes))
            let before = endpoint.count
            usleep(UInt32(dice.below(400_000)))
            // It notices before it claims again; what was claimed is on record.
            if endpoint.count - before > form.accounts / 4 {
                complain("\(endpoint.count - before) requests left on a clock that is \(minutes) minutes off")
            }
            if dice.below(2) == 0 { try clock.move(by: .hours(0)) }
            program.signal(dice.below(2) == 0 ? SIGKILL : SIGTERM)
            let end = program.wait()
            if end.code == 128 + SIGKILL { countKill() } else if end.code != 0, end.code != 1 { complain("\(end)") }
            try clock.move(by: .hours(0))
        }
        // What it was told by the last of these programs may be a time that never was.
        try keeptouch("clock", "set")
    }

    /// As if the wall clock had been so far from where it is now when something last ran.
    private func jumpBetweenTwoRuns() throws {
        for _ in 0..<1 + dice.below(3) {
            try kills(upTo: 6)
            let parts = try scratch.query("SELECT value FROM meta WHERE key = 'clock'").first?[0].split(separator: " ")
            guard let parts, parts.count == 3, let wall = Int64(parts[0]) else { continue }
            let minutes = Int64(2 + dice.below(dice.below(2) == 0 ? 600 : 600_000)) * (dice.below(2) == 0 ? 1 : -1)
            let before = (endpoint.countAtRest(), try scratch.number("SELECT count(*) FROM cycle"))
            try setClock(wall + minutes * 60_000, parts)
            try kill("run")
            let doubted = try keeptouch("run")
            if doubted.code != 1 { complain("it did not doubt a clock \(minutes) minutes off: \(doubted)") }
            let after = (endpoint.count, try scratch.number("SELECT count(*) FROM cycle"))
            if before != after { complain("it worked on a clock that it doubts: \(before), \(after)") }
            if dice.below(2) == 0 { try keeptouch("clock", "set") } else { try setClock(wall, parts) }
        }
    }

    private func setClock(_ wall: Int64, _ parts: [Substring]) throws {
        try scratch.execute("UPDATE meta SET value = '\(wall) \(parts[1]) \(parts[2])' WHERE key = 'clock'")
    }

    private func breakTheEndpoint() throws {
        endpoint.fails(Double(5 + dice.below(25)) / 100)
        try kills(upTo: 30, dice.below(3) == 0 ? "serve" : "run")
    }

    private func failTheDisk() throws {
        for _ in 0..<2 + dice.below(6) {
            let environment = try FailingDisk.environment(
                in: scratch, at: 1 + dice.below(80), code: dice.below(2) == 0 ? ENOSPC : EIO,
                isLasting: dice.below(2) == 0)
            try kill("run", environment: environment)
        }
    }

    private func fillTheDisk() throws {
        for _ in 0..<2 + dice.below(6) {
            try fillDisk(leaving: dice.below(dice.below(2) == 0 ? 64 : 1_024))
            try kill("run")
            try emptyDisk()
        }
    }
}
