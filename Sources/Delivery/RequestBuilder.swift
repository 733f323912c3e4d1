import Crypto
package import Playbooks

/// Makes the requests of one channel; its templates are compiled once.
///
/// The body is a pure function of the message, the channel, the variables and the recipient.
package struct RequestBuilder: Sendable {
    enum Body: Sendable {
        case none
        case json(BodyPlan)
        case form(FormPlan)

        init(_ body: Channel.Body, vars: [String: String]) throws(Expression.Unknown) {
            switch body {
            case .none: self = .none
            case .json(let template): self = .json(try BodyPlan(template, vars: vars))
            case .form(let fields): self = .form(try FormPlan(fields, vars: vars))
            }
        }

        var variableNames: Set<String> {
            switch self {
            case .none: []
            case .json(let plan): plan.variableNames
            case .form(let plan): plan.variableNames
            }
        }
    }

    private struct HeaderPlan: Sendable {
        let name: String
        let value: ChannelText
    }

    package let channel: Channel
    private let url: ChannelText
    private let headers: [HeaderPlan]
    private let body: Body
    /// Nil where each touch has a request of its own.
    package let batch: BatchPlan?
    private let fixedHeaders: [Request.Header]
    private let secretURL: String?

    /// Compiles the channel's templates.
    ///
    /// - Parameter credentials: nil to check the templates only.
    /// - Throws: a `Diagnostic` at the channel for an unknown name or filter.
    package init(channel: Channel, credentials: Credentials?) throws(Diagnostic) {
        self.channel = channel
        do {
            url = try ChannelText(channel.url, vars: channel.vars)
            var headers: [HeaderPlan] = []
            for field in channel.headers {
                headers.append(HeaderPlan(name: field.key, value: try Self.headerText(field, vars: channel.vars)))
            }
            self.headers = headers
            body = try Body(channel.body, vars: channel.vars)
            batch = try channel.batch.map { batch throws(Expression.Unknown) in try BatchPlan(batch, of: channel) }
        } catch {
            throw Diagnostic(at: channel.position, "channel \"\(channel.name)\": \(error.message)")
        }
        if case .body = channel.idempotency {
            guard case .json = channel.body else {
                throw Diagnostic(at: channel.position, "an idempotency key in the body needs a JSON body")
            }
        }
        var fixed: [Request.Header] = []
        let type: String? =
            switch channel.body {
            case .none: nil
            case .json: "application/json"
            case .form: "application/x-www-form-urlencoded"
            }
        if let type, !channel.headers.contains(where: { $0.key.lowercased() == "content-type" }) {
            fixed.append(Request.Header("Content-Type", type))
        }
        fixedHeaders = fixed + (credentials?.headers ?? [])
        secretURL = credentials?.url
    }

    private static func headerText(
        _ field: Channel.Template.Field, vars: [String: String]
    ) throws(Expression.Unknown) -> ChannelText {
        switch field.value {
        case .text(let text): return try ChannelText(text, vars: vars)
        case .integer(let number): return try ChannelText(String(number), vars: vars)
        case .number(let number): return try ChannelText(JSON.text(of: number), vars: vars)
        case .boolean(let isTrue): return try ChannelText(isTrue ? "true" : "false", vars: vars)
        case .null, .list, .object:
            throw Expression.Unknown(message: "the header \(field.key) must be text")
        }
    }

    /// The frozen variables that the channel reads, `account.plan`; a missing one drops its key.
    package var variableNames: Set<String> {
        let names = Set((url.expressions + headers.flatMap(\.value.expressions)).compactMap(\.variableName))
        return names.union(body.variableNames).union(batch?.body.variableNames ?? [])
    }

    /// The request of one touch.
    ///
    /// - Throws: `.refused` when a value of the URL is missing or a header's value holds a line break.
    package func request(for envelope: Envelope) throws(RenderError) -> Request {
        guard let url = secretURL ?? url.url(in: envelope) else {
            throw .refused("the URL of channel \"\(channel.name)\" needs a value that is missing: \(channel.url)")
        }
        var lines: [Request.Header] = []
        for header in headers {
            if let value = header.value.text(in: envelope) { lines.append(Request.Header(header.name, value)) }
        }
        lines += fixedHeaders
        if case .header(let name, _) = channel.idempotency, !lines.contains(where: { $0.isNamed(name) }) {
            lines.append(Request.Header(name, envelope.idempotencyKey))
        }
        for line in lines where line.value.utf8.contains(where: { $0 < 0x20 && $0 != 9 || $0 == 0x7f }) {
            throw .refused("the value of the header \(line.name) holds a line break or another control character")
        }
        let bytes =
            switch body {
            case .none: [UInt8]()
            case .json(let plan): encoded(plan.value(in: envelope) ?? .object([]), for: envelope)
            case .form(let plan): FormPlan.encoded(plan.members(in: envelope))
            }
        return Request(
            method: channel.method, url: url, headers: lines, body: bytes,
            bodyHash: Hexadecimal.text(SHA256.hash(data: bytes)), idempotencyKey: envelope.idempotencyKey,
            connectTimeout: channel.connectTimeout, totalTimeout: channel.totalTimeout,
            allowPrivate: channel.allowPrivate)
    }

    private func encoded(_ value: JSON, for envelope: Envelope) -> [UInt8] {
        var value = value
        // A channel that counts on a key must never send without it.
        if case .body(let pointer, _) = channel.idempotency {
            value = value.adding(IdempotencyKey.uuid(of: envelope.idempotencyKey), at: pointer)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(envelope.message.html.utf8.count + envelope.message.text.utf8.count + 1_024)
        value.encode(into: &bytes)
        return bytes
    }
}
