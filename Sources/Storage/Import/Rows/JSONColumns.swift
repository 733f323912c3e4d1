/// The columns that JSON objects have: their members, those of objects in them as `billing.plan`, and those of the first
/// object of a list as `contacts.0.email`.
struct JSONColumns {
    private static let deepest = 6
    private static let most = 200

    /// How `jq` calls the rows.
    let path: String
    private var found: [(name: String, depth: Int)] = []
    private var known: Set<String> = []
    /// Lists that have several objects somewhere.
    private(set) var lists: [String] = []

    init(path: String) { self.path = path }

    /// Those that stand in the objects themselves first.
    var names: [String] {
        let sorted = found.enumerated().sorted { ($0.element.depth, $0.offset) < ($1.element.depth, $1.offset) }
        return sorted.prefix(Self.most).map(\.element.name)
    }

    mutating func look(at members: [JSONScanner.Member]) {
        Self.walk(members, "", 0) { name, member, depth in
            if member.kind == .array {
                if JSONElement.hasSeveralObjects(member.value), !lists.contains(name) { lists.append(name) }
            } else if member.kind != .null, known.insert(name).inserted {
                found.append((name, depth))
            }
        }
    }

    /// Tells of each member, and of those within, what it is called; bytes that escapes stand in are changed.
    static func walk(
        _ members: [JSONScanner.Member], _ prefix: String, _ depth: Int,
        _ body: (String, JSONScanner.Member, Int) -> Void
    ) {
        for member in members.lazy.map(JSONScanner.plain) {
            let name = prefix + member.key.string
            switch member.kind {
            case .object where depth < deepest:
                walk(
                    JSONScanner.members(of: UnsafeMutableBufferPointer(mutating: member.value)) ?? [], name + ".",
                    depth + 1, body)
            case .array where depth < deepest:
                body(name, member, depth)
                guard let first = JSONElement.firstObject(of: member.value) else { continue }
                walk(
                    JSONScanner.members(of: UnsafeMutableBufferPointer(mutating: first)) ?? [], name + ".0.", depth + 1,
                    body)
            default: body(name, member, depth)
            }
        }
    }
}

extension JSONElement {
    /// The first element of an array, where that is an object.
    static func firstObject(of array: Cell) -> Cell? {
        guard array.first == UInt8(ascii: "[") else { return nil }
        let start = skipBlanks(array, 1)
        guard start < array.count, array[start] == UInt8(ascii: "{"),
            let length = length(of: Cell(rebasing: array[start...]))
        else { return nil }
        return Cell(rebasing: array[start..<(start + length)])
    }

    static func hasSeveralObjects(_ array: Cell) -> Bool {
        guard let first = firstObject(of: array), let base = array.baseAddress, let start = first.baseAddress else {
            return false
        }
        let next = skipBlanks(array, start - base + first.count)
        return next < array.count && array[next] == UInt8(ascii: ",")
    }
}
