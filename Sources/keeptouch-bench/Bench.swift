import Basics
import Foundation
import Playbooks
import Runner
import Storage

/// The measurements that need to look inside, each a command that prints one line of JSON; `Benchmarks/run` runs them.
@main
struct Bench {
    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("keeptouch-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        switch (arguments.first, arguments.count) {
        case ("data", 5):
            let sizes = arguments.dropFirst(2).compactMap { Int($0) }
            guard sizes.count == 3, sizes[0] > 0, sizes[1] > 0 else { throw BenchError("wrong sizes") }
            let command = DataCommand(
                data: BenchData(accounts: sizes[0], days: sizes[1], events: sizes[2]),
                loaded: try BenchWorkspace(arguments[1]))
            try command.writeFiles(to: arguments[1])
            try command.fillDatabase()
        case ("history", 4):
            guard let accounts = Int(arguments[2]), let days = Int(arguments[3]), accounts > 0, days > 0 else {
                throw BenchError("wrong sizes")
            }
            try DataCommand(
                data: BenchData(accounts: accounts, days: days, events: 0), loaded: try BenchWorkspace(arguments[1])
            ).fillDatabase()
        case ("attrition", 3):
            guard let accounts = Int(arguments[2]), accounts > 0 else { throw BenchError("wrong number of accounts") }
            try AttritionCommand(loaded: BenchWorkspace(arguments[1])).fill(accounts: accounts)
        case ("dashboard", 5):
            let sizes = arguments.dropFirst(2).compactMap { Int($0) }
            guard sizes.count == 3, sizes[0] > 0, sizes[1] > 1, sizes[2] <= sizes[0] else {
                throw BenchError("wrong sizes")
            }
            try DashboardCommand(
                loaded: BenchWorkspace(arguments[1]), accounts: sizes[0], touches: sizes[1], pending: sizes[2]
            ).fill()
        case ("backtest", 3):
            guard let days = Int(arguments[2]), days > 0 else { throw BenchError("wrong number of days") }
            try print(JSONText.encode(BacktestCommand(loaded: BenchWorkspace(arguments[1])).run(days: days)))
        case ("experiments", 2):
            guard let count = Int(arguments[1]), count > 0 else { throw BenchError("wrong number of experiments") }
            try print(JSONText.encode(ExperimentsCommand(experiments: count).run()))
        case ("match", 3...):
            let groups = arguments.dropFirst(2).map { $0.split(separator: ",").map(String.init) }
            try print(JSONText.encode(MatchCommand(loaded: BenchWorkspace(arguments[1]), groups: groups).run()))
        case ("enroll", 2): try print(JSONText.encode(EnrollCommand(loaded: BenchWorkspace(arguments[1])).run()))
        case ("enrolled", 2): try AdvanceCommand(loaded: BenchWorkspace(arguments[1])).prepare()
        case ("advance", 2): try print(JSONText.encode(AdvanceCommand(loaded: BenchWorkspace(arguments[1])).run()))
        case ("batches", 3):
            try print(JSONText.encode(BatchesCommand(loaded: BenchWorkspace(arguments[1])).run(until: arguments[2])))
        case ("bodies", 3): try DeliverCommand(loaded: BenchWorkspace(arguments[1])).writeBodies(to: arguments[2])
        case ("deliver", 2):
            try print(JSONText.encode(await DeliverCommand(loaded: BenchWorkspace(arguments[1])).run()))
        default:
            throw BenchError(
                """
                data FOLDER ACCOUNTS DAYS EVENTS | history FOLDER ACCOUNTS DAYS | attrition FOLDER ACCOUNTS | match FOLDER NAME,NAME... | \
                backtest FOLDER DAYS | \
                enroll FOLDER | enrolled FOLDER | advance FOLDER | batches FOLDER STOPFILE | bodies FOLDER FILE | \
                deliver FOLDER | experiments COUNT | dashboard FOLDER ACCOUNTS TOUCHES PENDING
                """)
        }
    }
}
