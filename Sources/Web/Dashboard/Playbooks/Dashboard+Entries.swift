import Basics
import Decisions
import Hummingbird
import NIOCore
import Playbooks
import Runner
import Storage

/// Who is in a playbook, or ever was, as a page and as a file of exactly the same.
extension Dashboard {
    func addEntries(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name/accounts") { ask, connection in
            try PlaybookPage(ask, connection).accounts(connection)
        }
        routes.export("/playbooks/:name/accounts.csv") { [self] ask, connection in
            let page = try PlaybookPage(ask, connection)
            let asked = try page.entries(connection)
            let playbook = page.known?.id
            let names = StepNames(ask.workspace, pinned: ask.edition.files.pinned)
            let body = ResponseBody { [self] writer in
                try await writer.write(ByteBuffer(string: CSVAnswer.line(EntryLine.columns)))
                var (before, left): (Int64?, Int) = (nil, Self.mostExported)
                while let playbook, left > 0 {
                    let part = before
                    let rows = try await read(for: Self.exportPatience) {
                        try StatusQuery($0).enrollments(of: playbook, asked, before: part, limit: 2_000)
                    }
                    let lines = rows.map { CSVAnswer.line(EntryLine($0, of: page.name, names).cells) }
                    try await writer.write(ByteBuffer(string: lines.joined()))
                    left -= rows.count
                    guard rows.count == 2_000 else { break }
                    before = rows.last?.id
                }
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: CSVAnswer.headers("\(page.name)-accounts.csv"), body: body)
        }
    }
}

/// An enrollment as a row of a file.
private struct EntryLine {
    static let columns = [
        "enrollment", "account", "name", "arm", "variant", "entered_utc", "step", "until_utc", "ended_utc", "end",
        "goal_utc",
    ]

    let cells: [String]

    init(_ row: StatusQuery.Enrolled, of playbook: String, _ names: StepNames) {
        let step = names.name(playbook, row.source, row.variant, row.step) ?? "step \(row.step + 1)"
        let isOver = row.endedAt != nil
        cells = [
            "\(row.id)", row.account, row.name ?? "", row.arm.rawValue, row.variant ?? "", "\(row.enteredAt)",
            isOver ? "" : step, isOver ? "" : row.dueAt.map { "\($0)" } ?? "", row.endedAt.map { "\($0)" } ?? "",
            isOver ? row.endReason ?? "" : "", row.goalAt.map { "\($0)" } ?? "",
        ]
    }
}
