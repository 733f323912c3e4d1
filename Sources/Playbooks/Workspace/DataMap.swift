/// Everything the team's data can say: each attribute, metric, event and reason, with its type (`data.yaml`).
package struct DataMap: Sendable, Equatable {
    /// Declared attributes in file order; the built-in ones are `Attribute.builtIn`.
    package var attributes: [Attribute] = []
    package var contactAttributes: [Attribute] = []
    /// The built-in attributes for which the file says how they are called and written in an import; `contact_email` and
    /// `contact_name`, which come with accounts, too.
    package var builtInColumns: [Attribute] = []
    /// The same of contacts.
    package var builtInColumnsOfContact: [Attribute] = []
    /// The files that are imported, with the names of their columns.
    package var imports: [ImportMap] = []
    package var metrics: [Metric] = []
    /// Declared events; the built-in ones (`cancel_requested`, ...) are included, completed by the file.
    package var events: [EventKind] = EventKind.builtIn
    package var reasons: [Reason] = []
    /// Named conditions, as written; `Workspace.segments` holds them checked.
    package var segments: [SourceText] = []
    /// The parts of the health score, as written; `Workspace.health` holds it checked.
    package var health: [HealthPart] = []
    /// To whom text messages go, as `keeptouch.yaml` says.
    package var sms: TextMessaging?
    /// What customers are worth; nil when nobody says.
    package var value: CustomerValue?
    /// The acceptable attrition, as a share of accounts per month.
    package var attritionTarget: Double?

    package init() {}

    /// The attribute of an account, built in or declared.
    package func attribute(_ name: String) -> Attribute? {
        Attribute.builtIn.first { $0.name == name } ?? attributes.first { $0.name == name }
    }

    package func contactAttribute(_ name: String) -> Attribute? {
        Attribute.builtInOfContact.first { $0.name == name } ?? contactAttributes.first { $0.name == name }
    }

    package func importMap(_ name: String) -> ImportMap? { imports.first { $0.name == name } }
    package func metric(_ name: String) -> Metric? { metrics.first { $0.name == name } }
    package func event(_ name: String) -> EventKind? { events.first { $0.name == name } }
}

/// A piece of a file that is parsed later, such as a condition, with the place where it begins.
package struct SourceText: Sendable, Hashable {
    /// The name under which it stands, such as `tech_touch` or `when`.
    package var name: String
    package var text: String
    package var position: Position

    package init(name: String, text: String, position: Position) {
        self.name = name
        self.text = text
        self.position = position
    }
}

/// A typed property of an account or of a contact.
package struct Attribute: Sendable, Hashable {
    package var name: String
    package var type: ValueType
    /// The allowed values of a text attribute; empty when any text is allowed.
    package var values: [String]
    /// How it is called and written in an import.
    package var form: ColumnForm
    /// Whether changes are kept in `history`.
    package var track: Bool

    package init(
        _ name: String, _ type: ValueType, values: [String] = [], column: String? = nil, format: String? = nil,
        track: Bool = false
    ) {
        self.name = name
        self.type = type
        self.values = values
        form = ColumnForm(column: column, formats: format.map { [$0] } ?? [])
        self.track = track
    }

    package var column: String? {
        get { form.column }
        set { form.column = newValue }
    }

    package static let builtIn: [Attribute] = [
        Attribute("key", .text), Attribute("name", .text),
        Attribute("status", .text, values: ["active", "churned"], track: true),
        Attribute("created_at", .instant), Attribute("churned_at", .instant), Attribute("churn_reason", .text),
        Attribute("cancel_requested_at", .instant), Attribute("service_end_at", .instant),
        Attribute("mrr", .money, track: true), Attribute("stage", .text, track: true),
        Attribute("stage_since", .instant), Attribute("timezone", .text), Attribute("locale", .text),
    ]

    package static let builtInOfContact: [Attribute] = [
        Attribute("key", .text), Attribute("email", .text), Attribute("name", .text), Attribute("role", .text),
        Attribute("status", .text, values: ["active", "left"]), Attribute("timezone", .text),
        Attribute("locale", .text),
    ]

    /// The one contact that comes with its account.
    package static let contactOfAccount: [Attribute] = [
        Attribute("contact_email", .text), Attribute("contact_name", .text),
    ]

    /// What an import says of whether a contact wants messages: yes to the first one means none. They are no attributes.
    package static let wishesOfContact = [Attribute("unsubscribed", .boolean), Attribute("subscribed", .boolean)]
    package static let wishesOfAccount = [
        Attribute("contact_unsubscribed", .boolean), Attribute("contact_subscribed", .boolean),
    ]

    /// Whether it says that somebody wants messages, or none: several columns of a file may say it.
    package static func isWish(_ name: String) -> Bool {
        (wishesOfContact + wishesOfAccount).contains { $0.name == name }
    }
}

/// One number per account and day.
package struct Metric: Sendable, Hashable {
    /// What a day without a row means.
    package enum Absence: String, Sendable, CaseIterable {
        case zero, missing
    }

    package var name: String
    package var title: String
    /// The oldest that the last complete day may be (measured from its end) before decisions that read it are held.
    package var freshWithin: TimeSpan?
    package var absent: Absence
    package var column: String?

    package init(
        _ name: String, title: String? = nil, freshWithin: TimeSpan? = nil, absent: Absence = .zero,
        column: String? = nil
    ) {
        self.name = name
        self.title = title ?? name
        self.freshWithin = freshWithin
        self.absent = absent
        self.column = column
    }
}

/// A kind of event, with the types of its properties.
package struct EventKind: Sendable, Hashable {
    package struct Property: Sendable, Hashable {
        package var name: String
        package var type: ValueType
        /// How it is called and written in an import.
        package var form = ColumnForm()

        package init(_ name: String, _ type: ValueType, map: [String: String] = [:]) {
            self.name = name
            self.type = type
            form.map = map
        }

        init(_ name: String, _ type: ValueType, form: ColumnForm) {
            self.name = name
            self.type = type
            self.form = form
        }

        /// For a `reason`: the reasons that the words of the data stand for.
        package var map: [String: String] { form.map }
    }

    package var name: String
    package var properties: [Property]
    /// The property that says when a commitment is due.
    package var due: String?
    /// The event that closes a commitment.
    package var closedBy: String?

    package init(_ name: String, properties: [Property] = [], due: String? = nil, closedBy: String? = nil) {
        self.name = name
        self.properties = properties
        self.due = due
        self.closedBy = closedBy
    }

    package func property(_ name: String) -> Property? { properties.first { $0.name == name } }

    package static let builtIn: [EventKind] = [
        EventKind("cancel_requested", properties: [Property("reason", .reason)]),
        EventKind("cancel_withdrawn"),
        EventKind("churned", properties: [Property("reason", .reason)]),
        EventKind("reactivated"),
        EventKind("contact_added"), EventKind("contact_left"),
        EventKind("contact_role_changed", properties: [Property("from", .text), Property("to", .text)]),
    ]
}

/// A reason of risk or churn.
package struct Reason: Sendable, Hashable {
    package var name: String
    /// What people read; nil for the name with blanks.
    package var title: String?
    package var theme: String?
    package var avoidable: Bool?
    /// The channel that is told.
    package var notify: String?
    /// What somebody has to do about it; nil for what its theme says.
    package var needs: String?

    package init(
        _ name: String, title: String? = nil, theme: String? = nil, avoidable: Bool? = nil, notify: String? = nil,
        needs: String? = nil
    ) {
        self.name = name
        self.title = title
        self.needs = needs
        self.theme = theme
        self.avoidable = avoidable
        self.notify = notify
    }

    /// As people read it inside a sentence.
    package var words: String { title ?? name.replacing("_", with: " ") }
}
