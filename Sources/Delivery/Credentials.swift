import Foundation
package import Playbooks

/// The resolved secrets of one channel: read when the channel starts, held in memory, never printed.
package struct Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The headers that authenticate.
    let headers: [Request.Header]
    /// The URL where it is itself a secret.
    let url: String?
    /// The secrets in clear, to keep them out of messages.
    let values: [String]

    /// Reads what the channel refers to.
    ///
    /// - Parameters:
    ///   - environment: the process's variables, for `env:NAME`.
    ///   - directory: the workspace, for relative `file:PATH`.
    /// - Throws: a `Diagnostic` at the channel when a variable is not set, a file is missing, empty or readable by
    ///   everyone, or a value holds a line break.
    package init(of channel: Channel, environment: [String: String], directory: String) throws(Diagnostic) {
        let reader = SecretReader(position: channel.position, environment: environment, directory: directory)
        var values: [String] = []
        switch channel.auth {
        case .none:
            headers = []
        case .bearer(let token):
            let token = try reader.read(token)
            headers = [Request.Header("Authorization", "Bearer \(token)")]
            values.append(token)
        case .basic(let user, let password):
            let password = try reader.read(password)
            let pair = Data("\(user):\(password)".utf8).base64EncodedString()
            headers = [Request.Header("Authorization", "Basic \(pair)")]
            values += [password, pair]
        case .header(let name, let value):
            let value = try reader.read(value)
            headers = [Request.Header(name, value)]
            values.append(value)
        }
        if let reference = Secret.Reference(channel.url) {
            let url = try reader.read(Secret(reference))
            self.url = url
            values.append(url)
        } else {
            url = nil
        }
        self.values = values
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
}

extension Secret.Reference {
    /// `env:NAME` or `file:PATH`; nil for other text.
    init?(_ text: String) {
        if text.hasPrefix("env:") {
            self = .environment(String(text.dropFirst(4)))
        } else if text.hasPrefix("file:") {
            self = .file(String(text.dropFirst(5)))
        } else {
            return nil
        }
    }
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
