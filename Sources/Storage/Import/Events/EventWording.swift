import Basics

/// What an event says, to compare it with what another row tells of it.
struct EventWording {
    /// Of `event`, or of the staged rows.
    let id: Int64
    let contact: Int64?
    /// What it calls a contact that is not known.
    let contactKey: String?
    /// Typed, as they are stored; nil for none.
    let properties: String?
    /// As they were sent; nil for none.
    let leftOut: String?
    /// The values by the plain form of their names.
    private let values: [[UInt8]: JSON]

    init(id: Int64, contact: Int64?, contactKey: String?, properties: String?, leftOut: String?) {
        self.id = id
        self.contact = contact
        self.contactKey = contactKey
        self.properties = properties
        self.leftOut = leftOut
        var values: [[UInt8]: JSON] = [:]
        for member in Self.members(leftOut) + Self.members(properties) {
            values[PlainName.bytes(member.key.utf8)] = member.value
        }
        self.values = values
    }

    private static func members(_ text: String?) -> [JSON.Member] {
        guard let text, case .object(let members)? = JSON(parsing: text) else { return [] }
        return members
    }

    /// How much of the one the other says too; nil when they name two contacts.
    private func likeness(to other: EventWording) -> (contradictions: Int, same: Int)? {
        let namesContact = (contact != nil || contactKey != nil, other.contact != nil || other.contactKey != nil)
        if namesContact == (true, true), contact != other.contact || contactKey != other.contactKey { return nil }
        let both = values.compactMap { name, value in other.values[name].map { (value, $0) } }
        let same = both.count { Self.isSame($0, $1) }
        return (both.count - same, same)
    }

    /// Whether the other one says nothing else and nothing more.
    func saysAll(of other: EventWording) -> Bool {
        (other.contact == nil || other.contact == contact)
            && other.values.allSatisfy { name, value in values[name].map { Self.isSame($0, value) } ?? false }
    }

    /// `3`, `3.0` and `"3"` are one value.
    private static func isSame(_ one: JSON, _ other: JSON) -> Bool {
        if let number = one.asNumber, let second = other.asNumber { return number == second }
        return one == other || (one.scalarText != nil && one.scalarText == other.scalarText)
    }

    /// Pairs what is stored with what tells it again, the most alike first, each at most once.
    ///
    /// - Parameter takesCorrections: whether a told event whose values contradict the stored one may be it, corrected.
    static func pairs(
        stored: [EventWording], told: [EventWording], takesCorrections: Bool
    ) -> [(stored: EventWording, told: EventWording)] {
        var found: [(stored: Int, told: Int, contradictions: Int, same: Int)] = []
        for (index, event) in stored.enumerated() {
            for (other, row) in told.enumerated() {
                guard let likeness = event.likeness(to: row), takesCorrections || likeness.contradictions == 0 else {
                    continue
                }
                found.append((index, other, likeness.contradictions, likeness.same))
            }
        }
        found.sort {
            ($0.contradictions, -$0.same, $0.stored, $0.told) < ($1.contradictions, -$1.same, $1.stored, $1.told)
        }
        var (taken, given): (Set<Int>, Set<Int>) = ([], [])
        return found.compactMap { pair in
            if taken.contains(pair.stored) || given.contains(pair.told) { return nil }
            taken.insert(pair.stored)
            given.insert(pair.told)
            return (stored[pair.stored], told[pair.told])
        }
    }

    /// The properties of both, those of the other one where they differ.
    func properties(with other: EventWording) -> String? { Self.merged(properties, other.properties) }

    /// What both say that `data.yaml` does not have.
    func leftOut(with other: EventWording) -> String? { Self.merged(leftOut, other.leftOut) }

    private static func merged(_ one: String?, _ other: String?) -> String? {
        guard let one else { return other }
        guard let other else { return one }
        let news = members(other)
        let kept = members(one).filter { member in !news.contains { $0.key == member.key } }
        return kept.isEmpty ? other : JSON.object(news + kept).encodedText
    }
}
