#!/usr/bin/env python3
"""Makes accounts.csv and metrics.csv from cdnow_sample.txt; run it in this folder after changing it.

Columns of the source, separated by blanks: id in the full data, id in the sample, date yyyymmdd, discs, dollars.
"""

import collections
import csv

days = collections.defaultdict(lambda: [0, 0, 0.0])
first = {}
with open("data/cdnow_sample.txt", encoding="ascii") as source:
    for line in source:
        _, customer, date, discs, dollars = line.split()
        account = f"c{customer}"
        day = f"{date[:4]}-{date[4:6]}-{date[6:]}"
        first[account] = min(first.get(account, day), day)
        total = days[account, day]
        total[0] += 1
        total[1] += int(discs)
        total[2] += float(dollars)

with open("data/accounts.csv", "w", encoding="ascii", newline="") as target:
    write = csv.writer(target, lineterminator="\n").writerow
    write(["key", "name", "created_at", "contact_email"])
    for account, day in sorted(first.items()):
        write([account, f"Customer {int(account[1:])}", day, f"{account}@example.com"])

with open("data/metrics.csv", "w", encoding="ascii", newline="") as target:
    write = csv.writer(target, lineterminator="\n").writerow
    write(["account", "day", "purchases", "discs", "spend"])
    for (account, day), (purchases, discs, dollars) in sorted(days.items()):
        write([account, day, purchases, discs, f"{dollars:.2f}"])
