package import Basics

extension Change {
    /// As commands, the API and webhooks tell it; without the contact's address, which is a person's.
    package var json: JSON {
        func text(_ value: String?) -> JSON { value.map { .text($0) } ?? .null }
        return .object([
            JSON.Member("id", .text("\(id)")), JSON.Member("type", .text(kind.rawValue)),
            JSON.Member("at", .text("\(at)")), JSON.Member("account", .text(account)),
            JSON.Member("playbook", text(playbook)), JSON.Member("step", text(step)),
            JSON.Member("contact", text(contact)),
            // What is no JSON was written as plain words.
            JSON.Member("detail", detail.map { JSON(parsing: $0) ?? .text($0) } ?? .null),
        ])
    }
}
