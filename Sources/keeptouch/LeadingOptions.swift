/// The options that may stand before the command, as in `keeptouch --workspace DIR --now INSTANT plan`.
///
/// Each command declares them for itself, so that its help tells them and commands without a workspace refuse them.
enum LeadingOptions {
    private static let names: Set<String> = ["--workspace", "-w", "--now"]
    private static let groups: Set<String> = ["report"]

    /// Puts the options before the command behind it.
    static func behindCommand(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        var options: [String] = []
        while let first = rest.first {
            if names.contains(first), rest.count > 1 {
                options += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if names.contains(where: { first.hasPrefix($0 + "=") }) {
                options.append(first)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        guard let command = rest.first, !command.hasPrefix("-") else { return arguments }
        // A group of commands takes no options: they belong behind the command in it.
        let words = rest.prefix(groups.contains(command) ? 2 : 1)
        return words + options + rest.dropFirst(words.count)
    }
}
