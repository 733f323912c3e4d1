package import Playbooks

/// The numbers of contacts that text messages go to, read anew when `sms:` of `keeptouch.yaml` names another attribute or
/// country than before.
package struct ContactNumbers {
    private let texts: TextMessaging

    package init(_ texts: TextMessaging) {
        self.texts = texts
    }

    private var rule: String { [texts.phone, texts.country?.name].compactMap(\.self).joined(separator: " ") }

    /// Whether they are those of the attribute and the country that `sms:` names now.
    package func areCurrent(_ connection: Connection) throws -> Bool {
        try Meta.contactNumbers.read(connection) == rule
    }

    /// Takes the write lock only when something has changed.
    func apply(to store: Store) throws {
        if try store.read(areCurrent) { return }
        try store.session { connection in
            let column = AttributeColumns.ofContact(texts.phone)
            var read: [(id: Int64, number: String?)] = []
            try connection.forEach("SELECT id, \(column), phone FROM contact ORDER BY id") { row in
                let number = row.optionalText(1).flatMap { PhoneNumber.normalized($0, in: texts.country) }
                if number != row.optionalText(2) { read.append((row.integer(0), number)) }
            }
            try store.writeInSlices(on: connection, count: read.count) { connection, slice in
                for contact in read[slice] {
                    try connection.execute(
                        "UPDATE contact SET phone = :number WHERE id = :id",
                        ["id": .integer(contact.id), "number": .optional(contact.number)])
                }
            }
            try store.write(on: connection) { try Meta.contactNumbers.write(rule, $0) }
        }
    }
}
