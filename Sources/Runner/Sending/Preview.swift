package import Decisions
import Delivery
package import Playbooks
package import Storage

/// The message that an account would get, rendered by the code that sends; recorded nowhere.
package struct Preview: Sendable {
    package var touch: Touch
    package var email: String?
    package var subject: String?
    package var text: String
    package var html: String
    private let candidate: TouchCandidate
    private let contact: ContactDetails?
    private let playbook: Playbook
    private let message: Message
    private let variables: Variables
    private let rendering: Rendering
    /// The id of the step that sends it.
    private let step: String
    /// The attribute with the number of text messages.
    private let phone: String?

    /// - Parameters:
    ///   - locale: in whose language it is rendered; the contact's when nil.
    ///   - secret: signs its links; none for those of nobody.
    ///   - figures: where the figures of whole populations come from.
    /// - Throws: `CannotPreview` in words for a person.
    package static func make(
        _ playbook: Playbook, step index: Int, variant: String?, account: AccountStory, workspace: Workspace,
        secret: [UInt8], now: Instant, locale: String? = nil, figures: EvaluationContext.Figures = .measured,
        _ connection: Connection
    ) throws -> [Preview] {
        var event: Int64?
        if case .on(let kind, _) = playbook.trigger { event = try account.newestEvent(kind, now: now)?.id }
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: figures)
        // By its number the messages of a rotation are known that the account has had.
        let number = try StatusQuery(connection).known(playbook.name, now: now)?.id ?? 0
        let version = Version(id: 0, playbookID: number, playbook: playbook, in: context)
        var rules = CycleRules(
            context: context, versions: [version.id: version], channels: workspace.configuration.channels,
            declaredChannels: Set(workspace.channels.keys))
        rules.movesThroughStages = false
        let drafts = try BlockDeciding(connection, rules, turns: [], journeys: [], heldJourneys: [])
            .draft(version, step: index, variant: variant, account: account.accountID, event: event)
        let rendering = Rendering(workspace: workspace, secret: secret)
        if let nobody = drafts.first(where: { $0.recipient == Touch.nobody }), drafts.count == 1 {
            throw CannotPreview(reason: "\(account.key): \(nobody.reason ?? "there is nobody to write to")")
        }
        let id = playbook.steps(of: variant)[index].id
        return try drafts.filter { $0.recipient != Touch.nobody }.map { touch in
            guard let message = playbook.messages[touch.message], let variables = Variables(frozen: touch.variables)
            else { throw CannotPreview(reason: "the message \(touch.message) cannot be read") }
            do throws(RenderError) {
                let contact = try? touch.contactID.flatMap { try ContactDetails.load($0, connection) }
                let candidate = candidate(
                    touch, contact, key: contact?.key, email: contact?.email, of: playbook, step: id, locale: locale)
                let envelope = try rendering.seal(candidate, message, variables)
                return Preview(
                    touch: touch, email: contact?.email, subject: envelope.message.subject,
                    text: envelope.message.text, html: envelope.message.html, candidate: candidate, contact: contact,
                    playbook: playbook, message: message, variables: variables, rendering: rendering, step: id,
                    phone: workspace.configuration.sms?.phone)
            } catch {
                throw CannotPreview(reason: "\(error)")
            }
        }
    }

    /// The languages that the messages of a step are written in: that of the workspace first, then the translations'. Only
    /// nil, the recipient's own, where the step sends nothing.
    package static func locales(
        of playbook: Playbook, step index: Int, variant: String?, in workspace: Workspace
    ) -> [String?] {
        guard case .send(let send) = playbook.steps(of: variant)[index].action, let path = send.message(for: variant)
        else { return [nil] }
        let translations = playbook.messages(at: path).compactMap { playbook.messages[$0] }.flatMap(\.locales.keys)
        return [workspace.configuration.language] + Set(translations).sorted()
    }

    /// A candidate that was never written: for rendering only.
    private static func candidate(
        _ touch: Touch, _ contact: ContactDetails?, key: String?, email: String?, of playbook: Playbook, step: String,
        locale: String? = nil
    ) -> TouchCandidate {
        TouchCandidate(
            id: 0, enrollmentID: 0, accountID: 0, accountKey: "", playbook: playbook.name, versionID: 0, occurrence: "",
            step: step, variant: nil, recipient: touch.recipient, kind: touch.kind, channel: touch.channel,
            category: playbook.category, message: touch.message, isGhost: false, priority: 0, dueAt: touch.notBefore,
            expiresAt: touch.notBefore, reason: nil, variables: touch.variables, fence: 0, attempts: 0,
            isAmbiguous: false, bodyHash: nil, firstAttemptAt: nil, contactID: touch.contactID,
            contactKey: key, contactName: contact?.name, email: email, timezone: contact?.timezone,
            locale: locale ?? contact?.locale, isReachable: true, isEnrolled: true, hasChurned: false,
            isSuppressed: false,
            isExcluded: false, frozenAt: touch.frozenAt, sentWithin: [])
    }

    /// A real request to try the channel with, and what came of it.
    package struct Trial: Sendable {
        /// The request as it left, its secrets masked.
        package var request: String
        package var answer: String
        package var wasTaken: Bool
    }

    /// Sends it once to another recipient and records it nowhere.
    ///
    /// - Parameters:
    ///   - address: the only recipient: an address, or for other kinds than email what names the recipient there.
    ///   - locale: in whose language; the contact's when nil.
    /// - Throws: a `Diagnostic` when a secret is missing, `CannotPreview` for what is no address of the channel.
    package func send(
        to address: String, channel: Channel, locale: String? = nil, directory: String,
        environment: [String: String], clocks: Clocks
    ) async throws -> Trial {
        guard !channel.isInbox else {
            throw CannotPreview(reason: "the inbox sends nothing; give another channel to send a test")
        }
        guard channel.kind != .email || EmailAddress.normalized(address) != nil else {
            throw CannotPreview(reason: "\"\(address)\" is not an e-mail address")
        }
        guard channel.kind != .sms || PhoneNumber.isCanonical(address) else {
            throw CannotPreview(reason: "\"\(address)\" is no telephone number such as +14155550123")
        }
        let now = clocks.processNow()
        // What is recorded nowhere is never repeated.
        let work = try ChannelAtWork(
            channel, environment: environment, directory: directory, secret: [], processNow: now)
        let envelope = try trialEnvelope(to: address, locale: locale, work.builder, now: now)
        let shown = try RequestBuilder(channel: channel, credentials: Credentials(masking: channel))
            .request(for: envelope, at: now)
        let request = try work.builder.request(for: envelope, at: now)
        let response = await Transport.answer(to: request)
        let result = work.classifier.classify(
            response, attempt: Classifier.Attempt(number: Backoff.maxAttempts, firstAt: now, now: clocks.processNow()))
        let (answer, wasTaken) =
            switch result {
            case .sent(let id): ("HTTP \(response.status): taken" + (id.map { ", as \($0)" } ?? ""), true)
            case .duplicate: ("HTTP \(response.status): the endpoint says that it was sent before", true)
            case .retry(_, _, let reason), .unknown(let reason): (reason, false)
            case .rejected(let reason): ("\(reason): the message was refused", false)
            case .suppress(let reason): ("\(reason): the recipient was refused", false)
            case .halt(let reason): ("\(reason): the channel was refused", false)
            }
        return Trial(request: shown.transcript, answer: answer, wasTaken: wasTaken)
    }

    /// The message for nobody but the address: its links, ids and keys are those of no touch and no contact.
    private func trialEnvelope(
        to address: String, locale: String?, _ builder: RequestBuilder, now: Instant
    ) throws(RenderError) -> Envelope {
        var touch = touch
        if touch.contactID != nil { touch.contactID = 0 }
        if !candidate.isTeam { touch.recipient = address }
        let candidate = Self.candidate(
            touch, contact, key: candidate.isTeam ? contact?.key : address, email: candidate.isTeam ? nil : address,
            of: playbook, step: step, locale: locale)
        var envelope = try rendering.seal(candidate, message, variables)
        // A channel may address by an attribute of the contact.
        for name in builder.channel.variables where name.hasPrefix("contact.") {
            let isAddress =
                switch candidate.kind {
                case .email: name == "contact.email"
                case .sms: name == phone.map { "contact.\($0)" }
                case .inApp, .push, .webhook: true
                }
            guard isAddress else { continue }
            envelope.variables[name] = Variables.Variable(.text, .text(address))
        }
        let key = "test-\(now.milliseconds)"
        envelope.metadata = envelope.metadata.map { $0.name == "touch_id" ? Request.Header($0.name, key) : $0 }
        envelope.idempotencyKey = key
        return envelope
    }
}

/// Why there is nothing to preview, or the test was not taken.
package struct CannotPreview: Error, CustomStringConvertible {
    package var reason: String

    package var description: String { reason }
}
