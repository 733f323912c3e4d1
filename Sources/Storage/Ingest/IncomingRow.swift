package import Basics
import Crypto
package import Playbooks

/// One account, contact, metric value or event that a request brings.
package struct IncomingRow: Sendable, Codable, Equatable {
    /// One value of the row, as text that is read like a field of an import.
    package struct Field: Sendable, Codable, Equatable {
        /// A column of the import.
        package var column: String
        /// Nil is an empty value.
        package var value: String?
        /// Where it stands in the request, a JSON pointer.
        package var pointer: String
        /// A bad value is left out and told, and the row stays.
        package var isOptional: Bool
        /// Whether the sender has it as a number, whose mark is a point; rows that have waited for long do not say.
        package var isNumber: Bool?

        package init(_ column: String, _ value: String?, at pointer: String, isOptional: Bool = false) {
            self.column = column
            self.value = value
            self.pointer = pointer
            self.isOptional = isOptional
        }

        /// A value as the request has it; a list or an object is none.
        package init(_ column: String, _ value: JSON, at pointer: String, isOptional: Bool = false) {
            self.init(column, value.scalarText, at: pointer, isOptional: isOptional)
            switch value {
            case .integer, .number, .decimal: isNumber = true
            case .null, .boolean, .text, .list, .object: isNumber = nil
            }
        }
    }

    /// Says who is meant where a row of an import says `account`.
    package enum Owner: Sendable, Codable, Equatable {
        /// The row's own `account` (or `key`).
        case named
        /// The account or accounts of the contact with this key; nobody's rows wait until the contact has one.
        case accountOf(user: String)
        /// The account with this key; its rows wait until there is one.
        case account(String)
    }

    package var kind: Kind
    package var owner: Owner
    package var fields: [Field]
    /// Properties of an event; a bad value of one is told, and the event stays when they are optional.
    package var properties: [Field]
    /// Where it stands in the request.
    package var pointer: String
    /// The sender's id of the call that brought it: a call that is sent again, perhaps after a newer one, changes nothing.
    package var callID: String?

    package enum Kind: String, Sendable, Codable, CaseIterable {
        case accounts, contacts, metrics, events
    }

    package init(
        _ kind: Kind, owner: Owner = .named, _ fields: [Field], properties: [Field] = [], at pointer: String
    ) {
        self.kind = kind
        self.owner = owner
        self.fields = fields
        self.properties = properties
        self.pointer = pointer
    }

    /// By which a call is known again; a digest, for an id may hold an address.
    var callToken: String? {
        callID.map { "call:" + Hexadecimal.text(SHA256.hash(data: Array("\(kind.rawValue) \($0)".utf8))) }
    }

    subscript(column: String) -> String? { fields.first { $0.column == column }?.value }

    /// The account or the user that it waits for.
    var ownerKey: String? {
        switch owner {
        case .named: nil
        case .accountOf(let key), .account(let key): key
        }
    }

    var namesAccount: Bool {
        if case .accountOf = owner { return false }
        return true
    }
}

/// A contact that gets another key, as when a visitor becomes a known user.
package struct IncomingAlias: Sendable, Equatable {
    package var previous: String
    package var user: String

    package init(previous: String, user: String) {
        self.previous = previous
        self.user = user
    }
}

/// What became of the rows of a request.
package struct IntakeReport: Sendable, Equatable {
    package struct Rejected: Sendable, Equatable {
        /// A JSON pointer to the value or the row.
        package var pointer: String
        /// What is wrong, with the value, and what to do.
        package var detail: String
        /// False when the value alone was left out and the rest was taken.
        package var isWholeRow: Bool
        /// True when it is well formed and only unknown here: an event or an account that nobody has declared.
        package var isUnknown: Bool

        package init(pointer: String, detail: String, isWholeRow: Bool, isUnknown: Bool) {
            self.pointer = pointer
            self.detail = detail
            self.isWholeRow = isWholeRow
            self.isUnknown = isUnknown
        }
    }

    /// Rows that are stored, whether they changed something or had been there before.
    package var accepted = 0
    /// Of the accepted, those that changed nothing: the same id or the same values were there.
    package var unchanged = 0
    /// Rows whose account is not known yet; they are kept until it is.
    package var waiting = 0
    package var rejected: [Rejected] = []
    /// Lines to add to `data.yaml` so that what was rejected would be taken.
    package var hints: [String] = []
    /// Columns that nobody has declared, whose values were left out.
    package var unknown: [String] = []
    /// What is to be said of rows that were taken.
    package var warnings: [String] = []

    package init() {}

    package var rejectedRows: Int { rejected.count { $0.isWholeRow } }
}

/// The files that rows are read by; a new one for every edition of them.
package final class IntakeRules: Sendable {
    package let dataMap: DataMap
    package let configuration: Configuration

    package init(dataMap: DataMap, configuration: Configuration) {
        self.dataMap = dataMap
        self.configuration = configuration
    }
}
