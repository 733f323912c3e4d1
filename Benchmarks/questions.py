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
# be asked, and those that fell silent. What remains is computed outside of the measured time.
WEEKS = ", ".join(
    f"sum(value) FILTER (WHERE day > {L - 14 - 7 * (week + 1)} AND day <= {L - 14 - 7 * week})::DOUBLE AS w{week}"
    for week in range(6))
USAGE_DROP = f"""
    WITH figures AS (
        SELECT account, coalesce(sum(value) FILTER (WHERE day > {L - 14}), 0)::DOUBLE AS current,
            coalesce(sum(value) FILTER (WHERE day <= {L - 14}), 0)::DOUBLE AS baseline, {WEEKS},
            count(*) FILTER (WHERE value <> 0) AS active, min(day) FILTER (WHERE value <> 0) AS first_active,
            max(day) FILTER (WHERE value <> 0) AS last_active
        FROM usage WHERE day > {L - 56} GROUP BY account
    ), weeks AS (
        SELECT account, current, baseline, active, first_active, last_active,
            [coalesce(w0, 0), coalesce(w1, 0), coalesce(w2, 0), coalesce(w3, 0), coalesce(w4, 0), coalesce(w5, 0)] AS weeks
        FROM figures JOIN account ON account.id = figures.account AND account.created_at < {(L - 54) * DAY}
    ), tests AS (
        SELECT account, current, $shock * baseline AS baseline,
            greatest(1, (5 * coalesce(list_var_samp(weeks) / nullif(list_avg(weeks), 0), 1) + 14 * $phi) / 19) AS phi,
            CASE WHEN active > 1 AND last_active > first_active
                THEN pow(1 + ({L} - last_active)::DOUBLE / (last_active - first_active), -(active - 1)) ELSE 1 END AS silence
        FROM weeks
    )
    SELECT account, current, baseline, phi, baseline < 8 AS is_silent FROM tests
    WHERE CASE WHEN baseline < 8 THEN silence < 0.05 ELSE (current / 14) / (baseline / 42) <= 0.6 END
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
