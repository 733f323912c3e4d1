import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// A workspace whose messages arrive at an endpoint of its own, lived through run by run.
final class LivedWorkspace {
    let test: TestWorkspace
    let endpoint: Endpoint

    static let configuration = """
        workspace: lived
        timezone: UTC
        sender: { name: Test, email: success@test.example, postal_address: "1 Main St" }
        base_url: https://touch.test.example
        evaluate: daily at 06:00
        safety: { max_share: 100%, jump: 1000x, first_run: go, canary: off, max_failed: 100%, max_nulls: 100%, max_shift: 100%, asleep: off }
        channels: { email: mail, in_app: app }
        categories: { education: Tips }

        """

    static let dataMap = """
        attributes:
          plan: { type: text, values: [free, pro] }
          seats: { type: number }
          renewal_at: { type: date }
        metrics:
          logins: { title: Logins }
        events:
          signed: { properties: { deal: text } }
          answered: { properties: { score: number } }
          left: {}
        segments:
          everyone_active: status == "active"

        """

    /// - Parameters:
    ///   - more: lines that the configuration gets besides.
    ///   - subject: of the message `hello.md` that every playbook has.
    ///   - channelLines: lines that the channel of e-mails gets besides.
    init(
        _ playbooks: [String: String], more: String = "", map: String = LivedWorkspace.dataMap,
        subject: String = "Hello {{account.key}}", channelLines: String = "", files: [String: String] = [:],
        _ script: @escaping @Sendable (Endpoint.Received) -> Endpoint.Reply = { _ in .answer(202) }
    ) throws {
        endpoint = try Endpoint(script)
        test = try TestWorkspace(
            playbooks: playbooks, configuration: Self.configuration + more + "\n",
            message: "---\nsubject: \"\(subject)\"\n---\nHi\n",
            files: [
                "data.yaml": map,
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url, more: channelLines),
                "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: endpoint.url),
            ].merging(files) { $1 })
    }

    /// One `run`: a cycle, whose books must balance, and what may go out goes out.
    @discardableResult
    func run(_ now: Instant) async throws -> CycleReport {
        let worker = test.worker()
        let report = try Run(test.cycle, sending: worker).at(now).cycle
        await worker.close()
        #expect(report.balanced)
        for playbook in report.playbooks {
            #expect(playbook.verdicts.values.reduce(0, +) == playbook.matched, "\(playbook.playbook) at \(now)")
        }
        return report
    }

    /// A `run` at each of these moments.
    func run(_ moments: some Sequence<Instant>) async throws {
        for moment in moments { try await run(moment) }
    }

    /// An event that the program learns of now or, by `known`, learned of then, whenever it happened.
    @discardableResult
    func tell(
        _ kind: String, of account: String = "a1", at moment: Instant, known: Instant? = nil, by contact: String? = nil,
        _ properties: String = "{}"
    ) throws -> Int64 {
        let id = try test.addEvent(kind, of: account, at: moment, properties: properties)
        if let known { try test.execute("UPDATE event SET received_at = \(known.milliseconds) WHERE id = \(id)") }
        if let contact {
            try test.execute(
                """
                UPDATE event SET contact_id = (SELECT c.id FROM contact AS c
                    WHERE c.account_id = event.account_id AND c.key = '\(contact)') WHERE id = \(id)
                """)
        }
        return id
    }

    @discardableResult
    func signs(_ deal: String, _ account: String = "a1", at moment: Instant) throws -> Int64 {
        try tell("signed", of: account, at: moment, "{\"deal\": \"\(deal)\"}")
    }

    func addContact(_ key: String, role: String, of account: Int = 1) throws {
        try test.execute(
            """
            INSERT INTO contact (account_id, key, email, address, name, role)
            VALUES (\(account), '\(key)', '\(key)@example.com', '\(key)@example.com', '\(key)', '\(role)')
            """)
    }

    func pause(_ scope: String, at moment: Instant) throws {
        try test.store.write { try Author(from: .command, at: moment).pause(scope, because: "test", $0) }
    }

    func resume(_ scope: String) throws {
        try test.store.write { _ = try Pauses.clear(scope, $0) }
    }

    /// What went out, in order: `a1 main 10-05 12:00`.
    var sent: [String] {
        get throws {
            try test.rows(
                """
                SELECT a.key || ' ' || p.name || ' ' || strftime('%m-%d %H:%M', t.claimed_at / 1000, 'unixepoch')
                FROM touch AS t JOIN account AS a ON a.id = t.account_id JOIN playbook AS p ON p.id = t.playbook_id
                WHERE t.state = 'sent' ORDER BY t.claimed_at, a.key, p.name, t.id
                """)
        }
    }

    /// The moments at which a playbook's messages to an account went out: `10-05 12:00`.
    func moments(_ playbook: String = "main", of account: String = "a1") throws -> [String] {
        try sent.filter { $0.hasPrefix("\(account) \(playbook) ") }.map { String($0.suffix(11)) }
    }

    /// What arrived, in order: `a1@example.com: Hello a1`.
    var mails: [String] {
        endpoint.received.map { received in
            let object = try? JSONSerialization.jsonObject(with: Data(received.body.utf8)) as? [String: Any]
            return "\(object?["to"] as? String ?? "-"): \(object?["subject"] as? String ?? "-")"
        }
    }

    var subjects: [String] { mails.map { String($0.drop { $0 != " " }.dropFirst()) } }
}

/// The moments from one to another, so many hours apart.
func every(_ hours: Int64, from first: Instant, through last: Instant) -> [Instant] {
    let step = hours * 3_600_000
    return stride(from: first.milliseconds, through: last.milliseconds, by: Int64.Stride(step)).map {
        Instant(milliseconds: $0)
    }
}
