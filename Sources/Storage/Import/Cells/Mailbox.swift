/// An address as mail programs and spreadsheets write it: `Ada Kowalski <ada@x.example>`, `mailto:ada@x.example`, or the
/// first of several in one cell.
struct Mailbox {
    /// The name before the address.
    let name: String?
    let address: String
    let isOneOfSeveral: Bool

    private static let longest = 1_000
    private static let marks: Set<Character> = ["<", ">", "\""]

    /// Nil where none of it is an address.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest, text.contains("@") else { return nil }
        // A name may have a comma.
        let isOne = text.count { $0 == "@" } == 1
        let parts = isOne ? [text[...]] : text.split { ",;|\n".contains($0) }.filter { $0.contains("@") }
        guard let first = parts.first else { return nil }
        let whole = String(first).trimmingBlanks
        var address = whole
        var name = ""
        if let opening = whole.lastIndex(of: "<") {
            let inner = whole[whole.index(after: opening)...]
            address = String(inner.prefix { $0 != ">" })
            name = String(whole[..<opening])
        }
        if address.lowercased().hasPrefix("mailto:") { address = String(address.dropFirst("mailto:".count)) }
        address = String(address.filter { !Self.marks.contains($0) }).trimmingBlanks
        guard EmailAddress.normalized(address) != nil, let cleaned = EmailAddress.cleaned(address) else { return nil }
        self.address = cleaned
        name = String(name.filter { !Self.marks.contains($0) && $0 != "'" }).trimmingBlanks
        self.name = name.isEmpty || name.contains("@") ? nil : name
        isOneOfSeveral = parts.count > 1
    }

    /// The name that stands before an address in a cell, in the arena; null when there is none.
    static func name(in cell: Cell, arena: ByteArena) -> Scalar {
        guard cell.contains(UInt8(ascii: "<")), let name = Mailbox(cell.trimmed.string)?.name else { return .null }
        arena.removeAll(reserving: name.utf8.count)
        return .text(arena.append(name.utf8))
    }
}
