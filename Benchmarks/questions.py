"""What the matching benchmark asks: each condition as a playbook says it, and the same question for DuckDB.

DuckDB holds usage(account, day, value), one row a day; event(account, kind, moment, priority); account(id, ...), times in
milliseconds and days as numbers, as in our own tables. L is the last complete day.
"""

L = 19_998
DAY = 86_400_000
NOW = (L + 1) * DAY + DAY // 2


def ids(sql):
    return f"SELECT count(*), coalesce(sum(account), 0) FROM ({sql})"


def usage(days, having, columns="account", join=""):
    return f"SELECT {columns} FROM usage {join} WHERE day > {L - days} GROUP BY account HAVING {having}"


def drop(window, baseline):
    ratio = f"avg(value) FILTER (WHERE day > {L - window}) / nullif(avg(value) FILTER (WHERE day <= {L - window} AND day > {L - window - baseline}), 0)"
    known = f"count(*) FILTER (WHERE day <= {L - window} AND day > {L - window - baseline}) = {baseline}"
    return ratio, known


def attributes(where):
    return f"SELECT id AS account FROM account WHERE {where}"


(r14, k14), (r7, k7) = drop(14, 42), drop(7, 28)

# `usage_drop` without its incomplete beta function, which DuckDB does not have: the accounts for which that remains to
# be asked. What remains is computed outside of the measured time.
BLOCKS = ", ".join(
    f"sum(value) FILTER (WHERE day > {L - 14 * (block + 2)} AND day <= {L - 14 * (block + 1)})::DOUBLE AS b{block}"
    for block in range(3))
USAGE_DROP = f"""
    WITH figures AS (
        SELECT account, coalesce(sum(value) FILTER (WHERE day > {L - 14}), 0)::DOUBLE AS current,
            coalesce(sum(value) FILTER (WHERE day <= {L - 14}), 0)::DOUBLE AS baseline, {BLOCKS},
            max(day) FILTER (WHERE value <> 0) AS last_active
        FROM usage WHERE day > {L - 56} GROUP BY account
    ), blocks AS (
        SELECT account, current, baseline, [coalesce(b0, 0), coalesce(b1, 0), coalesce(b2, 0)] AS blocks,
            CASE WHEN current = 0 THEN greatest(14, least({L} - last_active, 28)) ELSE 14 END AS days
        FROM figures JOIN account ON account.id = figures.account AND account.created_at < {(L - 54) * DAY}
    ), tests AS (
        SELECT account, current, $shock * baseline * days / (56 - days) AS expected, days::DOUBLE / (56 - days) AS share,
            greatest($unit, (2 * coalesce(list_var_samp(blocks) / nullif(list_avg(blocks), 0), 1)
                + 14 * ($unit + $scatter * baseline / 3)) / 16) AS phi
        FROM blocks
    )
    SELECT account, current, expected, phi / $unit * (1 + share) FROM tests WHERE expected > 0 AND current <= 0.6 * expected
"""

USAGE = {
    "drop": ("drop(logins, 14d, 42d) >= 50%", usage(56, f"{k14} AND 1 - {r14} >= 0.5")),
    "drop-and-avg": (
        "drop(logins, 7d, 28d) >= 60% and avg(logins, 28d) >= 2",
        usage(35, f"{k7} AND 1 - {r7} >= 0.6 AND avg(value) FILTER (WHERE day > {L - 28}) >= 2")),
    "avg": ("avg(logins, 28d) >= 5", usage(28, "avg(value) >= 5")),
    "active-days": ("active_days(logins, 28d) <= 3", usage(28, "count(*) FILTER (WHERE value <> 0) <= 3")),
    "idle": (
        "idle(logins) > 10d",
        f"SELECT account FROM usage WHERE value <> 0 GROUP BY account HAVING {NOW} - (max(day) + 1) * {DAY}::BIGINT > 10 * {DAY}::BIGINT"),
    "usage-drop": ("usage_drop(logins, 14d, 42d)", None),
    "stopped": (
        "sum(logins, 7d) == 0 and sum(logins, 30d) >= 10",
        usage(30, f"sum(value) FILTER (WHERE day > {L - 7}) = 0 AND sum(value) >= 10")),
    "rise": ("rise(logins, 7d, 28d) >= 100%", usage(35, f"{k7} AND {r7} - 1 >= 1")),
    "max": ("max(logins, 30d) >= 20", usage(30, "max(value) >= 20")),
    "busy-free": (
        'active_days(logins, 14d) >= 12 and plan == "free"',
        usage(14, "count(*) FILTER (WHERE value <> 0) >= 12", join="JOIN account ON account.id = usage.account AND plan = 'free'")),
}


def events(kind, more=""):
    return f"FROM event WHERE kind = '{kind}' AND moment <= {NOW} {more}"


def within(days):
    return f"AND moment > {NOW - days * DAY}"


EVENTS = {
    "happened": ("happened(cancel_requested, 7d)", f"SELECT DISTINCT account {events('cancel_requested', within(7))}"),
    "count": (
        "count(ticket_opened, 30d) >= 3",
        f"SELECT account {events('ticket_opened', within(30))} GROUP BY account HAVING count(*) >= 3"),
    "never": (
        "not ever(report_exported)",
        f"SELECT id AS account FROM account WHERE NOT EXISTS (SELECT 1 {events('report_exported')} AND account = account.id)"
        .replace("account = account.id", "event.account = account.id")),
    "since": (
        "since(report_exported) > 60d",
        f"SELECT account {events('report_exported')} GROUP BY account HAVING {NOW} - max(moment) > 60 * {DAY}::BIGINT"),
    "urgent": (
        'count(ticket_opened, 90d where priority == "high") >= 2 and count(invite_sent, 90d) == 0',
        f"SELECT account {events('ticket_opened', within(90))} AND priority = 'high' "
        f"AND account NOT IN (SELECT account {events('invite_sent', within(90))}) GROUP BY account HAVING count(*) >= 2"),
}

ATTRIBUTES = {
    "big-free": ('plan == "free" and seats > 10', attributes("plan = 'free' AND seats > 10")),
    "small-active": ('mrr < 50 and status == "active"', attributes("mrr / 100.0 < 50 AND churned_at IS NULL")),
    "renews-soon": ("days_until(renewal_at) <= 30", attributes(f"renewal_at - {L + 1} <= 30")),
    "unhealthy": (
        "health < 40 and days_since(created_at) > 90",
        attributes(f"health < 40 AND ({NOW} - created_at) // {DAY} > 90")),
    "few-seats": (
        'plan in ["starter", "pro"] and renewal_at is present and seats <= 3',
        attributes("plan IN ('starter', 'pro') AND renewal_at IS NOT NULL AND seats <= 3")),
}

GROUPS = {"usage": USAGE, "events": EVENTS, "attributes": ATTRIBUTES}


def playbook(name, condition):
    """The text of a `playbook.yaml` that asks the condition."""
    return f"""\
playbook: {name}
title: The benchmark's {name}
state: live
audience: everyone
category: education
when: {condition}
reentry: after 90d
holdout: 10%
variants:
  lessons: 1
  checklist: 1
to: [owner]
steps:
  - email: {{ lessons: lessons.md, checklist: checklist.md }}
  - wait: 4d
  - email: checklist.md
exit:
  - goal
  - churned
goal:
  when: avg(logins, 7d) >= 3
  within: 21d
"""


MESSAGE = """\
---
subject: Two five-minute lessons for {{account.name}}
preheader: The two that teams like yours say they wish they had seen sooner.
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

**A report that writes itself.** Pick a report, press *Schedule*, and it is in your inbox every Monday.
"""
