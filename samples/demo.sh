#!/bin/bash
# Runs both samples from start to end: samples/demo.sh [PROGRAM]. Everything it makes is in demo/; nothing leaves this
# machine. DEMO_PORT names the port of the endpoint, 8787 when it is not set; DATABASE a PostgreSQL database, in which each
# sample then gets a schema of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-.build/debug/keeptouch}")
demo=$PWD/demo
port=${DEMO_PORT:-8787}

[ -t 1 ] && bold='\033[1m' plain='\033[0m' || bold='' plain=''
say() { printf "\n$bold%s$plain\n" "$*"; }
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
    printf '%s UTC  %4d entered %4d moved on %4d reached the goal   touches: %s\n' "$(date -u -d "$1" '+%a %F %H:%M')" \
        "$(count entered)" "$(count moved)" "$(count goals)" "${ledger:-none}"
    for playbook in ${asking[@]+"${asking[@]}"}; do
        if [[ $'\n'$("$program" status 2>&1) == *$'\n'"$playbook is held"* ]]; then
            note "$playbook found its first accounts and asked; it is released, and the cycle comes round again."
            "$program" release "$playbook" > /dev/null 2>&1
            released=yes
        else
            waiting+=("$playbook")
        fi
    done
    asking=(${waiting[@]+"${waiting[@]}"})
    [[ -z $released ]] || cycle "$(date -u -d "$1 + 1 minute" +%FT%TZ)"
}

count() { # NAME: a number of the report
    sed -n "s/.*\"$1\":\([0-9][0-9]*\).*/\1/p" <<< "$report"
}

sink() { # starts the endpoint that stands in for the providers, and points the workspace's channels to it
    [[ $port == 8787 ]] || sed -i "s/127\.0\.0\.1:8787/127.0.0.1:$port/" channels/*.yaml
    : > "$demo/sink.log"  # looked into before the endpoint has begun
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

on_server() { # SCHEMA: where DATABASE is set, puts the workspace's database there, anew
    [[ -n ${DATABASE:-} ]] || return 0
    local mark='?'
    [[ $DATABASE != *'?'* ]] || mark='&'
    export DEMO_DATABASE="$DATABASE${mark}schema=demo_$(date +%s)_$1"
    sed -i 's/^database:.*/database: env:DEMO_DATABASE/' keeptouch.yaml
}

stop_sink() {
    [[ -z ${sink:-} ]] || { kill "$sink" 2> /dev/null && wait "$sink" 2> /dev/null; } || true
    sink=
}
trap stop_sink EXIT
asking=()

received() { # what the endpoint got: how many requests, and the last emails among them
    note "The endpoint recorded $(wc -l < sent.ndjson) requests in $PWD/sent.ndjson; the last emails:"
    grep '"path":"/email"' sent.ndjson | tail -n 3 \
        | sed 's/.*"to":{"email":"\([^"]*\)".*"subject":"\([^"]*\)".*/    \1: \2/'
}

rm -rf "$demo"
mkdir -p "$demo"

say "1. acme: 2,000 simulated accounts of a SaaS product, four live playbooks"
cd "$demo"
keeptouch sample acme --accounts 2000 --seed 7
cd acme
on_server acme
[[ -z ${DATABASE:-} ]] || keeptouch init . --simulation
sink
note "An endpoint that stands in for the email provider and the app listens on 127.0.0.1:$port."

say "The files are checked before anything else; the history comes in without triggering anything."
now=2026-03-31T11:15Z
keeptouch check
keeptouch import accounts data/accounts.csv --now $now
keeptouch import contacts data/contacts.csv --now $now
keeptouch import metrics data/metrics.csv --now $now
keeptouch import events data/events.csv --history --now $now

say "What would the next cycle do? Asking changes nothing. The first run of a playbook is held until someone has looked."
holding plan --now $now

say "Why this account, and why not that one? And what would it get?"
keeptouch explain a000798 --playbook win-back-usage --now $now
keeptouch explain a000003 --playbook win-back-usage --now $now
keeptouch preview win-back-usage --account a000798 --now $now

say "It looks right, so the two playbooks that found someone are released, and the first cycle runs."
holding run --now $now --format json > /dev/null
keeptouch release win-back-usage
keeptouch release stalled-onboarding
keeptouch run --now 2026-03-31T11:16Z

say "Emails wait for working hours on each contact's own clock, and for the caps. \`when\` is the earliest moment."
keeptouch touches --state pending --limit 3
say "Touches of accounts in a holdout are ghosts: they pass the same windows and caps, and are never sent."
keeptouch touches --state ghost --limit 3

say "Ten days, three cycles a day. Each morning yesterday's data come in, as a nightly export brings them."
note "entered: enrollments begun; moved on: steps done and waits over; touches: the whole ledger after the cycle."
note "The other two playbooks ask when they find someone: cancel-request, and on April 1 at 10:00 on each contact's"
note "own clock monthly-tip. On the weekend only what is due in the app goes out."
asking=(cancel-request monthly-tip)
day=2026-03-31
while [[ $day < 2026-04-10 ]]; do
    yesterday=$(date -u -d "$day - 1 day" +%F)
    if [[ -d data/$yesterday ]]; then
        "$program" import accounts "data/$yesterday/accounts.csv" --now "${day}T11:00:00Z" > /dev/null
        "$program" import contacts "data/$yesterday/contacts.csv" --now "${day}T11:00:00Z" > /dev/null
        "$program" import metrics "data/$yesterday/metrics.csv" --now "${day}T11:00:00Z" > /dev/null
        "$program" import events "data/$yesterday/events.csv" --now "${day}T11:00:00Z" > /dev/null
    fi
    cycle "${day}T11:17:00Z"
    cycle "${day}T17:30:00Z"
    day=$(date -u -d "$day + 1 day" +%F)
    cycle "${day}T00:30:00Z"
done

say "What is going on now? In a simulation commands look from the latest cycle's moment."
keeptouch status
keeptouch explain a000798 --playbook win-back-usage
received

say "What did the playbooks do, and who leaves? Only what has had its time counts; the rest is shown as open."
keeptouch report playbook win-back-usage
"$program" report attrition --html attrition.html > /dev/null
note "Who leaves, when and why, with pictures: $PWD/attrition.html"

say "Whom should a person look at, and what is worth doing now?"
first=$("$program" accounts --at-risk --limit 1 --format csv | sed -n 2p | cut -d, -f1)
[[ -z $first ]] || keeptouch risk "$first"
printf '\n$ keeptouch next\n'
"$program" next | sed -n 1,12p
stop_sink

say "2. cdnow: 2,357 real customers of a record shop, one playbook for regulars who stop buying"
cp -R "$demo/../samples/cdnow" "$demo/cdnow"
cd "$demo/cdnow"
on_server cdnow
sink
purchases() { # FROM TO: what was bought on the days from FROM up to the day before TO
    awk -F, -v from="$1" -v to="$2" 'NR == 1 || ($2 >= from && $2 < to)' data/metrics.csv
}
now=1998-05-01T15:00Z
keeptouch init . --simulation
keeptouch check
keeptouch import accounts data/accounts.csv --now $now
purchases 1997-01-01 1998-05-01 | keeptouch import metrics - --complete --now $now
holding plan --now $now
holding run --now $now --format json > /dev/null
keeptouch release stopped-buying

say "May and June 1998, week by week, with the purchases that were really made."
day=1998-05-01
cycle ${day}T15:01:00Z
while [[ $day < 1998-06-26 ]]; do
    next=$(date -u -d "$day + 7 days" +%F)
    purchases "$day" "$next" | "$program" import metrics - --complete --now "${next}T14:00:00Z" > /dev/null
    day=$next
    cycle "${day}T15:01:00Z"
done
keeptouch status
received
say "Did it help? The holdout tells, and the report says what so few accounts cannot tell."
keeptouch report experiment stopped-buying
note "Nobody really wrote to them, so whoever came back would have come anyway: that is what the holdout is for."

say "Where to look next"
note "demo/acme/playbooks/   the playbooks and their messages; change one, then keeptouch check and keeptouch plan"
note "demo/acme/attrition.html  a report as one page; open it in a browser"
note "demo/acme/sent.ndjson  every request as the provider would have got it"
note "demo/acme/keeptouch.db the database; sqlite3 opens it"
note "samples/cdnow          the same on real data; samples/cdnow/data/README.md says where they come from"
note "README.md              ten minutes with data of your own; docs/playbooks.md has every key"
note "In demo/acme:  $program touches --state pending"
note "The dashboard: cd demo/acme; $program users add ada --role admin; $program dashboard --port 8081"
