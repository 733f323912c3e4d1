package import Delivery
package import Playbooks
package import Storage

/// Makes the request of a claimed touch: a pure function of the message, the channel, the frozen variables and the
/// recipient.
package struct Rendering: Sendable {
    private let configuration: Configuration
    private let playbooks: [String: Reference]
    /// The playbooks of the versions that are walked, with the messages of today.
    var versions: [Int64: Playbook] = [:] {
        didSet { walked = versions.mapValues(Reference.init) }
    }
    private var walked: [Int64: Reference] = [:]
    private let renderer: MessageRenderer
    private let unsubscription: Unsubscription?
    private let asking: AskLinks?
    private let tracking: LinkTracking?
    private let tracks: [String: Channel.Track]

    /// A playbook is costly to copy, and looked up for every touch.
    private final class Reference: Sendable {
        let playbook: Playbook

        init(_ playbook: Playbook) {
            self.playbook = playbook
        }
    }

    /// Why a touch is held instead of sent.
    package struct Failure: Error {
        package var reason: String
    }

    package init(workspace: Workspace, secret: [UInt8]) {
        configuration = workspace.configuration
        playbooks = Dictionary(workspace.playbooks.map { ($0.name, Reference($0)) }) { first, _ in first }
        renderer = MessageRenderer(
            sender: workspace.configuration.sender, currency: workspace.configuration.currency,
            zone: workspace.configuration.zone, language: workspace.configuration.language, brand: workspace.brand,
            layouts: workspace.layouts,
            reasons: Dictionary(workspace.dataMap.reasons.map { ($0.name, $0.words) }) { first, _ in first },
            sms: workspace.configuration.sms)
        let baseURL = workspace.configuration.baseURL
        unsubscription = baseURL.map { Unsubscription(baseURL: $0, secret: secret) }
        asking = baseURL.map { AskLinks(baseURL: $0, secret: secret) }
        tracking = baseURL.map { LinkTracking(baseURL: $0, secret: secret) }
        tracks = workspace.channels.mapValues(\.track)
    }

    /// The message of a touch, as its files are now.
    func message(of touch: TouchCandidate) -> Message? {
        playbook(of: touch)?.playbook.messages[touch.message]
    }

    private func playbook(of touch: TouchCandidate) -> Reference? {
        walked[touch.versionID] ?? playbooks[touch.playbook]
    }

    package func request(
        for touch: TouchCandidate, builder: RequestBuilder, now: Instant, processNow: Instant
    ) throws(Failure) -> (request: Request, message: RenderedMessage, part: BatchPlan.Part?) {
        guard let reference = playbook(of: touch) else {
            throw Failure(reason: "playbook \"\(touch.playbook)\" has errors or is gone; keeptouch check tells")
        }
        guard let message = reference.playbook.messages[touch.message] else {
            throw Failure(reason: "the message \(touch.message) of playbook \"\(touch.playbook)\" is gone")
        }
        guard let variables = Variables(frozen: touch.variables) else {
            throw Failure(reason: "the frozen variables cannot be read")
        }
        let envelope: Envelope
        do throws(RenderError) {
            envelope = try seal(touch, message, variables)
        } catch {
            throw Failure(reason: "\(error)")
        }
        do {
            let request = try builder.request(for: envelope, at: processNow)
            return (request, envelope.message, builder.batch?.part(of: envelope, alone: request))
        } catch {
            throw Failure(reason: "\(error)")
        }
    }

    /// Renders the message and addresses it.
    func seal(_ touch: TouchCandidate, _ message: Message, _ variables: Variables) throws(RenderError) -> Envelope {
        let isEmail = touch.kind == .email
        let link =
            isEmail && touch.category != "service"
            ? touch.contactID.flatMap { contact in
                unsubscription?.url(contact: contact, category: touch.category, touch: touch.id > 0 ? touch.id : nil)
            } : nil
        let ask = message.localized(touch.locale).ask
        var rendered = try renderer.render(
            message, as: touch.kind, variables: variables, locale: touch.locale,
            zone: touch.timezone.flatMap { Zone($0) }, unsubscribeURL: link,
            askURLs: ask.flatMap { asking?.urls(of: $0, touch: touch.id) } ?? [], category: touch.category,
            asOf: touch.frozenAt)
        tag(&rendered, of: touch)
        track(&rendered, of: touch)
        let sender = configuration.sender
        return Envelope(
            to: touch.email.map { Envelope.Address($0, name: touch.contactName) },
            phone: touch.kind == .sms ? touch.recipient : nil,
            recipient: touch.isTeam ? touch.recipient : touch.contactKey ?? touch.recipient,
            from: sender.map { Envelope.Address($0.email, name: $0.name) },
            replyTo: sender?.replyAddress(of: touch.id > 0 ? touch.key : nil), message: rendered,
            headers: link.map { Unsubscription.headers(url: $0) } ?? [],
            metadata: [
                Request.Header("touch_id", touch.key), Request.Header("playbook", touch.playbook),
                Request.Header("workspace", configuration.workspace),
            ],
            tags: [touch.playbook], idempotencyKey: "\(configuration.workspace)-\(touch.key)", variables: variables)
    }

    /// Writes the parameters of web analytics into links, before they are led over us.
    private func tag(_ message: inout RenderedMessage, of touch: TouchCandidate) {
        guard let reference = playbook(of: touch),
            let utm = UTM(
                workspace: configuration.workspace, playbook: reference.playbook, step: touch.step, kind: touch.kind,
                workspaceRule: configuration.utm)
        else { return }
        let tags = LinkTags(utm, baseURL: configuration.baseURL)
        message.html = tags.tagged(html: message.html)
        // Of a text message nothing but the text is read.
        if touch.kind == .sms { message.text = tags.tagged(text: message.text) }
    }

    /// Leads links over us where the channel says so; a preview, which is no touch, is left as it is.
    private func track(_ message: inout RenderedMessage, of touch: TouchCandidate) {
        guard let tracking, let track = tracks[touch.channel], touch.id > 0 else { return }
        if track.links {
            if touch.kind == .sms {
                (message.text, message.links) = tracking.links(inText: message.text, touch: touch.id)
            } else {
                (message.html, message.links) = tracking.links(in: message.html, touch: touch.id)
            }
        }
        if track.opens, touch.kind == .email { message.html = tracking.picture(in: message.html, touch: touch.id) }
    }
}
