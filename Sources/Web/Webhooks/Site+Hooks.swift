import Basics
import Crypto
import Delivery
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Playbooks
import Storage

extension Site {
    /// The largest webhook that is taken, in bytes.
    static let largestWebhook = 5 * 1_024 * 1_024

    /// `POST /hooks/<channel>`: what a provider tells of its messages, and text messages that come in.
    func addHooks(to router: Router<Context>) {
        for path in ["/hooks/:channel", "/hooks/:channel/:token"] {
            router.post(RouterPath(path)) { [self] request, context in try await takeHook(request, context) }
            // MessageBird writes what it tells into the address.
            router.get(RouterPath(path)) { [self] request, context in
                guard try channel(context).1.dialect == .messagebird else {
                    throw Problem(.methodNotAllowed, "webhooks of this channel come by POST")
                }
                return try await takeHook(request, context)
            }
            // Some providers ask whether the address is there before they use it.
            router.on(RouterPath(path), method: .head) { [self] _, context in
                _ = try channel(context)
                return Response(status: .ok)
            }
        }
    }

    /// Checks, stores, and only then answers.
    private func takeHook(_ request: Request, _ context: Context) async throws -> Response {
        let (channel, events) = try channel(context)
        let body = Array(try await body(of: request, atMost: Self.largestWebhook).readableBytesView)
        let webhook = Webhook(
            headers: request.headers, body: body, token: context.parameters.get("token"),
            url: (workspace.configuration.baseURL ?? "") + "/hooks/\(channel.name)"
                + (request.uri.query.map { "?\($0)" } ?? ""))
        let now = processNow()
        let (notices, texts) = try await believed(
            "webhook", of: events.dialect.rawValue, metadata: ["channel": "\(channel.name)"]
        ) {
            try verifiers.signature(for: events, at: channel.position).check(webhook, at: now)
            return (try events.dialect.notices(in: webhook), try events.dialect.texts(in: webhook))
        }
        tellOfConfirmation(webhook, events, channel)
        let token = events.dialect == .mailgun ? MailgunSignature.token(of: webhook) : nil
        guard !notices.isEmpty || !texts.isEmpty || token != nil else { return Self.thanks(events.dialect) }
        let channels = Set(workspace.channels.keys)
        let (name, workspace) = (channel.name, workspace.configuration.workspace)
        let country = self.workspace.configuration.sms?.country
        let digest = token.map { _ in Hexadecimal.text(SHA256.hash(data: body)) }
        let (isReplay, unheard) = try await write { connection in
            if let token, let digest,
                try !Webhooks(connection).spend(token: token, digest: digest, at: now)
            {
                return (true, 0)
            }
            let taking = Notices(connection, channel: name, of: channels, workspace: workspace, now: now)
            for notice in notices { try taking.take(notice) }
            let hearing = InboundTexts(connection, channel: name, workspace: workspace, country: country, now: now)
            return (false, try texts.count { try hearing.take($0) == .unmatched && $0.word != nil })
        }
        if unheard > 0 {
            log.warning(
                "a STOP or START of a number that cannot be read was not taken; suppress it by hand",
                metadata: ["channel": "\(name)", "count": "\(unheard)"])
        }
        if isReplay { throw Self.isReplay }
        return Self.thanks(events.dialect)
    }

    /// Twilio sends a plain text back to the phone, as an answer to what came in: it gets an empty one of its own form.
    private static func thanks(_ dialect: Playbooks.Channel.Dialect) -> Response {
        let isTwilio = dialect == .twilio
        let text = isTwilio ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>\n" : "ok\n"
        return Response(
            status: .ok, headers: [.contentType: isTwilio ? "text/xml" : "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static let isReplay = Problem(.unauthorized, "this webhook is not believed: its token has been used before")

    /// Checks and reads what has come in; whoever sent it, and the log, are told why it is not taken.
    func believed<T>(
        _ noun: String, of provider: String, metadata: Logger.Metadata, _ read: () async throws -> T
    ) async throws -> T {
        do {
            return try await read()
        } catch let refusal as Refusal {
            log.warning("\(noun) refused", metadata: metadata.merging(["reason": "\(refusal)"]) { $1 })
            throw Problem(.unauthorized, "this webhook is not believed: \(refusal)")
        } catch let unreadable as Unreadable {
            throw Problem(.badRequest, "this is no \(noun) of \(provider): \(unreadable)")
        }
    }

    private func channel(_ context: Context) throws -> (Playbooks.Channel, Playbooks.Channel.Events) {
        let name = context.parameters.get("channel") ?? ""
        guard let channel = workspace.channels[name] else {
            throw Problem(.notFound, "there is no channel \"\(name)\"")
        }
        guard let events = channel.events else {
            throw Problem(.notFound, "the channel \"\(name)\" takes no webhooks; say `events:` in its file")
        }
        return (channel, events)
    }

    /// A subscription is confirmed by a person: nothing that comes in makes this program ask for an address.
    private func tellOfConfirmation(
        _ webhook: Webhook, _ events: Playbooks.Channel.Events, _ channel: Playbooks.Channel
    ) {
        guard events.dialect == .amazonSES, let item = JSON(parsing: webhook.body),
            let url = Playbooks.Channel.Dialect.confirmation(item)
        else { return }
        log.warning(
            "Amazon SNS asks to confirm a subscription; open this address if it is yours",
            metadata: ["channel": "\(channel.name)", "url": "\(url)"])
    }
}
