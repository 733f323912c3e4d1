import Foundation

/// What an answer of an API says beside its rows: whether there are more of them on other pages.
struct JSONEnvelope {
    private static let flags: Set<String> = [
        "hasmore", "hasnext", "hasnextpage", "more", "moreavailable", "istruncated", "truncated",
    ]
    private static let next: Set<String> = [
        "next", "nextpage", "nextcursor", "nexttoken", "nextpagetoken", "nextlink", "nexturl", "nextpageurl",
        "odatanextlink",
        "nextrecordsurl", "nextoffset", "after",
    ]
    private static let totals: Set<String> = [
        "total", "totalcount", "totalresults", "totalsize", "totalrecords", "totalitems",
    ]
    private static let deepest = 3

    /// The member that says so: `"has_more": true`; nil where these are all rows.
    let more: String?

    /// - Parameters:
    ///   - text: the answer without its rows.
    ///   - rows: how many have been read, those of the pages before it, too.
    init(_ text: [UInt8], rows: Int) {
        guard let members = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] else {
            more = nil
            return
        }
        let all = Self.members(members, 0)
        let flag = all.first { Self.flags.contains($0.name) && $0.value is Bool }
        if let flag {
            more = flag.value as? Bool == true ? Self.text(flag) : nil
        } else if let end = all.first(where: { $0.name == "done" && $0.value is Bool }) {
            more = end.value as? Bool == false ? Self.text(end) : nil
        } else if let next = all.first(where: { Self.next.contains($0.name) && Self.isPage($0.value) }) {
            more = Self.text(next)
        } else {
            more = all.first { Self.totals.contains($0.name) && ($0.value as? Int ?? 0) > rows }.map(Self.text)
        }
    }

    private typealias Member = (name: String, key: String, value: Any)

    /// Members of the envelope, and of objects in it such as `paging`; names without capitals and marks.
    private static func members(_ object: [String: Any], _ depth: Int) -> [Member] {
        object.sorted { $0.key < $1.key }.flatMap { key, value -> [Member] in
            let name = key.lowercased().filter { $0.isLetter || $0.isNumber }
            let own = [(name: name, key: key, value: value)]
            guard depth < deepest, let within = value as? [String: Any] else { return own }
            return own + members(within, depth + 1)
        }
    }

    private static func isPage(_ value: Any) -> Bool {
        switch value {
        case let text as String: !text.isEmpty
        case let number as NSNumber: number.doubleValue > 0
        default: false
        }
    }

    private static func text(_ member: Member) -> String {
        switch member.value {
        case let text as String: "\"\(member.key)\": \"\(text.prefix(60))\""
        case let flag as Bool: "\"\(member.key)\": \(flag)"
        default: "\"\(member.key)\": \(member.value)"
        }
    }
}
