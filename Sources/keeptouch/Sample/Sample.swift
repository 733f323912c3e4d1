package import Foundation
package import Playbooks

/// A workspace of simulated SaaS data: the same settings give the same bytes.
///
/// `data/` holds the accounts, their contacts, and the history up to `until`; what happens after it stands in one folder
/// a day, `data/2026-03-31/`, as a nightly export would bring it: the accounts that came, changed or left, the contacts of
/// new ones, and what all of them did. Memory does not grow with the number of accounts.
package struct Sample: Sendable {
    package var accounts = 2_000
    package var seed: UInt64 = 1
    /// The last day of the history; 2026-03-30, a Monday, unless said otherwise.
    package var until = Day(number: 20_542)
    /// The days of history that metrics and events have.
    package var days = 120
    /// The days after `until` that are written into folders of their own.
    package var laterDays = 10

    package init() {}

    var firstDay: Day { until - days + 1 }
    var last: Day { until + laterDays }

    /// Writes the workspace into a folder, which is made if it is missing; `progress` is told the accounts written.
    ///
    /// Refuses a folder that holds a workspace already.
    package func write(to folder: URL, progress: (Int) -> Void = { _ in }) throws {
        guard accounts >= 0, days >= 1, laterDays >= 0 else {
            throw SampleError(message: "expected 0 accounts or more, 1 day or more, and 0 later days or more")
        }
        let files = FileManager.default
        guard !files.fileExists(atPath: folder.appendingPathComponent("keeptouch.yaml").path) else {
            throw SampleError(message: "\(folder.path) holds a workspace already; name a new folder")
        }
        for file in Library.acme + Library.samplePlaybooks + Library.schemas {
            let url = folder.appendingPathComponent(file.path)
            try files.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: url)
        }
        try writeData(to: folder.appendingPathComponent("data"), progress: progress)
    }

    private func writeData(to data: URL, progress: (Int) -> Void) throws {
        let folders = [data] + (0..<laterDays).map { data.appendingPathComponent((until + 1 + $0).description) }
        for folder in folders {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        let accounts = try folders.map {
            try SampleFile($0.appendingPathComponent("accounts.csv"), columns: Self.columns)
        }
        let contacts = try folders.map {
            try SampleFile(
                $0.appendingPathComponent("contacts.csv"),
                columns: ["account", "key", "email", "name", "role", "status", "timezone", "title"])
        }
        let metrics = try folders.map {
            try SampleFile($0.appendingPathComponent("metrics.csv"), columns: ["account", "day", "logins", "reports"])
        }
        let events = try folders.map {
            try SampleFile(
                $0.appendingPathComponent("events.csv"),
                columns: ["account", "contact", "event", "at", "id", "properties"])
        }
        for number in 0..<self.accounts {
            for account in [SampleAccount(number, self), SampleAccount.later(number, self)].compactMap(\.self) {
                if account.createdDay <= until { try accounts[0].write(account.fields(account.state, on: until)) }
                for row in account.rows(self) { try accounts[folder(of: row.day)].write(row.fields) }
                for contact in account.contacts {
                    try contacts[folder(of: account.createdDay)].write([
                        account.key, contact.key, contact.email, contact.name, contact.role, contact.status,
                        contact.zone, contact.title,
                    ])
                }
                for usage in account.usage {
                    try metrics[folder(of: usage.day)].write([
                        account.key, usage.day.description, String(usage.logins), String(usage.reports),
                    ])
                }
                for (index, event) in account.events.enumerated() {
                    let day = Day(number: Int(event.at.milliseconds / 86_400_000))
                    guard day <= last else { continue }
                    try events[folder(of: day)].write([
                        account.key, event.contact, event.name, event.at.description, "\(account.key)-\(index + 1)",
                        event.properties,
                    ])
                }
            }
            progress(number + 1)
        }
        for file in accounts + contacts + metrics + events { try file.close() }
    }

    private static let columns = [
        "key", "name", "created_at", "status", "churned_at", "churn_reason", "mrr", "timezone", "locale", "plan",
        "seats",
        "users", "health", "renewal_at", "service_end_at",
    ]

    /// The index of the folder that a day's data go into; 0 is the history.
    private func folder(of day: Day) -> Int { max(0, day - until) }
}

/// Why a simulated workspace was not written.
package struct SampleError: Error, CustomStringConvertible {
    package var message: String

    package var description: String { message }
}
