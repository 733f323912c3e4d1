extension KeyTable {
    /// `playbooks/*/playbook.yaml`
    package static let playbook = KeyTable([
        Key("playbook", .text, required: true, "Its name, which is also the folder's."),
        Key("title", .text, "What it does, for people."),
        Key("state", .choice(Playbook.State.allCases.map(\.rawValue)), "draft (default), live or retired."),
        Key("audience", .condition, "A segment, or a condition; all accounts by default."),
        Key("category", .text, required: true, "A category of keeptouch.yaml, or `service`."),
        Key("risk", .text, "The reason for which an account is at risk while the trigger stands."),
        Key("signals", .mapping(.text), "Named values for conditions and messages."),
        Key("when", .condition, "Trigger: accounts that start to match."),
        Key("on", .text, "Trigger: each occurrence of an event."),
        Key("at", .schedule, "Trigger: the whole audience at each instant of the schedule."),
        Key("if", .condition, "With `on`: which occurrences count."),
        Key("per", .form(#"^event\."#, examples: ["event.invoice_id"]), "With `on`: each value triggers once."),
        Key("max_age", .duration, "With `on`: how old an event may be when first seen; 2d by default."),
        Key("evaluate", .schedule, "With `when`: when it is matched, if not as the workspace says."),
        Key("rearm", .duration, "With `when`: how long an account must not match to start anew; 7d by default."),
        Key(
            "reentry",
            .form("^(never|always|after .+)$", examples: ["never", "always", "after 90d from the last end"]),
            "Whether an account may enter again: never (default with `when`), always (else), after a time."),
        Key(
            "misfire", .choice(Playbook.Misfire.allCases.map(\.rawValue)),
            "What was missed runs once: default, if less than 6 h late; run, however late; skip, within 15 minutes."),
        Key(
            "once_per", .choice(Playbook.OncePer.allCases.map(\.rawValue)),
            "With `at`: who is a contact of several accounts gets it once (person, the default), or for each (account)."
        ),
        Key("priority", .integer(0...100), "Who goes first when touches compete for caps; 50 by default."),
        Key("exclusive", .boolean, "Whether the account's other playbooks pause meanwhile."),
        Key("holdout", .share, "The share that gets nothing, to measure the playbook; 10% by default."),
        Key("variants", .mapping(.either([.number(0...1_000_000), .table(.variant)])), "Versions with weights."),
        Key(
            "to", .oneOrMore(.text),
            "A role, `all ROLE`, `everyone`, `anyone` or `event.contact`; the first that has a contact."),
        Key("steps", .steps, "What happens, in order."),
        Key("exit", .oneOrMore(.condition), "What ends it early: goal, left_audience, churned, no_match, conditions."),
        Key("goal", .table(.goal), "What it is for."),
        Key(
            "also", .oneOrMore(.condition),
            "Secondary goals, watched as long as the goal: signals, segments, events, conditions."),
        Key("guardrail_metrics", .mapping(.share), "Harms that must not grow by more than the margin."),
        Key(
            "experiment", .either([.text, .table(.experiment)]),
            "The unit of reporting and the salt of the draw, the playbook's name by default; { stratify: plan } draws within plans."
        ),
        Key(
            "strict", .boolean,
            "Whether an edited message begins a new period of the experiment; it is a note by default."),
        Key(
            "send_window", .window,
            "When its emails, pushes and text messages may go out, if not as the workspace says."),
        Key("utm", .utm, "Parameters of web analytics on its links, if not as the workspace says."),
        Key("expires", .duration, "How long a touch waits for caps and windows; 7d by default."),
        Key("tests", .list(.table(.test)), "Accounts and what must happen to them; `keeptouch test` checks it."),
    ])

    static let variant = KeyTable([
        Key("weight", .number(0...1_000_000), required: true, "Its share of the accounts, relative to the others."),
        Key("steps", .steps, "Steps of its own."),
    ])

    static let experiment = KeyTable([
        Key("name", .text, "The unit of reporting and the salt of the draw; the playbook's name by default."),
        Key("stratify", .text, "A declared attribute, text or boolean, within whose values the arms are drawn evenly."),
    ])

    static let goal = KeyTable([
        Key("when", .condition, "The condition; nothing before the enrollment counts."),
        Key(
            "mean", .form(#"^(mrr|change\(mrr\)|(sum|avg)\(.+\))$"#, examples: ["mrr", "change(mrr)", "sum(logins)"]),
            "Instead of `when`: a number of the window, of which the arms are compared by their means."),
        Key("winsorize", .share, "With `mean`: the outermost accounts on each side count as the next; 0% by default."),
        Key("within", .duration, required: true, "How long it is watched."),
    ])

    /// One step; exactly one of the kinds is there.
    package static let step = KeyTable(
        Channel.Kind.allCases.map {
            Key(
                $0.rawValue, .either([.text, .mapping(.anything)]),
                "Send a message: its file, files by variant, or a block; with a * the next file not yet had.")
        } + [
            Key("wait", .duration, "Wait this long after the step before is done."),
            Key("wait_for", .condition, "Wait until the condition holds; nothing before the enrollment counts."),
            Key("at_most", .duration, "With `wait_for`, and required there: no longer than this."),
            Key("wait_till", .text, "Wait until a date, as renewal_at - 30d, or a time, as 10:00 or 10:00 local."),
            Key(
                "late", .choice(["skip", "send"]),
                "With `wait_till`, when the date is past: skip the touches up to the next wait (default), or send them."
            ),
            Key("choose", .list(.table(.branch)), "Go the way of the first branch whose condition holds."),
            Key(
                "set", .mapping(.text),
                "Write declared attributes of the account: a value, or = and a term of the conditions; not for holdouts."
            ),
            Key("tag", .oneOrMore(.text), "Set declared attributes of the type boolean to true; not for holdouts."),
            Key("untag", .oneOrMore(.text), "Set declared attributes of the type boolean to false; not for holdouts."),
            Key("stop", .optional(.choice(["yes", "true"])), "End the enrollment here."),
            Key("id", .text, "Its name in conditions; email_1, wait_1, ... by default."),
            Key("channel", .text, "The channel, when it is not the workspace's default."),
            Key("send_window", .window, "When it may go out; `always` for at once."),
            Key("utm", .utm, "Parameters of web analytics on its links, if not as the playbook says."),
        ])

    /// A branch of `choose`: `if` with `then`, or `else`.
    static let branch = KeyTable([
        Key("if", .condition, "The condition; nothing before the enrollment counts."),
        Key("then", .steps, "With `if`: the steps of the branch."),
        Key("else", .steps, "The steps when no condition holds; the last branch."),
    ])

    /// The block form of a step that sends.
    package static let send = KeyTable([
        Key("message", .either([.text, .mapping(.text)]), required: true, "The message's file, or files by variant."),
        Key("id", .text, "Its name in conditions."),
        Key("channel", .text, "The channel, when it is not the workspace's default."),
        Key("send_window", .window, "When it may go out; `always` for at once."),
        Key("utm", .utm, "Parameters of web analytics on its links, if not as the playbook says."),
    ])

    /// The front matter of a message.
    package static let message = KeyTable([
        Key("subject", .text, "The subject line."),
        Key("preheader", .text, "What mail programs show after the subject."),
        Key("action", .table(.action), "The button."),
        Key("layout", .text, "The layout of layouts/ that it has as an email; standard for the built-in one."),
        Key("ask", .table(.ask), "A question; {{ask}} in the body stands for its answers, which are links."),
    ])

    static let ask = KeyTable([
        Key("event", .text, required: true, "The event that an answer is recorded as."),
        Key("property", .text, required: true, "The property of the event that holds the answer."),
        Key(
            "answers",
            .either([.form(#"^-?\d+\.\.-?\d+$"#, examples: ["0..10"]), .list(.text), .mapping(.text)]),
            "0..10, a list, or values with their labels; the reasons of data.yaml for a reason, yes and no for a boolean."
        ),
        Key("question", .text, "What the page asks above the answer."),
        Key("comment", .text, "The text property of the event that takes what people add in their own words."),
    ])

    static let action = KeyTable([
        Key("label", .text, required: true, "What the button says."),
        Key("url", .text, required: true, "Where it leads."),
    ])
}
