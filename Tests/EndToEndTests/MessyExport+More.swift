import Foundation
import Playbooks
import Reliability

/// The further files that people have beside their accounts: who must not be written to, and papers.
extension MessyExport {
    /// A list of the tool that has sent so far, of people who are here and of others.
    mutating func makeList(_ style: Style) {
        guard chance(60) else { return }
        let tool = dice.below(6)
        var style = style
        (style.encoding, style.delimiter) = (.utf8, ",")
        let people = mailable.filter { _ in chance(6) }.prefix(40) + ["gone\(dice.below(1_000))@elsewhere.example"]
        func reason(_ number: Int) -> Int { number % 3 }
        var rows: [[String]] = []
        var name = ""
        switch tool {
        case 0:
            name = "unsubscribed_members_export_\(dice.below(1_000)).csv"
            rows = [
                ["Email Address", "First Name", "MEMBER_RATING", "OPTIN_TIME", "UNSUB_TIME", "UNSUB_REASON", "LEID"]
            ]
            rows += people.enumerated().map {
                [
                    $1, "Zoë", "\(1 + $0 % 5)", "2024-01-01 10:00:00", "2025-11-0\($0 % 9 + 1) 10:00:00", "NORMAL",
                    "\($0)",
                ]
            }
            listed.unsubscribed += people.count
        case 1:
            name = "suppression_bounces.csv"
            rows = [["status", "reason", "email", "created"]]
            rows += people.enumerated().map {
                [
                    reason($0) == 0 ? "4.2.2" : "5.1.1", "550 no such user, or so it is said here", $1,
                    "17641500\(10 + $0)",
                ]
            }
            listed.bounced += people.indices.count { reason($0 - people.startIndex) != 0 }
        case 2:
            name = "suppressions-dump.csv"
            rows = [["EmailAddress", "SuppressionReason", "Origin", "CreatedAt"]]
            let reasons = ["HardBounce", "SpamComplaint", "ManualSuppression"]
            rows += people.enumerated().map { [$1, reasons[reason($0)], "Recipient", "2025-12-10T08:58:33-05:00"] }
            for number in people.indices {
                switch reason(number - people.startIndex) {
                case 0: listed.bounced += 1
                case 1: listed.complained += 1
                default: listed.unsubscribed += 1
                }
            }
        case 3:
            name = "suppression_blocks.csv"
            rows = [["status", "reason", "email", "created"]]
            rows += people.map { ["5.7.1", "550 blocked", $0, "1764150000"] }
        case 4:
            name = "spam_reports.csv"
            rows = [["ip", "email", "created"]] + people.map { ["192.0.2.1", $0, "1764150000"] }
            listed.complained += people.count
        default:
            name = "acme.example-unsubscribes.csv"
            rows = [["address", "tags", "created_at"]] + people.map { [$0, "*", "2025-10-21 11:02:55 UTC"] }
            listed.unsubscribed += people.count
        }
        story.append(name)
        add(name, "", rows, style)
    }

    /// Invoices, with the addresses of those who get them; they make nobody a contact.
    mutating func makeInvoices(_ keys: [String], _ style: Style) {
        guard chance(25), riddle == nil else { return }
        var rows = [["Invoice Number", "Account ID", "Billing Email", "Invoice Date", "Total", "Paid"]]
        for (number, key) in keys.enumerated() where number % 4 == 0 {
            rows.append([
                "INV-\(number)", key, "billing@firm\(number).example", text(today - (1 + dice.below(200)), style.date),
                money(1_250 * (1 + dice.below(9)), style), chance(80) ? "Yes" : "No",
            ])
        }
        story.append("invoices")
        add(pick(["invoices.csv", "billing-export.csv"]), "", rows, style)
    }
}
