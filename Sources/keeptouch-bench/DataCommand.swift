import Foundation
import Playbooks
import Storage

/// Writes the data of the benchmarks: as files for the peers and the importer, and as a database.
struct DataCommand {
    let data: BenchData
    /// The workspace in whose folder the database comes to be.
    let loaded: BenchWorkspace

    /// `accounts.csv` and `day.csv` are imported; `usage.csv` and `events.csv` are what the database holds.
    func writeFiles(to folder: String) throws {
        let accounts = try TextFile(folder + "/accounts.csv")
        let owned = try TextFile(folder + "/attributes.csv")
        let day = try TextFile(folder + "/day.csv")
        let usage = try TextFile(folder + "/usage.csv")
        try accounts.line(
            "key", "name", "created_at", "status", "mrr", "timezone", "plan", "seats", "health", "renewal_at")
        try owned.line("id", "created_at", "churned_at", "mrr", "plan", "seats", "health", "renewal_at")
        try day.line("account", "metric", "day", "value")
        try usage.line("account", "day", "value")
        let next = "\(Day(number: BenchData.lastDay + 1))"
        for number in 1...data.accounts {
            let account = data.account(number)
            let renewal = account.renewalDay.map { "\(Day(number: $0))" } ?? ""
            try accounts.line(
                account.key, account.name, "\(Day(number: account.createdDay))",
                account.churnedDay == nil ? "active" : "churned", "\(account.mrr / 100).\(account.mrr / 10 % 10)0",
                account.timezone, account.plan, "\(account.seats)", "\(account.health)", renewal)
            try owned.line(
                "\(number)", "\(account.createdAt)", account.churnedAt.map { "\($0)" } ?? "", "\(account.mrr)",
                account.plan, "\(account.seats)", "\(account.health)", account.renewalDay.map { "\($0)" } ?? "")
            try day.line(account.key, "logins", next, "\(data.value(account, day: BenchData.lastDay) ?? 0)")
            for day in (BenchData.lastDay - data.days + 1)...BenchData.lastDay {
                if let value = data.value(account, day: day) { try usage.line(number, day, value) }
            }
        }
        try accounts.close()
        try owned.close()
        try day.close()
        try usage.close()
        let events = try TextFile(folder + "/events.csv")
        try events.line("id", "account", "kind", "at", "priority")
        for number in 0..<data.events {
            let event = data.event(number)
            try events.line("\(number + 1)", "\(event.account)", event.kind, "\(event.at)", event.priority)
        }
        try events.close()
    }

    func fillDatabase() throws {
        let store = try loaded.open(.readWrite)
        try store.write { connection in
            try connection.execute("INSERT INTO metric (id, name) VALUES (1, 'logins')")
            for (index, kind) in BenchData.kinds.enumerated() {
                try connection.execute(
                    "INSERT INTO event_kind (id, name) VALUES (:id, :name)",
                    ["id": .integer(Int64(index + 1)), "name": .text(kind)])
            }
        }
        try inSlices(of: 1...data.accounts, store) { connection, numbers in
            for number in numbers { try insert(data.account(number), connection) }
        }
        var writer = SeriesWriter()
        for number in 1...data.accounts {
            let account = data.account(number)
            for day in (BenchData.lastDay - data.days + 1)...BenchData.lastDay {
                guard let value = data.value(account, day: day) else { continue }
                writer.add(metric: 1, account: Int64(number), day: day, value: Double(value))
            }
            // A block that is flushed in two pieces is written twice.
            if writer.isFull, number % Int(SeriesKey.blockSize) == Int(SeriesKey.blockSize) - 1 {
                try writer.flush(to: store)
            }
        }
        try writer.flush(to: store)
        guard data.events > 0 else { return }
        try inSlices(of: 0...(data.events - 1), store) { connection, numbers in
            for number in numbers { try insert(data.event(number), connection) }
        }
    }

    private func inSlices(
        of numbers: ClosedRange<Int>, _ store: Store, _ body: (Connection, Range<Int>) throws -> Void
    ) throws {
        var first = numbers.lowerBound
        while first <= numbers.upperBound {
            let slice = first..<min(first + 20_000, numbers.upperBound + 1)
            try store.write { try body($0, slice) }
            first = slice.upperBound
        }
    }

    private func insert(_ account: BenchData.Account, _ connection: Connection) throws {
        try put(
            """
            INSERT INTO account (id, key, name, status, created_at, churned_at, mrr, timezone, a_plan, a_seats, a_health,
                a_renewal_at, a_cohort)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(Int64(account.number)), .text(account.key), .text(account.name),
                .text(account.churnedDay == nil ? "active" : "churned"), .integer(account.createdAt),
                .optional(account.churnedAt), .integer(Int64(account.mrr)), .text(account.timezone),
                .text(account.plan),
                .real(Double(account.seats)), .real(Double(account.health)),
                .optional(account.renewalDay.map(Int64.init)), .real(Double(account.cohort)),
            ], connection)
        try put(
            "INSERT INTO contact (account_id, key, email, address, name, role) VALUES (?, 'owner', ?, ?, ?, 'owner')",
            [
                .integer(Int64(account.number)), .text(account.email), .text(account.email),
                .text("\(account.firstName) Lovelace"),
            ], connection)
    }

    private func insert(_ event: BenchData.Event, _ connection: Connection) throws {
        try put(
            """
            INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(Int64(event.account)), .integer(Int64((BenchData.kinds.firstIndex(of: event.kind) ?? 0) + 1)),
                .integer(event.at), .integer(event.at), .text("e\(event.number)"),
                event.kind == "ticket_opened" ? .text("{\"priority\":\"\(event.priority)\"}") : .null,
            ], connection)
    }

    private func put(_ sql: String, _ values: [SQLValue], _ connection: Connection) throws {
        let statement = try connection.cached(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { try statement.bind(index, value) }
        while try statement.step() {}
    }
}
