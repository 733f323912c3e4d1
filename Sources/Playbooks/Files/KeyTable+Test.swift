extension KeyTable {
    /// One of a playbook's `tests`.
    static let test = KeyTable([
        Key("name", .text, required: true, "What it shows."),
        Key("account", .table(.testAccount), "The account's data when the test begins; the rest has its default."),
        Key("variant", .text, "The variant that the account walks; the first by default."),
        Key("expect", .oneOrMore(expectation), "What must happen on the first day."),
        Key("then", .oneOrMore(.table(.testStretch)), "How time goes on, and what must happen meanwhile."),
    ])

    static let testStretch = KeyTable([
        Key("after", .duration, required: true, "How long it lasts; whole days end with their last minute."),
        Key("account", .table(.testAccount), "Data that come in meanwhile; dates are relative to its end."),
        Key("replied", .oneOrMore(.text), "Steps whose messages are answered as it begins: email_1."),
        Key("expect", .oneOrMore(expectation), "What must have happened in this stretch."),
    ])

    /// The keys that are no attributes; an account may have those, too.
    static let testAccount = KeyTable(
        [
            Key(
                "metrics",
                .mapping(
                    .oneOrMore(
                        .form(
                            #"^(missing|[-\d.]+( per \d+[dw])?) for \d+[dw]$"#,
                            examples: [
                                "5 per 1d for 56d", "2 per 7d for 4w", "missing for 3d",
                            ]))), "Runs of days one after the other; the last one ends yesterday."),
            Key("events", .list(.mapping(.anything)), "Events with their moments: `- report_created: -3d`."),
            Key("contacts", .list(.mapping(.anything)), "The contacts; by default one owner, ada@example.com."),
        ], takesOthers: true)

    private static let expectation = Shape.form(
        "^(match|no match|verdict .+|(not )?sent .+|nothing sent|active|exit because .+|goal|no goal|waited .+)$",
        examples: [
            "match", "no match", "verdict unreachable", "sent lessons.md", "sent lessons.md to owner",
            "not sent lessons.md", "nothing sent", "active", "exit because goal", "goal", "no goal",
            "waited wait_for_1 met", "waited wait_for_1 timed_out",
        ])
}
