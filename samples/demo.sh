#!/bin/bash
# Runs both samples from start to end: samples/demo.sh [PROGRAM]. Everything it makes is in demo/; nothing leaves this
# machine. DEMO_PORT names the port of the endpoint, 8787 when it is not set.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-.build/debug/keeptouch}")
demo=$PWD/demo
port=${DEMO_PORT:-8787}

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
note() { printf '  %s\n' "$*"; }

keeptouch() { # runs a command and shows it as one would type it
    printf '\n$ keeptouch %s\n' "$*"
    "$program" "$@" 2>&1
}

holding() { # the same where a playbook may be held, which a cycle reports by exit code 1
    keeptouch "$@" || (($? == 1))
}

# One line for a cycle at a moment: what it did, and the ledger of touches after it. Releases what asks on its first run.
cycle() {
    local report ledger playbook waiting=() released=
    report=$("$program" run --now "$1" --format json || (($? == 1)))
    report=$(tr -d '\n ' <<< "$report")
    ledger=$(sed -n 's/.*"touches":{\([^}]*\)}.*/\1/p' <<< "$report" | tr ',' '\n' | { grep -v ':0$' || true; } \
        | tr -d '"' | sed 's/\(.*\):\(.*\)/\2 \1/' | paste -sd, - | sed 's/,/, /g')
    printf '%s  %4d entered %4d moved on %4d reached the goal   touches: %s\n' "$1" "$(count entered)" \
        "$(count moved)" "$(count goals)" "${ledger:-none}"
    for playbook in ${asking[@]+"${asking[@]}"}; do
        if "$program" release "$playbook" > /dev/null 2>&1; then
            note "$playbook found its first accounts and asked; it is released, and the cycle comes round again."
            released=yes
        else
            waiting+=("$playbook")
        fi
    done
    asking=(${waiting[@]+"${waiting[@]}"})
    [[ -z $released ]] || cycle "$(date -u -d "$1 + 1 minute" +%FT%TZ)"
}

count() { # NAME: a number of the report
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<< "$report"
}

sink() { # starts the endpoint that stands in for the providers, and points the workspace's channels to it
    [[ $port == 8787 ]] || sed -i "s/127\.0\.0\.1:8787/127.0.0.1:$port/" channels/*.yaml
    "$program" sink --port "$port" --file sent.ndjson 2> "$demo/sink.log" &
    sink=$!
    for _ in {1..100}; do
        if grep -q listening "$demo/sink.log"; then return; fi
        kill -0 "$sink" 2> /dev/null || break
        sleep 0.1
    done
    cat "$demo/sink.log" >&2
    echo "the endpoint did not start; choose another port with: DEMO_PORT=8788 make demo" >&2
    exit 1
}

stop_sink() {
    [[ -z ${sink:-} ]] || { kill "$sink" 2> /dev/null && wait "$sink" 2> /dev/null; } || true
    sink=
}
trap stop_sink EXIT
asking=()

rm -rf "$demo"
mkdir -p "$demo"

say "1. acme: 2,000 simulated accounts of a SaaS product, four playbooks"
cd "$demo"
keeptouch sample acme --accounts 2000 --seed 7
cd acme
sink
note "The endpoint that stands in for the email provider and the app listens on 127.0.0.1:$port."

say "The files are checked before anything else; the history comes in without triggering anything."
now=2026-03-31T11:15:00Z
keeptouch check
keeptouch import accounts data/accounts.csv --now $now
keeptouch import contacts data/contacts.csv --now $now
keeptouch import metrics data/metrics.csv --now $now
keeptouch import events data/events.csv --history --now $now

say "What would the next cycle do? Nothing is changed by asking."
holding plan --now $now

say "Why this account, and why not that one?"
keeptouch explain a000798 --playbook win-back-usage --now $now
keeptouch explain a000003 --playbook win-back-usage --now $now
keeptouch preview win-back-usage --account a000798 --now $now

say "The first run of every playbook asks: it is held until someone has looked at the plan and releases it."
holding run --now $now
keeptouch release win-back-usage
keeptouch release stalled-onboarding

say "Ten days, three cycles a day. Each morning yesterday's data come in, as a nightly export brings them."
note "The other two playbooks have not found anyone yet; they ask when they do."
note "Emails wait for working hours on each contact's own clock, and for the caps; in-app messages go at once."
asking=(cancel-request monthly-tip)
day=2026-03-31
while [[ $day < 2026-04-10 ]]; do
    yesterday=$(date -u -d "$day - 1 day" +%F)
    if [[ -d data/$yesterday ]]; then
        "$program" import metrics "data/$yesterday/metrics.csv" --now "${day}T11:00:00Z" > /dev/null
        "$program" import events "data/$yesterday/events.csv" --now "${day}T11:00:00Z" > /dev/null
    fi
    cycle "${day}T11:15:00Z"
    cycle "${day}T17:30:00Z"
    day=$(date -u -d "$day + 1 day" +%F)
    cycle "${day}T00:30:00Z"
done

say "What is going on now?"
now=2026-04-10T01:00:00Z
keeptouch status --now $now
keeptouch touches --state sent --limit 8
note "The endpoint recorded $(wc -l < sent.ndjson) requests; the first of them:"
head -n 1 sent.ndjson | cut -c 1-400
stop_sink

say "2. cdnow: 2,357 real customers of a record shop, one playbook for regulars who stop buying"
cp -R "$demo/../samples/cdnow" "$demo/cdnow"
cd "$demo/cdnow"
sink
now=1998-05-01T15:00:00Z
keeptouch init . --simulation
keeptouch check
keeptouch import accounts data/accounts.csv --now $now
keeptouch import metrics data/metrics.csv --complete --now $now
holding plan --now $now
holding run --now $now
keeptouch release stopped-buying

say "May and June 1998, with the purchases that were really made."
for day in 1998-05-01 1998-05-08 1998-05-15 1998-05-22 1998-05-29 1998-06-05 1998-06-12 1998-06-19 1998-06-26; do
    cycle "${day}T15:01:00Z"
done
keeptouch status --now 1998-06-26T16:00:00Z
note "The endpoint recorded $(wc -l < sent.ndjson) requests."

say "Where to look next"
note "demo/acme/playbooks/   the playbooks and their messages; change one, then keeptouch check and keeptouch plan"
note "demo/acme/sent.ndjson  every request as the provider would have got it"
note "demo/acme/keeptouch.db the database; sqlite3 opens it"
note "samples/cdnow          the same on real data; samples/cdnow/data/README.md says where they come from"
note "In demo/acme:  $program touches --state pending"
