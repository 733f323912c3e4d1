"""The peer of the matching benchmark: `duckdb_match.py load|ask FOLDER`; `ask` takes unit, scatter, shock and limit too, prints JSON."""

import json
import math
import os
import sys
import time

import duckdb

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import questions  # noqa: E402


def load(folder):
    database = duckdb.connect(f"{folder}/duck.db", config={"threads": 2})
    database.execute(f"""
        CREATE TYPE kind AS ENUM ('report_exported', 'ticket_opened', 'invite_sent', 'cancel_requested');
        CREATE TABLE account AS SELECT * FROM read_csv('{folder}/attributes.csv', columns = {{
            'id': 'INTEGER', 'created_at': 'BIGINT', 'churned_at': 'BIGINT', 'mrr': 'INTEGER', 'plan': 'VARCHAR',
            'seats': 'INTEGER', 'health': 'INTEGER', 'renewal_at': 'INTEGER'}});
        CREATE TABLE usage AS SELECT * FROM read_csv('{folder}/usage.csv', columns = {{
            'account': 'INTEGER', 'day': 'INTEGER', 'value': 'INTEGER'}}) ORDER BY day, account;
        CREATE TABLE event AS SELECT * FROM read_csv('{folder}/events.csv', columns = {{
            'id': 'INTEGER', 'account': 'INTEGER', 'kind': 'kind', 'moment': 'BIGINT', 'priority': 'VARCHAR'}});
        CHECKPOINT""")


def beta(x, a, b):
    """The regularized incomplete beta function, by Lentz's continued fraction."""
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(1 - x, b, a)
    front = math.exp(a * math.log(x) + b * math.log(1 - x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), 1e-300)
    result = d
    for m in range(1, 500):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / ((1 + term * d) or 1e-300)
            c = (1 + term / c) or 1e-300
            result *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return front * result


def timed(database, sql, parameters=None):
    best, rows = math.inf, None
    for _ in range(3):
        start = time.perf_counter()
        rows = database.execute(sql, parameters).fetchall()
        best = min(best, time.perf_counter() - start)
    return best, rows


def ask(folder, unit, scatter, shock, limit):
    database = duckdb.connect(f"{folder}/duck.db", read_only=True, config={"threads": 2})
    answers = {}
    for group in questions.GROUPS.values():
        for name, (_, sql) in group.items():
            if sql:
                seconds, rows = timed(database, questions.ids(sql))
                count, total = rows[0]
            else:
                # The rest is filled in outside of the measured time.
                sql = f"CREATE OR REPLACE TEMP TABLE found AS {questions.USAGE_DROP}"
                seconds, _ = timed(database, sql, {"unit": unit, "scatter": scatter, "shock": shock})
                rows = database.execute("SELECT * FROM found").fetchall()
                found = [account for account, current, expected, factor in rows
                         if beta(1 / factor, expected / unit / (factor - 1), current / unit + 1) <= limit]
                count, total = len(found), sum(found)
            answers[name] = {"seconds": seconds, "count": count, "sum": int(total)}
    print(json.dumps(answers))


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(sys.argv[2])
    else:
        ask(sys.argv[2], *(float(value) for value in sys.argv[3:7]))
