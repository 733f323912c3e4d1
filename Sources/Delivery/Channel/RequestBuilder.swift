import Basics
import Crypto
package import Playbooks

/// Makes the requests of one channel; its templates are compiled once.
///
/// The body is a pure function of the message, the channel, the variables and the recipient. A reference, for it is handed
/// on for every touch.
package final class RequestBuilder: Sendable {
    enum Body: Sendable {
        case none
        case json(BodyPlan)
        case form(FormPlan)

        init(_ body: Channel.Body, vars: [String: String]) throws(TextComplaint) {
            switch body {
            case .none: self = .none
            case .json(let template): self = .json(try BodyPlan(template, vars: vars))
            case .form(let fields): self = .form(try FormPlan(fields, vars: vars))
            }
        }
    }

    private struct HeaderPlan: Sendable {
        let name: String
        let value: Channel.Text
    }

    package let channel: Channel
    private let url: Channel.Text
    private let query: [HeaderPlan]
    private let headers: [HeaderPlan]
    private let signature: SignaturePlan?
    private let body: Body
    /// Nil where each touch has a request of its own.
    package let batch: BatchPlan?
    private let fixedHeaders: [Request.Header]
    private let credentials: Credentials?

    /// Compiles the channel's templates.
    ///
    /// - Parameter credentials: nil to check the templates only.
    /// - Throws: a `Diagnostic` at the channel for an unknown name or filter.
    package init(channel: Channel, credentials: Credentials?) throws(Diagnostic) {
        self.channel = channel
        do {
            url = try Channel.Text(channel.url, vars: channel.vars)
            query = try Self.plans(channel.query, vars: channel.vars)
            headers = try Self.plans(channel.headers, vars: channel.vars)
            if case .hmac(let auth) = channel.auth {
                signature = try SignaturePlan(auth, key: credentials?.key ?? [], vars: channel.vars)
            } else {
                signature = nil
            }
            body = try Body(channel.body, vars: channel.vars)
            batch = try channel.batch.map { batch throws(TextComplaint) in try BatchPlan(batch, of: channel) }
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
        self.credentials = try credentials?.resolvingRegion(of: channel)
    }

    /// The credentials in clear, for their digest.
    var identity: [String] {
        let headers = credentials?.headers.flatMap { [$0.name.lowercased(), $0.value] } ?? []
        return headers + (credentials?.values ?? [])
    }

    private static func plans(
        _ fields: [Channel.Template.Field], vars: [String: String]
    ) throws(TextComplaint) -> [HeaderPlan] {
        var plans: [HeaderPlan] = []
        for field in fields { plans.append(HeaderPlan(name: field.key, value: try headerText(field, vars: vars))) }
        return plans
    }

    static func headerText(
        _ field: Channel.Template.Field, vars: [String: String]
    ) throws(TextComplaint) -> Channel.Text {
        switch field.value {
        case .text(let text): return try Channel.Text(text, vars: vars)
        case .integer(let number): return try Channel.Text(String(number), vars: vars)
        case .number(let number): return try Channel.Text(JSON.text(of: number), vars: vars)
        case .boolean(let isTrue): return try Channel.Text(isTrue ? "true" : "false", vars: vars)
        case .null, .list, .object:
            throw TextComplaint("the header \(field.key) must be text")
        }
    }

    /// The request of one touch.
    ///
    /// - Parameter processNow: dates a signature, and nothing else of the request.
    /// - Throws: `.refused` when a value of the URL is missing or a header's value holds a line break.
    package func request(for envelope: Envelope, at processNow: Instant) throws(RenderError) -> Request {
        guard let url = credentials?.url ?? url.url(in: envelope) else {
            throw .refused("the URL of channel \"\(channel.name)\" needs a value that is missing: \(channel.url)")
        }
        var lines: [Request.Header] = []
        for header in headers {
            if let value = header.value.text(in: envelope) { lines.append(Request.Header(header.name, value)) }
        }
        lines += fixedHeaders
        if case .header(let name, _) = channel.idempotency, !lines.contains(where: { $0.isNamed(name) }),
            signature?.sets(name) != true
        {
            lines.append(Request.Header(name, envelope.idempotencyKey))
        }
        let bytes = body(of: envelope, secret: credentials?.secret)
        let shown = credentials?.secret == nil ? bytes : body(of: envelope, secret: Credentials.mask)
        let hash = Hexadecimal.text(SHA256.hash(data: shown))
        if let signature { lines += signature.headers(of: bytes, envelope, at: processNow) }
        if let signing = credentials?.signing {
            // libcurl signs what this header says of the body.
            lines.append(Request.Header("X-Amz-Content-Sha256", hash))
            if let token = signing.sessionToken { lines.append(Request.Header("X-Amz-Security-Token", token)) }
            lines.removeAll { $0.value.isEmpty }
        }
        for line in lines where line.value.utf8.contains(where: { $0 < 0x20 && $0 != 9 || $0 == 0x7f }) {
            throw .refused("the value of the header \(line.name) holds a line break or another control character")
        }
        var request = Request(
            method: channel.method, url: adding(to: url, in: envelope), headers: lines, body: bytes,
            bodyHash: hash, idempotencyKey: envelope.idempotencyKey,
            connectTimeout: channel.connectTimeout, totalTimeout: channel.totalTimeout,
            allowPrivate: channel.allowPrivate)
        request.signing = credentials?.signing
        return request
    }

    /// The URL with the parameters that it does not have yet.
    private func adding(to url: String, in envelope: Envelope) -> String {
        var url = url
        func add(_ name: String, _ value: String) {
            guard !url.contains("?\(name)="), !url.contains("&\(name)=") else { return }
            let value = value == Credentials.mask ? value : PercentEncoding.component(value)
            url += (url.contains("?") ? "&" : "?") + PercentEncoding.component(name) + "=" + value
        }
        for field in query {
            if let value = field.value.text(in: envelope) { add(field.name, value) }
        }
        if let parameter = credentials?.parameter { add(parameter.name, parameter.value) }
        return url
    }

    private func body(of envelope: Envelope, secret: String?) -> [UInt8] {
        var envelope = envelope
        envelope.seal.secret = secret
        return switch body {
        case .none: []
        case .json(let plan): encoded(plan.value(in: envelope) ?? .object([]), for: envelope)
        case .form(let plan): FormPlan.encoded(plan.members(in: envelope))
        }
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
