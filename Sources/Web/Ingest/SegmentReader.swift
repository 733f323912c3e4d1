import Basics
import Delivery
import HTTPTypes
import Playbooks
import Storage

/// Reads the calls of Segment's HTTP API and of the clients that speak it (RudderStack, Jitsu).
///
/// - `group` is an account with the group's id as its key, and its user a contact of it.
/// - `identify` is a contact with the user's id as its key. Its account is `context.groupId`, else the company among its
///   traits, else every account that the user is a contact of; a user of none waits until a `group` call says.
/// - `track` is an event of the account: `context.groupId`, else the newest account of the user. `page` and `screen` are
///   the events `page_viewed` and `screen_viewed` where `data.yaml` has them.
/// - `alias` gives a contact another key. Calls with no user and no group are of visitors and left out.
struct SegmentReader {
    let vocabulary: Vocabulary
    let receivedAt: Instant
    private var taken = IngestBatch()
    private var skew = TimeSpan(milliseconds: 0)
    private var sharedContext: JSON?

    init(vocabulary: Vocabulary, receivedAt: Instant) {
        self.vocabulary = vocabulary
        self.receivedAt = receivedAt
    }

    /// Reads a body; `type` is the call that the path names, or `batch`.
    ///
    /// - Throws: `Problem` when it is no such call at all.
    static func read(_ body: JSON, type: String, vocabulary: Vocabulary, receivedAt: Instant) throws -> IngestBatch {
        var reader = SegmentReader(vocabulary: vocabulary, receivedAt: receivedAt)
        guard case .object = body else { throw Problem(.badRequest, "the body must be a JSON object") }
        do {
            if let sentAt = try IngestBatch.moment(body["sentAt"], at: "/sentAt", clockIsBehindBy: reader.skew) {
                reader.skew = receivedAt - sentAt
            }
        } catch {
            reader.taken.leaveOut(error.pointer, error.detail)
        }
        guard type == "batch" else {
            reader.take(body, type, at: "")
            return reader.taken
        }
        guard case .list(let calls)? = body["batch"] else {
            throw Problem(
                .badRequest, "the body must have a list of calls",
                errors: [Problem.Detail("/batch", "must be a list of calls")])
        }
        reader.sharedContext = body["context"]
        for (index, call) in calls.enumerated() {
            guard case .object = call, case .text(let type)? = call["type"] else {
                reader.taken.reject(
                    IngestBatch.Malformed(
                        pointer: "/batch/\(index)/type", detail: "must be the name of a call, such as track"))
                continue
            }
            reader.take(call, type, at: "/batch/\(index)")
        }
        return reader.taken
    }

    private mutating func take(_ call: JSON, _ type: String, at pointer: String) {
        let before = taken.rows.count
        defer {
            if case .text(let id)? = call["messageId"], !id.isEmpty {
                for index in taken.rows.indices.dropFirst(before) where taken.rows[index].kind != .events {
                    taken.rows[index].callID = id
                }
            }
        }
        do throws(IngestBatch.Malformed) {
            switch type {
            case "identify": try identify(call, pointer)
            case "group": try group(call, pointer)
            case "track": try track(call, pointer)
            case "page": try view(call, "page_viewed", pointer)
            case "screen": try view(call, "screen_viewed", pointer)
            case "alias": try alias(call, pointer)
            default:
                throw IngestBatch.Malformed(
                    pointer: pointer + "/type",
                    detail: "\"\(type.prefix(60))\" is none of identify, group, track, page, screen, alias")
            }
        } catch {
            taken.reject(error)
        }
    }

    // MARK: Calls

    private mutating func identify(_ call: JSON, _ pointer: String) throws(IngestBatch.Malformed) {
        guard let user = try user(of: call, pointer) else { return }
        let traits = traits(of: call, pointer)
        var fields = [IncomingRow.Field("key", user, at: pointer + "/userId")]
        var first: String?
        var last: String?
        for (key, value, place) in traits {
            switch Vocabulary.simplified(key) {
            case "first_name" where vocabulary.contacts[key] == nil: first = value.scalarText
            case "last_name" where vocabulary.contacts[key] == nil: last = value.scalarText
            default:
                // What sounds like a wish and is none that is known is told as unknown.
                let column = vocabulary.contacts[key] ?? (WishWord.soundsLikeOptIn(key) == nil ? nil : key)
                add(column, value, place, to: &fields)
            }
        }
        func lacks(_ column: String) -> Bool { !fields.contains { $0.column == column } }
        let name = [first, last].compactMap { $0 }.joined(separator: " ")
        if lacks("name"), !name.isEmpty {
            fields.append(IncomingRow.Field("name", name, at: pointer + "/traits/firstName", isOptional: true))
        }
        let context = context(of: call)
        for column in ["timezone", "locale"] where lacks(column) {
            guard let value = context(column)?.scalarText else { continue }
            fields.append(IncomingRow.Field(column, value, at: pointer + "/context/\(column)", isOptional: true))
        }
        var owner = IncomingRow.Owner.accountOf(user: user)
        if let group = try groupID(of: call, pointer) {
            owner = .account(group)
        } else if let company = try company(in: traits, pointer) {
            owner = .account(company)
        }
        taken.rows.append(IncomingRow(.contacts, owner: owner, fields, at: pointer))
    }

    private static let companyIDs: Set<String> = ["id", "company_id", "account_id", "group_id", "key"]

    /// The account that the traits of a person name: `company: { id, ... }`, `company_id`, `account_id` or `group_id`.
    private mutating func company(
        in traits: [(key: String, value: JSON, pointer: String)], _ pointer: String
    ) throws(IngestBatch.Malformed) -> String? {
        for (key, value, place) in traits {
            switch Vocabulary.simplified(key) {
            case "company":
                guard case .object(let members) = value,
                    let named = members.first(where: { Self.companyIDs.contains(Vocabulary.simplified($0.key)) }),
                    let id = try IngestBatch.text(named.value, at: IngestBatch.pointer(place, named.key)), !id.isEmpty
                else { continue }
                var fields = [IncomingRow.Field("key", id, at: IngestBatch.pointer(place, named.key))]
                for member in members where member.key != named.key {
                    add(
                        vocabulary.accounts[member.key], member.value, IngestBatch.pointer(place, member.key),
                        to: &fields)
                }
                taken.rows.append(IncomingRow(.accounts, fields, at: place))
                return id
            case "account_id", "group_id", "company_id", "organization_id", "org_id", "tenant_id":
                if let id = try IngestBatch.text(value, at: place), !id.isEmpty { return id }
            default: continue
            }
        }
        return nil
    }

    private mutating func group(_ call: JSON, _ pointer: String) throws(IngestBatch.Malformed) {
        guard let group = try IngestBatch.text(call["groupId"], at: pointer + "/groupId"), !group.isEmpty else {
            throw IngestBatch.Malformed(
                pointer: pointer + "/groupId", detail: "is missing; it is the key of the account")
        }
        var fields = [IncomingRow.Field("key", group, at: pointer + "/groupId")]
        for (key, value, place) in traits(of: call, pointer) {
            add(vocabulary.accounts[key], value, place, to: &fields)
        }
        taken.rows.append(IncomingRow(.accounts, fields, at: pointer))
        if let user = try IngestBatch.text(call["userId"], at: pointer + "/userId"), !user.isEmpty {
            let fields = [
                IncomingRow.Field("account", group, at: pointer + "/groupId"),
                IncomingRow.Field("key", user, at: pointer + "/userId"),
            ]
            taken.rows.append(IncomingRow(.contacts, fields, at: pointer))
        }
    }

    private mutating func track(_ call: JSON, _ pointer: String) throws(IngestBatch.Malformed) {
        guard let name = try IngestBatch.text(call["event"], at: pointer + "/event"), !name.isEmpty else {
            throw IngestBatch.Malformed(pointer: pointer + "/event", detail: "is missing; it is the name of the event")
        }
        let event = vocabulary.events[name] ?? Vocabulary.simplified(name)
        try add(event, of: call, [], at: pointer)
    }

    private mutating func view(_ call: JSON, _ event: String, _ pointer: String) throws(IngestBatch.Malformed) {
        guard vocabulary.events[event] != nil else {
            taken.ignored += 1
            return
        }
        let more = ["name", "category"].compactMap { key in
            call[key].map { JSON.Member(key, $0) }
        }
        try add(event, of: call, more, at: pointer)
    }

    private mutating func add(
        _ event: String, of call: JSON, _ more: [JSON.Member], at pointer: String
    ) throws(IngestBatch.Malformed) {
        let group = try groupID(of: call, pointer)
        let user = try IngestBatch.text(call["userId"], at: pointer + "/userId").flatMap { $0.isEmpty ? nil : $0 }
        let owner: IncomingRow.Owner
        if let group {
            owner = .account(group)
        } else if let user {
            owner = .accountOf(user: user)
        } else {
            taken.ignored += 1
            return
        }
        let written =
            call["timestamp"].map { ($0, "/timestamp") } ?? call["originalTimestamp"].map { ($0, "/originalTimestamp") }
        let at =
            try IngestBatch.moment(written?.0, at: pointer + (written?.1 ?? ""), clockIsBehindBy: skew) ?? receivedAt
        var fields = [
            IncomingRow.Field("event", event, at: pointer + "/event"),
            IncomingRow.Field("at", at.description, at: pointer + (written?.1 ?? "/timestamp")),
        ]
        if let user { fields.append(IncomingRow.Field("contact", user, at: pointer + "/userId")) }
        if let id = try IngestBatch.text(call["messageId"], at: pointer + "/messageId"), !id.isEmpty {
            fields.append(IncomingRow.Field("id", id, at: pointer + "/messageId"))
        }
        var properties: [IncomingRow.Field] = []
        if case .object(let members)? = call["properties"] {
            for member in members {
                add(
                    column(of: member, event), member.value, IngestBatch.pointer(pointer + "/properties", member.key),
                    to: &properties)
            }
        }
        for member in more where !properties.contains(where: { $0.column == member.key }) {
            add(vocabulary.property(member.key, of: event), member.value, pointer + "/" + member.key, to: &properties)
        }
        taken.rows.append(IncomingRow(.events, owner: owner, fields, properties: properties, at: pointer))
    }

    /// The property that a member is; one that nobody has declared is kept under its own name, if it is one value.
    private func column(of member: JSON.Member, _ event: String) -> String? {
        if let property = vocabulary.property(member.key, of: event) { return property }
        return switch member.value {
        case .null, .list, .object: nil
        default: Vocabulary.simplified(member.key)
        }
    }

    private mutating func alias(_ call: JSON, _ pointer: String) throws(IngestBatch.Malformed) {
        guard let user = try IngestBatch.text(call["userId"], at: pointer + "/userId"), !user.isEmpty else {
            throw IngestBatch.Malformed(
                pointer: pointer + "/userId", detail: "is missing; it is the new key of the contact")
        }
        guard let previous = try IngestBatch.text(call["previousId"], at: pointer + "/previousId"), !previous.isEmpty
        else {
            throw IngestBatch.Malformed(
                pointer: pointer + "/previousId", detail: "is missing; it is the key that the contact had so far")
        }
        if previous != user { taken.aliases.append(IncomingAlias(previous: previous, user: user)) }
    }

    // MARK: Parts of calls

    /// The user's id; nil, and the call left out, for a visitor.
    private mutating func user(of call: JSON, _ pointer: String) throws(IngestBatch.Malformed) -> String? {
        if let user = try IngestBatch.text(call["userId"], at: pointer + "/userId"), !user.isEmpty { return user }
        guard let visitor = try IngestBatch.text(call["anonymousId"], at: pointer + "/anonymousId"), !visitor.isEmpty
        else {
            throw IngestBatch.Malformed(
                pointer: pointer + "/userId", detail: "is missing, and there is no anonymousId either")
        }
        taken.ignored += 1
        return nil
    }

    private func context(of call: JSON) -> (String) -> JSON? {
        let own = call["context"]
        let shared = sharedContext
        return { own?[$0] ?? shared?[$0] }
    }

    private func groupID(of call: JSON, _ pointer: String) throws(IngestBatch.Malformed) -> String? {
        let group = try IngestBatch.text(context(of: call)("groupId"), at: pointer + "/context/groupId")
        return group.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The traits of a call; RudderStack's clients put them into the context.
    private func traits(of call: JSON, _ pointer: String) -> [(key: String, value: JSON, pointer: String)] {
        var traits: [(key: String, value: JSON, pointer: String)] = []
        if case .object(let members)? = call["traits"] {
            traits += members.map { ($0.key, $0.value, IngestBatch.pointer(pointer + "/traits", $0.key)) }
        }
        if case .object(let members)? = context(of: call)("traits") {
            for member in members where !traits.contains(where: { $0.key == member.key }) {
                traits.append((member.key, member.value, IngestBatch.pointer(pointer + "/context/traits", member.key)))
            }
        }
        return traits
    }

    /// Adds a value that has a column; what is no single value is left out.
    private mutating func add(
        _ column: String?, _ value: JSON, _ pointer: String, to fields: inout [IncomingRow.Field]
    ) {
        guard let column, column != "key", !fields.contains(where: { $0.column == column }) else { return }
        switch value {
        case .null: fields.append(IncomingRow.Field(column, nil, at: pointer, isOptional: true))
        case .list, .object: taken.leaveOut(pointer, "is a list or an object; it must be one value")
        default: fields.append(IncomingRow.Field(column, value, at: pointer, isOptional: true))
        }
    }
}
