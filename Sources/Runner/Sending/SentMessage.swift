import Decisions
import Delivery
package import Playbooks
package import Storage

/// The message of a touch as it was sent, made anew from what is kept: its source as of then and its frozen values.
package struct SentMessage {
    package struct Shown: Sendable {
        package var subject: String?
        package var html: String
        package var text: String
        /// The file as it was then; nil when only today's is known.
        package var source: String?
        package var bytes: Bytes
    }

    /// Whether the request made anew is the one that left.
    package enum Bytes: Sendable, Equatable {
        case same
        /// None has left.
        case unknown
        /// It is another one; the sentence says what may have changed.
        case others(String)
    }

    package struct Missing: Error, Sendable {
        package var text: String
    }

    package let result: Result<Shown, Missing>

    package init(
        of touch: TouchDetail, workspace: Workspace, pinned: PinnedVersions, secret: [UInt8], _ connection: Connection
    ) throws {
        let texts = try touch.messageHash.flatMap { try MessageVersions(connection).texts(of: $0) }
        let contact = try touch.contactID.flatMap { try ContactDetails.load($0, connection) }
        result = Result {
            try Self.make(touch, texts, contact, workspace: workspace, pinned: pinned, secret: secret)
        }.mapError { $0 as? Missing ?? Missing(text: "\($0)") }
    }

    private static func make(
        _ touch: TouchDetail, _ texts: [String: String]?, _ contact: ContactDetails?, workspace: Workspace,
        pinned: PinnedVersions, secret: [UInt8]
    ) throws -> Shown {
        let playbook =
            pinned.playbook(
                touch.playbook, source: touch.versionSource, files: touch.versionFiles, messages: texts ?? [:])
            ?? workspace.playbook(touch.playbook)
        guard let message = playbook?.messages[touch.message] else {
            throw Missing(text: "The message \(touch.message) is not kept and not in the files any more.")
        }
        guard touch.variables != "{}" || message.isConstant, let variables = Variables(frozen: touch.variables) else {
            throw Missing(text: "Its values are not kept any more: they were erased, or `retention` is over.")
        }
        let candidate = candidate(touch, contact)
        let (envelope, shown): (Envelope, Envelope)
        do throws(RenderError) {
            envelope = try Rendering(workspace: workspace, secret: secret).seal(candidate, message, variables)
            // Whoever looks must not be able to answer or unsubscribe for the one who got it.
            shown = try Rendering(workspace: workspace, secret: []).seal(candidate, message, variables)
        } catch {
            throw Missing(text: "\(error)")
        }
        return Shown(
            subject: shown.message.subject, html: shown.message.html, text: shown.message.text,
            source: texts?[message.localized(candidate.locale).path] ?? texts?[message.path],
            bytes: bytes(of: envelope, touch, workspace))
    }

    private static func bytes(of envelope: Envelope, _ touch: TouchDetail, _ workspace: Workspace) -> Bytes {
        guard let hash = touch.bodyHash else { return .unknown }
        guard let channel = workspace.channels[touch.channel],
            let request = try? RequestBuilder(channel: channel, credentials: Credentials(masking: channel)).request(
                for: envelope, at: touch.claimedAt ?? touch.dueAt)
        else {
            return .others(
                "The channel \(touch.channel) is not in the files any more, so the bytes cannot be compared.")
        }
        if request.bodyHash == hash { return .same }
        if channel.batch != nil {
            return .others("It may have gone together with others in one request, so its bytes alone say nothing.")
        }
        return .others(
            "The request made anew is not the one that left: the channel, the sender, the footer or the person's name or address has changed since."
        )
    }

    private static func candidate(_ touch: TouchDetail, _ contact: ContactDetails?) -> TouchCandidate {
        TouchCandidate(
            id: touch.id, enrollmentID: touch.enrollmentID, accountID: touch.accountID, accountKey: touch.account,
            playbook: touch.playbook, versionID: touch.versionID, occurrence: "", step: touch.step,
            variant: touch.variant, recipient: touch.recipient, kind: touch.kind, channel: touch.channel,
            category: touch.category, message: touch.message, isGhost: touch.isGhost, priority: 0, dueAt: touch.dueAt,
            expiresAt: touch.expiresAt, reason: nil, variables: touch.variables, fence: touch.fence, attempts: 0,
            isAmbiguous: false, bodyHash: nil, firstAttemptAt: nil, contactID: touch.contactID,
            contactKey: contact?.key, contactName: contact?.name, email: contact?.email, timezone: contact?.timezone,
            locale: contact?.locale, isReachable: true, isEnrolled: true, hasChurned: false, isSuppressed: false,
            isExcluded: false, frozenAt: touch.dueAt, sentWithin: [])
    }
}

extension Message {
    /// Whether it reads the same for everybody.
    fileprivate var isConstant: Bool { !body.contains("{{") && subject?.contains("{{") != true }
}
