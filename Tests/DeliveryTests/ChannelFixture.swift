import Foundation
import Playbooks
import Testing
import Yams

/// Reads the channel files of `Providers/channels`, as far as requests need them.
enum ChannelFixture {
    static let folder = Bundle.module.bundleURL.appending(path: "Providers")

    static func channel(_ name: String) throws -> Channel {
        let text = try String(contentsOf: folder.appending(path: "channels/\(name).yaml"), encoding: .utf8)
        let root = try #require(try Yams.compose(yaml: text))
        let kind = try #require(root["kind"]?.string.flatMap(Channel.Kind.init))
        let url = try #require(root["request"]?["url"]?.string)
        var channel = Channel(name: name, kind: kind, url: url, position: Position(file: "channels/\(name).yaml"))
        channel.headers = fields(root["request"]?["headers"])
        for pair in root["vars"]?.mapping ?? [:] { channel.vars[pair.key.string ?? ""] = pair.value.string }
        channel.auth = auth(root["auth"])
        if let template = root["body"]?["template"] {
            channel.body = .json(self.template(template))
        } else {
            channel.body = .form(fields(root["body"]?["fields"]))
        }
        if let header = root["idempotency"]?["header"]?.string {
            channel.idempotency = .header(name: header, lifetime: .hours(24))
        }
        return channel
    }

    private static func auth(_ node: Node?) -> Channel.Auth {
        func secret(_ key: String) -> Secret {
            Secret(.environment(String((node?[key]?.string ?? "").dropFirst("env:".count))))
        }
        return switch node?["kind"]?.string {
        case "bearer": .bearer(token: secret("token"))
        case "basic": .basic(user: node?["user"]?.string ?? "", password: secret("password"))
        case "header": .header(name: node?["name"]?.string ?? "", value: secret("value"))
        default: .none
        }
    }

    private static func fields(_ node: Node?) -> [Channel.Template.Field] {
        (node?.mapping ?? [:]).map { Channel.Template.Field($0.key.string ?? "", template($0.value)) }
    }

    private static func template(_ node: Node) -> Channel.Template {
        switch node {
        case .mapping: .object(fields(node))
        case .sequence(let nodes): .list(nodes.map(template))
        case .scalar(let scalar):
            scalar.style == .plain
                ? Int(scalar.string).map { .integer($0) } ?? .text(scalar.string) : .text(scalar.string)
        case .alias: .null
        }
    }
}
