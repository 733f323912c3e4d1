/// The messages of a rotation that an account has had, and those that it would have had as a holdout, which do not count once it
/// is treated.
package struct HadMessages: Sendable {
    private var sent: Set<HadMessage> = []
    private var ghosts: Set<HadMessage> = []

    package init() {}

    package mutating func insert(_ message: HadMessage, isGhost: Bool) {
        if isGhost { ghosts.insert(message) } else { sent.insert(message) }
    }

    func all(in arm: Arm) -> Set<HadMessage> { arm == .treated ? sent : sent.union(ghosts) }
}

/// A message of a rotation that an account has had.
package struct HadMessage: Sendable, Hashable {
    package var path: String
    /// Of its text and translations as they left; nil where it has not left yet.
    package var hash: String?

    package init(_ path: String, hash: String?) {
        self.path = path
        self.hash = hash
    }

    /// The first message of a rotation that an account has not had.
    ///
    /// A text that moved to another file is the text that it was; the path counts where the text was edited meanwhile.
    ///
    /// - Parameter hashes: of the messages as they are now, by path.
    static func next(of messages: [String], hashes: [String: String], had: Set<HadMessage>) -> String? {
        let present = Set(messages.compactMap { hashes[$0] })
        var (paths, texts): (Set<String>, Set<String>) = ([], [])
        for message in had {
            if let hash = message.hash, hashes[message.path] != hash, present.contains(hash) {
                texts.insert(hash)
            } else {
                paths.insert(message.path)
            }
        }
        return messages.first { path in
            !paths.contains(path) && !(hashes[path].map(texts.contains) ?? false)
        }
    }
}
