extension KeyTable {
    /// `keeptouch.yaml`
    package static let configuration = KeyTable([
        Key("workspace", .text, required: true, "The name of the workspace."),
        Key(
            "timezone", .form(".+", examples: ["America/Chicago", "UTC"]), required: true,
            "The IANA zone of accounts and contacts that have none, and of what a day is."),
        Key("currency", .form("^[A-Z]{3}$", examples: ["USD"]), "The ISO 4217 code of all money; USD by default."),
        Key(
            "language", .form("^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", examples: ["en", "pt-BR"]),
            "The language of messages that name none; en by default."),
        Key(
            "database", .text,
            "A path relative to the workspace, keeptouch.db by default; or a URL of PostgreSQL, env:NAME or file:PATH."),
        Key(
            "base_url", .form("^https?://", examples: ["https://touch.acme.example"]),
            "Where unsubscribe and tracked links lead."),
        Key("sender", .table(.sender), "Whom emails come from."),
        Key("evaluate", .schedule, "When playbooks with `when` are matched; daily at 06:00 by default."),
        Key("send_window", .window, "When emails, pushes and text messages may go out, on the contact's own clock."),
        Key(
            "caps", .list(.either([.cap, .table(.cap)])),
            "How much one person gets at most, all playbooks together: emails, pushes and text messages, or those of a kind, channel or category."
        ),
        Key(
            "blackout", .oneOrMore(.form(".+", examples: ["2026-12-24 to 2027-01-01", "company"])),
            "Days and calendars on which nothing goes out, `service` apart."),
        Key(
            "holdout", .either([.share, .table(.globalHoldout)]), "Accounts that no playbook touches, to measure all."),
        Key("safety", .table(.safety), "When playbooks are held back."),
        Key("channels", .table(.defaultChannels), "The channel that carries each kind of step by default."),
        Key(
            "categories", .mapping(.either([.text, .table(.category)])),
            "What a contact can unsubscribe from, by name, with its title."),
        Key("sms", .table(.sms), "Whom text messages may go to, how they end, and what they cost."),
        Key("inbox", .table(.inbox), "The built-in channel of in-app messages."),
        Key("utm", .utm, "Parameters of web analytics on the links of messages; off by default."),
        Key("digests", .list(.table(.digest)), "Reports that are posted on a schedule."),
        Key("sources", .mapping(.table(.source)), "Where serve and import all get data, by name."),
        Key("receivers", .mapping(.table(.receiver)), "Who gets every change as a signed webhook, by name."),
        Key("retention", .table(.retention), "How long what people said and were told is kept."),
        Key("billing", .table(.billing), "Billing systems whose webhooks are taken, each with its secret."),
        Key(
            "inbound", .table(.inbound),
            "Who tells of mail that comes in, so that replies are known; each with its secret."),
        Key("dashboard", .table(.dashboard), "Where the dashboard is reached, and how people sign in to it."),
    ])

    static let retention = KeyTable([
        Key("variables", .duration, "The values in the messages of settled touches, and what endpoints answered."),
        Key("events", .duration, "Events, those of an account's cancellation and return apart; at least 30d."),
        Key("changes", .duration, "The ledger of changes, which others follow; at least 2d, 30d when left out."),
    ])

    static let inbox = KeyTable([
        Key(
            "origins", .list(.form("^https?://[^/]+$", examples: ["https://app.acme.example"])),
            "The sites whose pages show the inbox.")
    ])

    static let sender = KeyTable([
        Key("name", .text, required: true, "The name that recipients see."),
        Key("email", .text, required: true, "The address that emails come from."),
        Key("reply_to", .text, "Where answers go; +{{touch}} before the @ lets a reply name what it answers."),
        Key("postal_address", .text, "The postal address in the footer, which the law of many countries wants."),
    ])

    static let cap = KeyTable([
        Key("cap", .cap, required: true, "How many within which time."),
        Key("kind", .choice(Channel.Kind.allCases.map(\.rawValue)), "Only touches of this kind count and wait."),
        Key("channel", .text, "Only touches of this channel."),
        Key("category", .text, "Only touches of this category."),
    ])

    static let sendWindow = KeyTable([
        Key("days", .oneOrMore(.text), "The days of the week, such as mon-fri."),
        Key(
            "hours", .form(#"^\d\d?:\d\d-\d\d?:\d\d$"#, examples: ["09:00-17:00"]), "From and to; the end is excluded."),
        Key("except", .oneOrMore(.text), "The calendars on whose days it stays closed."),
    ])

    /// `calendars/*.yaml`
    package static let calendar = KeyTable([
        Key("calendar", .text, required: true, "Its name."),
        Key("for", .mapping(.oneOrMore(.text)), "Whose days they are: an attribute of accounts, and its values."),
        Key(
            "days", .mapping(.text),
            "The days with their names: 2026-12-25, 12-25 of every year, or 2026-12-24 to 2027-01-01."),
        Key("file", .text, "An iCalendar file (.ics) beside this one, of whose whole-day events the days are."),
    ])

    static let globalHoldout = KeyTable([
        Key("share", .share, required: true, "The share of all accounts."),
        Key("redraw", .choice(["never", "monthly", "quarterly", "yearly"]), "How often other accounts are drawn."),
    ])

    static let category = KeyTable([
        Key("title", .text, required: true, "What the preferences page calls it."),
        Key("was", .list(.text), "What it was called before: whoever left those has left it."),
    ])

    static let safety = KeyTable([
        Key("max_share", .share, "Hold a playbook that matches more of its audience at once; 20% by default."),
        Key(
            "jump", .either([.form(#"^\d+(\.\d+)?x$"#, examples: ["3x"]), .number(1...1_000)]),
            "Hold at this many times the usual; 3x by default."),
        Key(
            "first_run", .choice(["ask", "go"]), "Whether a playbook's first run waits for `release`; ask by default."),
        Key(
            "max_nulls", .share,
            "Hold a playbook when an attribute that it reads is newly empty for more of the accounts; 5% by default."),
        Key(
            "max_shift", .share,
            "Let enrollments wait that ask for an attribute of which more accounts have another value at once; 50% by default."
        ),
        Key(
            "max_fall", .share,
            "Hold a playbook when more accounts than usual fall on one day of a metric that it reads; 10% by default."),
        Key(
            "canary", .choice(["on", "off"]),
            "Whether a playbook's first batch over 100 accounts begins with 10 and then a tenth; on by default."),
        Key("max_failed", .share, "Pause what fails more often in its last 50 touches; 10% by default."),
        Key("max_bounced", .share, "Pause what bounces more often in its last 200 touches; 5% by default."),
        Key(
            "max_complained", .share, "Pause what leads to more complaints in its last 2,000 touches; 0.1% by default."),
        Key(
            "asleep", .either([.duration, .choice(["off"])]),
            "Begin paused when nothing ran for so long and touches are overdue; 6h by default."),
    ])

    static let defaultChannels = KeyTable(
        Channel.Kind.allCases.map { Key($0.rawValue, .text, "The default channel of \($0.rawValue) steps.") })

    static let digest = KeyTable([
        Key("report", .choice(["risk"]), required: true, "The report."),
        Key("at", .schedule, required: true, "When it is posted, in the workspace's zone."),
        Key("channel", .text, required: true, "The channel that gets it, of the kind webhook."),
    ])

    /// `data.yaml`
    package static let dataMap = KeyTable([
        Key("attributes", .mapping(.either([.choice(attributeTypes), .table(.attribute)])), "Attributes of accounts."),
        Key(
            "contact_attributes", .mapping(.either([.choice(attributeTypes), .table(.attribute)])),
            "Attributes of contacts."),
        Key("metrics", .mapping(.optional(.table(.metric))), "Metrics: one number per account and day."),
        Key("events", .mapping(.optional(.table(.event))), "Events: what happened to an account, and when."),
        Key("reasons", .mapping(.optional(.table(.reason))), "Reasons of risk and churn."),
        Key("attrition", .table(.attrition), "The acceptable attrition."),
        Key("ltv", .table(.customerValue), "What customers are worth: margin and horizon, for reports."),
        Key("segments", .mapping(.condition), "Named conditions."),
        Key("health", .mapping(.table(.healthPart)), "The health score of accounts, from 0 to 100, by its parts."),
        Key(
            "imports", .mapping(.table(.importMap)),
            "Files that are imported, by a name of yours or that of their kind, with the names of their columns."),
    ])

    static let healthPart = KeyTable([
        Key("weight", .number(0...1_000_000), required: true, "What it counts, relative to the others."),
        Key(
            "bands", .mapping(.condition), required: true,
            "Points from 0 to 100, each with the condition that gives them, or else; the first that holds counts."),
    ])

    static let attributeTypes = [
        "text", "number", "percent", "money", "boolean", "date", "instant", "duration", "reason",
    ]

    static let attribute = KeyTable(
        [
            Key("type", .choice(attributeTypes), "The type of its values."),
            Key("values", .list(.text), "The values that a text may have."),
            Key("track", .boolean, "Whether its history is kept."),
        ] + columnForm)

    /// How a column of a file is called and written.
    static let columnForm = [
        Key(
            "column", .oneOrMore(.text),
            "The column's name in an import, when it is not the one here; of several the first that is filled counts, and of a wish (unsubscribed, subscribed) each."
        ),
        Key(
            "format", .oneOrMore(.form("(.*[ymd].*|excel)", examples: ["m/d/y", "d.m.y", "mmm d y", "excel"])),
            "How dates are written in an import; of several the first that fits."),
        Key(
            "timezone", .form(".+", examples: ["America/Chicago"]),
            "The clock of moments in an import that name no zone; the workspace's by default."),
        Key(
            "decimal", .choice(ColumnForm.DecimalMark.allCases.map(\.rawValue)),
            "The mark before the fraction of numbers in an import: 1,234.50 (point) or 1.234,50 (comma)."),
        Key(
            "per", .either([.choice(BillingInterval.Name.allCases.map(\.rawValue)), .table(.period)]),
            "What money in an import is paid for, of which the part of a month is taken: a quarter, a year, or what another column says."
        ),
        Key(
            "times", .text,
            "The column that says how many times money in an import is paid, such as the quantity beside a price."),
        Key(
            "unit", .choice(ColumnForm.Unit.allCases.map(\.rawValue)),
            "What money in an import is counted in, where that is not the currency's own unit: cents, or thousands."),
        Key(
            "by", .text,
            "The attribute by which the column `account` of an import names accounts; their key by default."),
        Key(
            "digits", .integer(1...40),
            "How many digits keys of accounts have that are numbers: zeros that a spreadsheet has dropped are put before them again."
        ),
        Key(
            "map", .mapping(.text),
            "The words of an import, each with the value that it stands for; capitals do not count."),
    ]

    static let period = KeyTable([
        Key("column", .text, required: true, "The column that says it row by row: monthly, yearly, every 3 months."),
        Key("count", .text, "The column that says how many of them, where that stands apart: 12 beside months."),
    ])

    static let importMap = KeyTable([
        Key(
            "kind", .choice(ImportKind.allCases.map(\.rawValue)),
            "What the file brings; needed unless the name says it."),
        Key("file", .text, "Where the file lies, relative to the workspace; `keeptouch import all` reads it."),
        Key("event", .text, "The event that every row is, where no column says it."),
        Key(
            "reason", .choice(SuppressionReason.allCases.map(\.rawValue)),
            "Why a list of suppressions names the addresses of which no column says it."),
        Key(
            "contact", .boolean,
            "Whether a row of accounts brings their contact, where a column holds addresses; no where another import reads them."
        ),
        Key("metric", .text, "The metric whose values stand in columns that are called after days or months."),
        Key(
            "days", .oneOrMore(.form(".*[ym].*", examples: ["y-m-d", "mmm y"])),
            "How those columns write their day or month; a month's total is spread evenly over its days."),
        Key(
            "sum_over", .either([.text, .list(.text)]),
            "The columns that tell parts of a day's value apart, such as people or features, whose values are added up; "
                + "[] where the last row of a day counts."),
        Key(
            "columns", .mapping(.either([.text, .list(.text), .table(KeyTable(columnForm))])),
            "The names that columns have in the file, by the names that they have here."),
    ])

    static let metric = KeyTable([
        Key("title", .text, "Its name for people."),
        Key("fresh_within", .duration, "How old its newest day may be before decisions that read it are held."),
        Key("absent", .choice(["zero", "missing"]), "What a day without a row means; zero by default."),
        Key("column", .text, "The column's name in a wide import, when it is not the metric's."),
    ])

    static let event = KeyTable([
        Key("properties", .mapping(.either([.choice(attributeTypes), .table(.property)])), "Its properties."),
        Key("due", .text, "The property that says when the commitment is due."),
        Key("closed_by", .text, "The event that closes the commitment."),
    ])

    static let property = KeyTable(
        [Key("type", .choice(attributeTypes), required: true, "The type of its values.")] + columnForm)

    static let reason = KeyTable([
        Key("title", .text, "What people read instead of its name."),
        Key("theme", .text, "The theme it is reported under."),
        Key("avoidable", .boolean, "Whether the team could have avoided it."),
        Key("notify", .text, "The channel, of the kind webhook, that is told once a day of accounts newly at risk."),
        Key("needs", .text, "What somebody has to do about it, as risk notes say; by default what its theme says."),
    ])

    static let attrition = KeyTable([
        Key(
            "target", .form("per (month|year)$", examples: ["2.5% per month"]), required: true, "Accounts lost at most."
        )
    ])

    static let customerValue = KeyTable([
        Key("margin", .share, required: true, "The share of MRR that is left when serving the account is paid: 80%."),
        Key("horizon", .duration, "How far ahead is counted; 365d by default."),
        Key("touch_cost", .number(0...1e9), "What a case costs in which somebody is touched, in the currency: 2.50."),
    ])

    /// `journeys/*.yaml`
    package static let journey = KeyTable([
        Key("journey", .text, required: true, "Its name."),
        Key(
            "for", .condition,
            "The segment whose accounts are on it; of several journeys the first by file name. All active accounts by default."
        ),
        Key(
            "source", .choice(["import"]),
            "Whether the stages come with the data, in the column `stage`, instead of by condition."),
        Key(
            "stages", .mapping(.optional(.table(.stage))), required: true,
            "The stages in their order; an account is in the furthest that it ever reached and never falls back."),
    ])

    static let stage = KeyTable([
        Key(
            "enter", .condition,
            "The condition that brings an account into the stage; every stage has one but the first, where all begin."),
        Key(
            "expect", .duration,
            "How long an account is expected to stay before it moves on; longer, and it is stuck()."),
        Key(
            "touchpoints", .oneOrMore(.text),
            "What others do in the stage, for the map: handover call, business review."),
    ])
}
