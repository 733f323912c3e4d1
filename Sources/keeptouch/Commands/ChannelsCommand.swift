import ArgumentParser
import Playbooks

struct ChannelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channels", abstract: "The channels that need no file: presets for well-known providers.")

    @Argument(help: "Print this preset's file, to be copied into channels/ and changed there.")
    var preset: String?

    @OptionGroup var output: FormatOption

    func run() throws {
        if let preset {
            guard let found = ChannelPreset.named(preset) else {
                throw ValidationError(
                    "there is no preset \"\(preset)\"\(suggestion(for: preset, in: ChannelPreset.names))")
            }
            return Terminal.print(found.text.trimmingTrailingNewlines)
        }
        var table = Table([
            ("preset", .left), ("kind", .left), ("provider", .left), ("secrets", .left), ("vars", .left),
            ("repeats", .left),
        ])
        for preset in ChannelPreset.all {
            guard let channel = preset.channel else { continue }
            table.rows.append([
                preset.name, channel.kind.rawValue, preset.title,
                channel.secrets.filter { !$0.isOptional }.compactMap(\.reference.name).joined(separator: ", "),
                preset.needs.map(\.name).joined(separator: ", "), Self.repeats(channel),
            ])
        }
        try output.show(table)
        guard output.format == .table else { return }
        Terminal.hint("use one: channels: { email: sendgrid } in keeptouch.yaml, and its secrets in the environment")
        Terminal.hint("change one: a file channels/sendgrid.yaml with channel: sendgrid and the keys that differ")
        Terminal.hint("read one: keeptouch channels sendgrid")
    }

    /// How long the provider recognizes repeats.
    private static func repeats(_ channel: Channel) -> String {
        channel.idempotency.lifetime.map { "recognized for \($0)" } ?? "not recognized"
    }
}

extension Secret.Reference {
    fileprivate var name: String? {
        switch self {
        case .environment(let name): name
        case .file(let path): path
        case .literal: nil
        }
    }
}

extension String {
    fileprivate var trimmingTrailingNewlines: String {
        String(reversed().drop(while: \.isNewline).reversed())
    }
}
