import Playbooks

extension DataMap {
    /// Every attribute of an account, built in or declared, as files carry it.
    var importedAttributes: [Attribute] {
        Attribute.builtIn.map { builtIn in builtInColumns.first { $0.name == builtIn.name } ?? builtIn } + attributes
    }

    /// Every attribute of a contact, built in or declared, as files carry it.
    var importedContactAttributes: [Attribute] {
        Attribute.builtInOfContact.map { builtIn in
            builtInColumnsOfContact.first { $0.name == builtIn.name } ?? builtIn
        } + contactAttributes
    }

    /// The first says that the contact wants no messages, the second that it does.
    var wishesOfContact: [Attribute] { Self.named(Attribute.wishesOfContact, builtInColumnsOfContact) }
    var wishesOfAccount: [Attribute] { Self.named(Attribute.wishesOfAccount, builtInColumns) }

    private static func named(_ attributes: [Attribute], _ columns: [Attribute]) -> [Attribute] {
        attributes.map { attribute in columns.first { $0.name == attribute.name } ?? attribute }
    }
}
