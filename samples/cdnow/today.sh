#!/bin/bash
# Makes a workspace of this one in which the same purchases happened lately: today.sh DIR [DAYS]. The newest of them was
# DAYS days ago, yesterday if left out. Emails may go out at any hour there, and playbooks are matched every minute, so
# that `keeptouch serve` has something to show.
set -euo pipefail
folder=${1:?today.sh DIR [DAYS]} ago=${2:-1}
mkdir "$folder"
from=$(dirname "$0")
cp -R "$from"/{keeptouch.yaml,data.yaml,channels,playbooks} "$folder"
sed -i.bak -e '/^send_window:/d' -e 's/^evaluate: .*/evaluate: every 1m/' "$folder/keeptouch.yaml"
sed -i.bak 's/Purchases }/Purchases, fresh_within: 36h }/' "$folder/data.yaml"
rm "$folder"/*.bak
last=$(tail -q -n +2 "$from/data/metrics.csv" | cut -d , -f 2 | LC_ALL=C sort | tail -n 1)

moved() { # COLUMN: the file with the days of a column moved
    awk -F , -v OFS=, -v column="$1" -v newest="$last" -v today="$(TZ=America/New_York date +%F)" -v ago="$ago" '
        # Days since the first of March of the year 0, and back.
        function number(day,  p, y, m) {
            split(day, p, "-"); y = p[1] + 0; m = p[2] + 0
            if (m < 3) { y--; m += 12 }
            return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + p[3] - 1
        }
        function day(n,  y, m, d) {
            y = int((10000 * n + 14780) / 3652425)
            d = n - (365 * y + int(y / 4) - int(y / 100) + int(y / 400))
            if (d < 0) { y--; d = n - (365 * y + int(y / 4) - int(y / 100) + int(y / 400)) }
            m = int((100 * d + 52) / 3060)
            return sprintf("%04d-%02d-%02d", y + int((m + 2) / 12), (m + 2) % 12 + 1, d - int((m * 306 + 5) / 10) + 1)
        }
        BEGIN { shift = number(today) - ago - number(newest) }
        NR > 1 { $column = day(number($column) + shift) }
        { print }'
}
mkdir "$folder/data"
moved 3 < "$from/data/accounts.csv" > "$folder/data/accounts.csv"
moved 2 < "$from/data/metrics.csv" > "$folder/data/metrics.csv"
echo "$folder holds the same customers with purchases up to $ago day(s) ago"
