import Basics
import Crypto
import Delivery
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Playbooks
import Storage

extension Site {
    /// The largest mail that is taken, as its provider sends it, in bytes; files grow by a third in base64.
    static let largestMail = 64 * 1_024 * 1_024

    /// `POST /inbound/<provider>`: mail that has come in, of which replies to touches become outcomes.
    func addInbound(to router: Router<Context>) {
        for path in ["/inbound/:provider", "/inbound/:provider/:token"] {
            router.post(RouterPath(path)) { [self] request, context in try await takeMail(request, context) }
            // Some providers ask whether the address is there before they use it.
            router.on(RouterPath(path), method: .head) { [self] _, context in
                _ = try inbound(context)
                return Response(status: .ok)
            }
        }
    }

    /// Nothing of a mail is kept, but that it answers a touch.
    private func takeMail(_ request: Request, _ context: Context) async throws -> String {
        let (provider, secret) = try inbound(context)
        let now = processNow()
        let (webhook, replies) = try await believed(
            "inbound mail", of: provider.rawValue, metadata: ["provider": "\(provider)"]
        ) {
            let key = try verifiers.value(of: secret, at: Position(file: "keeptouch.yaml"))
            let signature = try provider.signature(key)
            let webhook = Webhook(
                headers: request.headers, body: try await mail(request, isWhole: provider.signsBody(signature)),
                token: context.parameters.get("token"))
            try signature.check(webhook, at: now)
            let replies = try provider.mails(in: webhook).enumerated().compactMap { index, mail in
                mail.reply(in: webhook.body + [UInt8(truncatingIfNeeded: index)])
            }
            return (webhook, replies)
        }
        guard !replies.isEmpty else { return "ok\n" }
        let workspace = workspace.configuration.workspace
        let token = provider == .mailgun ? RouteSignature.token(of: webhook) : nil
        let isReplay = try await write { connection in
            // Mailgun signs a token and not the mail, which a repeat may bring between other boundaries.
            let digest = Hexadecimal.text(SHA256.hash(data: Array(replies.map(\.id).joined().utf8)))
            if let token, try !Webhooks(connection).spend(token: token, digest: digest, at: now) { return true }
            let taking = Replies(connection, workspace: workspace, now: now)
            for reply in replies { try taking.take(reply) }
            return false
        }
        if isReplay { throw Self.isReplay }
        return "ok\n"
    }

    private func inbound(_ context: Context) throws -> (InboundProvider, Secret) {
        let name = context.parameters.get("provider") ?? ""
        guard let provider = InboundProvider(rawValue: name) else {
            let known = InboundProvider.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.notFound, "there is no provider of inbound mail \"\(name)\"; known: \(known)")
        }
        guard let secret = workspace.configuration.inbound[provider] else {
            throw Problem(
                .notFound, "mail of \(name) is not taken; say \"inbound: { \(name): env:NAME }\" in keeptouch.yaml")
        }
        return (provider, secret)
    }

    /// The body, of which long texts and files are left out as they come in, where its proof does not cover them.
    private func mail(_ request: Request, isWhole: Bool) async throws -> [UInt8] {
        guard !isWhole else {
            return Array(try await body(of: request, atMost: Self.largestWebhook).readableBytesView)
        }
        let type = request.headers[.contentType] ?? ""
        let form: ShortenedBody.Form =
            if let boundary = Webhook(headers: request.headers, body: []).multipartBoundary {
                .multipart(boundary: boundary)
            } else if type.lowercased().hasPrefix("application/x-www-form-urlencoded") {
                .fields
            } else {
                .json
            }
        var shortened = ShortenedBody(form)
        var length = 0
        try await eachPiece(of: request, atMost: Self.largestMail) { piece in
            length += piece.readableBytes
            piece.withUnsafeReadableBytes { shortened.append($0) }
            guard length <= Self.largestMail, shortened.bytes.count <= Self.largestWebhook else {
                throw Self.tooLarge(length > Self.largestMail ? Self.largestMail : Self.largestWebhook)
            }
        }
        return shortened.bytes
    }
}
