extension Channel {
    /// Whether clicks and opens are seen by the workspace itself.
    package struct Track: Sendable, Hashable {
        package var links = false
        package var opens = false

        package init() {}
    }

    /// The built-in channel of a team that has no provider of in-app messages: its touches wait in the database until the
    /// product fetches them.
    package static let inbox: Channel = {
        var channel = Channel(name: "inbox", kind: .inApp, url: "inbox:", position: Position(file: "keeptouch.yaml"))
        channel.body = .json(
            .object([
                Template.Field("title", .text("{{ subject }}")), Template.Field("html", .text("{{ html }}")),
                Template.Field("text", .text("{{ text }}")),
            ]))
        channel.inFlight = 500
        return channel
    }()

    /// Whether its touches stay in the database instead of being sent.
    package var isInbox: Bool { url == Self.inbox.url }
}
