import Delivery
package import Playbooks
package import Storage

/// The message that an account would get, rendered by the code that sends; recorded nowhere.
package struct Preview {
    package var draft: TouchDraft
    package var subject: String?
    package var text: String
    package var html: String
    private let envelope: Envelope

    /// - Throws: `CannotPreview` in words for a person.
    package static func make(
        _ playbook: Playbook, step index: Int, variant: String?, account: AccountStory, workspace: Workspace,
        secret: [UInt8], now: Instant, _ connection: Connection
    ) throws -> [Preview] {
        try PlanTables.shadow(connection)
        let registered = try Registry(connection).register(playbook, design: "", now: now)
        let work = PlaybookAtWork(
            playbook: playbook, registered: registered, channels: workspace.configuration.channels)
        var event: Int64?
        if case .on(let kind, _) = playbook.trigger { event = try account.newestEvent(kind, now: now)?.id }
        let context = try EvaluationContext(connection, workspace: workspace, now: now)
        let drafts = try TouchDraft.make(
            work, step: index, variant: variant, accountID: account.accountID, event: event,
            zone: workspace.configuration.zone, compiler: ConditionSQL(context), now: now, connection)
        let rendering = Rendering(workspace: workspace, secret: secret)
        return try drafts.filter { $0.recipient != "nobody" }.map { draft in
            guard let message = playbook.messages[draft.message], let variables = Variables(frozen: draft.variables)
            else { throw CannotPreview(reason: "the message \(draft.message) cannot be read") }
            do throws(RenderError) {
                let envelope = try rendering.seal(
                    draft.candidate(of: playbook), message, variables)
                return Preview(
                    draft: draft, subject: envelope.message.subject, text: envelope.message.text,
                    html: envelope.message.html, envelope: envelope)
            } catch {
                throw CannotPreview(reason: "\(error)")
            }
        }
    }

    /// Sends it once to another address; answers what the endpoint said.
    package func send(
        to address: String, channel: Channel, directory: String, environment: [String: String], clocks: Clocks
    ) async throws -> String {
        guard !channel.isInbox else {
            throw CannotPreview(reason: "the inbox sends nothing; give another channel to send a test")
        }
        let now = clocks.processNow()
        let work = try ChannelAtWork(channel, environment: environment, directory: directory, processNow: now)
        var envelope = envelope
        envelope.to = Envelope.Address(address, name: envelope.to?.name)
        envelope.idempotencyKey = "preview-\(now.milliseconds)"
        let request = try work.builder.request(for: envelope, at: now)
        let mailbox = Mailbox()
        let transport = Transport { _ = mailbox.complete($0) }
        transport.submit(request, token: 0)
        let response = Self.wait(for: mailbox)
        await transport.stop(drain: false)
        guard let response else { return "no answer" }
        let result = work.classifier.classify(
            response, attempt: Classifier.Attempt(number: Backoff.maxAttempts, firstAt: now, now: clocks.processNow()))
        switch result {
        case .sent(let id): return "sent\(id.map { " (\($0))" } ?? "")"
        case .duplicate: return "the endpoint says that it was sent before"
        case .retry(_, _, let reason), .rejected(let reason), .suppress(let reason), .unknown(let reason),
            .halt(let reason):
            throw CannotPreview(reason: reason)
        }
    }

    private static func wait(for mailbox: Mailbox) -> Response? {
        for _ in 0..<100 {
            if let first = mailbox.collect(waiting: 1).completions.first { return first.response }
        }
        return nil
    }
}

/// Why there is nothing to preview, or the test was not taken.
package struct CannotPreview: Error, CustomStringConvertible {
    package var reason: String

    package var description: String { reason }
}
