#!/usr/bin/env python3
"""The peer of the whole job: what a competent engineer would write instead. `whole_job.py FOLDER FILE DAYS URL` prints JSON.

It reads accounts and usage from CSV, finds those whose usage fell, and posts a message to each that has not had it, over 64
connections, beside a durable ledger; the data of FILE end so many days ago. `whole_job.py make FOLDER ACCOUNTS DAYS` makes
them: `before.csv`, `day.csv` with a day more, and `after.csv` with all.
"""

import asyncio
import datetime
import json
import sqlite3
import sys
import time

import aiohttp
import duckdb

MATCH = """
SELECT a.key, a.contact_email, a.contact_name FROM read_csv('{folder}/accounts.csv') AS a JOIN (
    SELECT account, sum(value) FILTER (day > last - 14) / 14 AS recent,
        sum(value) FILTER (day <= last - 14 AND day > last - 56) / 42 AS base
    FROM read_csv('{folder}/{file}', columns = {{'account': 'VARCHAR', 'metric': 'VARCHAR', 'day': 'DATE', 'value': 'DOUBLE'}}),
        (SELECT DATE '{last}' AS last)
    GROUP BY account) AS u ON u.account = a.key
WHERE a.status = 'active' AND u.recent <= 0.5 * u.base AND u.base > 0
"""
TEXT = "<p>Hi {name},</p><p>your team used Acme less than half as often as before in the last two weeks.</p>" + "<p>{filler}</p>" * 8
FILLER = "Three short lessons bring most teams back. " * 5


async def send(people, ledger, url):
    sent = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:

        async def post(key, email, name):
            body = {"to": {"email": email, "name": name}, "subject": "Three lessons", "html": TEXT.format(name=name, filler=FILLER)}
            async with session.post(url, json=body, headers={"Idempotency-Key": key}) as answer:
                return key, answer.status

        for first in range(0, len(people), 512):
            batch = people[first:first + 512]
            # On record before a byte leaves.
            with ledger:
                ledger.executemany("INSERT INTO sent (key, state) VALUES (?, 'sending')", [(person[0],) for person in batch])
            answers = await asyncio.gather(*(post(*person) for person in batch))
            with ledger:
                ledger.executemany("UPDATE sent SET state = ? WHERE key = ?", [(str(status), key) for key, status in answers])
            sent += sum(status == 202 for _, status in answers)
    return sent


def run(folder, file, days, url):
    begin = time.perf_counter()
    last = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=days)
    people = duckdb.connect(config={"threads": 2}).execute(MATCH.format(folder=folder, file=file, last=last)).fetchall()
    matched = time.perf_counter()
    ledger = sqlite3.connect(f"{folder}/ledger.db")
    ledger.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS sent (key TEXT PRIMARY KEY, state TEXT)")
    had = {key for key, in ledger.execute("SELECT key FROM sent")}
    sent = asyncio.run(send([person for person in people if person[0] not in had], ledger, url))
    end = time.perf_counter()
    print(json.dumps({"matched": len(people), "sent": sent, "read": matched - begin, "send": end - matched, "seconds": end - begin}))


def make(folder, accounts, days):
    database = duckdb.connect()
    # Usage falls to a third in the last two weeks for one account in ten, and for some only with the last day.
    database.execute(f"""
        CREATE TABLE usage AS
        SELECT 'c' || n AS account, 'logins' AS metric, current_date - CAST(d AS INTEGER) AS day, CAST(CASE
            WHEN n % 10 = 3 AND d <= 14 THEN hash(n * 1000 + d) % 3
            WHEN n % 1000 = 4 AND d <= 14 THEN CASE WHEN d = 1 THEN 0 ELSE 3 END
            ELSE 4 + hash(n * 1000 + d) % 5 END AS INTEGER) AS value
        FROM range(1, {accounts} + 1) AS a (n), range(1, {days} + 1) AS b (d) ORDER BY n, d DESC;
        COPY (SELECT 'c' || n AS key, 'Account ' || n AS name, current_date - 400 AS created_at, 'active' AS status,
            20 + n % 50 AS mrr, 'c' || n || '@bench.example' AS contact_email, 'Ada ' || n AS contact_name
            FROM range(1, {accounts} + 1) AS a (n)) TO '{folder}/accounts.csv';
        COPY (SELECT * FROM usage) TO '{folder}/after.csv';
        COPY (SELECT * FROM usage WHERE day < current_date - 1) TO '{folder}/before.csv';
        COPY (SELECT * FROM usage WHERE day = current_date - 1) TO '{folder}/day.csv'""")


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    run(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
