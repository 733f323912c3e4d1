import Basics
import Foundation
package import Playbooks

/// The resolved secrets of one channel: read when the channel starts, held in memory, never printed.
package struct Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The headers that authenticate.
    private(set) var headers: [Request.Header] = []
    /// The URL where it is itself a secret.
    private(set) var url: String?
    /// The parameter of the URL that authenticates.
    private(set) var parameter: Request.Header?
    /// `{{ secret }}` of the body.
    private(set) var secret: String?
    private(set) var signing: Request.Signing?
    /// The key of signatures that the channel's headers carry; empty for one that is only shown.
    private(set) var key: [UInt8]?
    /// The secrets in clear, to keep them out of messages.
    private(set) var values: [String] = []

    /// What stands for every secret where a request is shown.
    static let mask = "***"

    /// Reads what the channel refers to.
    ///
    /// - Parameters:
    ///   - environment: the process's variables, for `env:NAME`.
    ///   - directory: the workspace, for relative `file:PATH`.
    /// - Throws: a `Diagnostic` at the channel when a variable is not set, a file is missing, empty or readable by
    ///   everyone, or a value holds a line break.
    package init(of channel: Channel, environment: [String: String], directory: String) throws(Diagnostic) {
        let reader = SecretReader(position: channel.position, environment: environment, directory: directory)
        switch channel.auth {
        case .none: break
        case .bearer(let token):
            let token = try reader.read(token)
            headers = [Request.Header("Authorization", "Bearer \(token)")]
            values.append(token)
        case .basic(let user, let password):
            let password = try reader.read(password)
            let user =
                try Secret.Reference(user).map { reference throws(Diagnostic) in
                    try reader.read(Secret(reference))
                } ?? user
            let pair = Data("\(user):\(password)".utf8).base64EncodedString()
            headers = [Request.Header("Authorization", "Basic \(pair)")]
            values += [password, pair]
        case .header(let name, let value, let scheme):
            let value = try reader.read(value)
            headers = [Request.Header(name, (scheme.map { "\($0) " } ?? "") + value)]
            values.append(value)
        case .query(let name, let value):
            let value = try reader.read(value)
            parameter = Request.Header(name, value)
            values += [value, PercentEncoding.component(value)]
        case .body(let value):
            let value = try reader.read(value)
            secret = value
            values.append(value)
        case .sigv4(let auth):
            let (access, key) = (try reader.read(auth.accessKey), try reader.read(auth.secretKey))
            signing = Request.Signing(
                service: auth.service, region: auth.region, accessKey: access, secretKey: key,
                sessionToken: try reader.readIfSet(auth.sessionToken))
            values += [access, key] + (signing?.sessionToken.map { [$0] } ?? [])
        case .hmac(let auth):
            let text = try reader.read(auth.key)
            key = try Self.key(text, at: channel.position)
            values.append(text)
        }
        if let reference = Secret.Reference(channel.url) {
            let url = try reader.read(Secret(reference))
            self.url = url
            values.append(url)
        }
    }

    /// Stand-ins for the channel's secrets, to show its requests.
    package init(masking channel: Channel) {
        switch channel.auth {
        case .none: break
        case .bearer: headers = [Request.Header("Authorization", "Bearer \(Self.mask)")]
        case .basic: headers = [Request.Header("Authorization", "Basic \(Self.mask)")]
        case .header(let name, _, let scheme):
            headers = [Request.Header(name, (scheme.map { "\($0) " } ?? "") + Self.mask)]
        case .query(let name, _): parameter = Request.Header(name, Self.mask)
        case .body: secret = Self.mask
        case .sigv4: headers = [Request.Header("Authorization", "AWS4-HMAC-SHA256 \(Self.mask)")]
        case .hmac: key = []
        }
        // The reference says which one it is.
        if Secret.Reference(channel.url) != nil { url = channel.url }
    }

    /// The bytes of a key: those in base64 behind `whsec_` (Standard Webhooks), else the text itself.
    private static func key(_ text: String, at position: Position) throws(Diagnostic) -> [UInt8] {
        guard text.hasPrefix("whsec_") else { return Array(text.utf8) }
        guard let data = Data(base64Encoded: String(text.dropFirst(6))), !data.isEmpty else {
            throw Diagnostic(at: position, "the signing key begins with whsec_, but what follows is not base64")
        }
        return Array(data)
    }

    /// The same with the region of its signatures written out.
    func resolvingRegion(of channel: Channel) throws(Diagnostic) -> Credentials {
        guard let signing else { return self }
        var copy = self
        do {
            copy.signing?.region = try Channel.Text(signing.region, vars: channel.vars).text() ?? ""
        } catch {
            throw Diagnostic(at: channel.position, "channel \"\(channel.name)\": \(error.message)")
        }
        return copy
    }

    package var description: String { Self.mask }
    package var debugDescription: String { Self.mask }
}

struct SecretReader {
    let position: Position
    let environment: [String: String]
    let directory: String

    func read(_ secret: Secret) throws(Diagnostic) -> String {
        switch secret.reference {
        case .literal(let value):
            return try checked(value, from: "the secret in the channel file")
        case .environment(let name):
            guard let value = environment[name] else {
                throw Diagnostic(
                    at: position, "the environment variable \(name) is not set; export it before the start")
            }
            return try checked(value, from: "the environment variable \(name)")
        case .file(let path):
            return try checked(contents(of: path), from: "the file \(path)")
        }
    }

    /// Nil for an environment variable that is not set.
    func readIfSet(_ secret: Secret?) throws(Diagnostic) -> String? {
        guard let secret else { return nil }
        if case .environment(let name) = secret.reference, environment[name] ?? "" == "" { return nil }
        return try read(secret)
    }

    private func contents(of path: String) throws(Diagnostic) -> String {
        let url = URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: directory, isDirectory: true))
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        guard let permissions = attributes?[.posixPermissions] as? Int, let data = try? Data(contentsOf: url) else {
            throw Diagnostic(at: position, "the secret file \(path) cannot be read")
        }
        guard permissions & 0o007 == 0 else {
            throw Diagnostic(at: position, "everyone may read the secret file \(path); run \"chmod 600 \(path)\"")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private func checked(_ value: String, from source: String) throws(Diagnostic) -> String {
        let value = value.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty else { throw Diagnostic(at: position, "\(source) is empty") }
        guard !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else {
            throw Diagnostic(at: position, "\(source) holds a line break or another control character")
        }
        return value
    }
}
