#!/bin/bash
# Tries hard to make it lose, double or break something, and prints a table of what was tried.
# KEEPTOUCH_LONG=0.1 takes a tenth of the rounds; arguments go to `swift test`.
# HOURS=2 runs the long program instead, which ends after two hours; its counts are kept in .build/reliability or in the
# folder RELIABILITY, where the next call adds to them. KEEPTOUCH_SEED=N begins with the round of that seed.
set -uo pipefail
cd "$(dirname "$0")/.."
if [ -n "${HOURS:-}" ]; then
    export KEEPTOUCH_HOURS=$HOURS KEEPTOUCH_RELIABILITY
    KEEPTOUCH_RELIABILITY=$(realpath -m "${RELIABILITY:-.build/reliability}")
    exec swift test --filter EnduranceTests "$@"
fi
export KEEPTOUCH_LONG=${KEEPTOUCH_LONG:-1} KEEPTOUCH_TABLE
KEEPTOUCH_TABLE=$(mktemp) log=$(mktemp)
trap 'rm -f "$KEEPTOUCH_TABLE" "$log"' EXIT

suites='KillTests|RestoreTests|ClockJumpTests|FrozenRunnerTests|FaultSweepTests|DiskFaultTests|DatabaseFaultTests|EndpointFaultTests|OutboxModelTests'
suites+='|BillingPermutationTests|lookingOftenClaimsNoMore|weeksThatDifferAnyway|FuzzTests|CorruptPlaybookTests|BruteForce|ChaosTests|aReusedConnectionThatDies|aRequestWithoutABody|Signature'
swift test --filter "$suites" "$@" 2>&1 | tee "$log" | grep -E '^(✘|error|.*warning: unhandled)' || true
code=${PIPESTATUS[0]}

# A test's line in the log says whether it passed, its rows in the table what it tried.
awk -F '\t' '
    function sentence(name,  text, i, c) {
        text = ""
        for (i = 1; i <= length(name); i++) {
            c = substr(name, i, 1)
            text = text (c ~ /[A-Z]/ && i > 1 ? " " tolower(c) : c)
        }
        return text
    }
    FNR == NR { rows[$1] = rows[$1] (rows[$1] == "" ? "" : "\n") sprintf("%9s  %s", $2, $3); next }
    /^[✔✘] Test [^ ]+\(/ {
        passed = /^✔/ ? "passed" : "FAILED"
        name = $0; sub(/^[^ ]+ Test /, "", name); sub(/\(.*/, "", name)
        cases = $0; if (!sub(/.* with /, "", cases)) cases = "1 test"; sub(/ (passed|failed).*/, "", cases)
        if ($0 !~ /(passed|failed) after/) next
        n = split(rows[name] == "" ? sprintf("%9s  %s", cases + 0, "cases") : rows[name], parts, "\n")
        for (i = 1; i <= n; i++) printf "%s  %s  %s\n", passed, parts[i], i == 1 ? "(" sentence(name) ")" : ""
    }
' "$KEEPTOUCH_TABLE" "$log" | sort -k1,1 -k3 | (
    echo
    echo "result     rounds  what was tried"
    cat
)
exit "$code"
