#!/bin/bash
# Copies the library into samples/acme, with the playbooks of its demo live, and into the program, so that `keeptouch` is
# one file that needs no other.
set -euo pipefail
cd "$(dirname "$0")/.."
live=(cancel-request monthly-tip stalled-onboarding win-back-usage)

# The sample has playbooks of its own beside those of the library.
for playbook in playbooks/*/; do
    rm -rf "samples/acme/$playbook"
    mkdir -p "samples/acme/$playbook"
    cp -R "$playbook". "samples/acme/$playbook"
done
for playbook in "${live[@]}"; do
    sed -i.bak 's/^state: draft$/state: live/' "samples/acme/playbooks/$playbook/playbook.yaml"
    rm "samples/acme/playbooks/$playbook/playbook.yaml.bak"
done

embed() { # NAME FOLDER: the files whose paths in the folder stand on standard input
    echo "    static let $1: [File] = ["
    (cd "$2" && while read -r file; do
        printf '        File("%s", #"""\n' "$file"
        cat "$file"
        printf '\n"""#),\n'
    done)
    echo "    ]"
}

{
    echo "// swift-format-ignore-file"
    echo "// Made by playbooks/embed.sh from playbooks/ and samples/acme/; \`make library\` makes it anew."
    echo
    echo "extension Library {"
    echo "    /// The names of those that are live in the simulated workspace."
    printf '    static let live: Set<String> = ['
    printf '"%s", ' "${live[@]}" | sed 's/, $//'
    echo "]"
    echo
    echo "    /// The playbooks, as drafts, by path in a workspace."
    find playbooks -mindepth 2 -type f | LC_ALL=C sort | embed playbooks .
    echo
    echo "    /// The other files of the simulated workspace."
    printf '%s\n' keeptouch.yaml data.yaml brand.yaml journeys/tech-touch.yaml \
        calendars/us-holidays.yaml notes/low_usage.md snippets/signature.md \
        channels/sink-email.yaml channels/sink-in-app.yaml channels/sink-team.yaml \
        playbooks/half-year/how-is-it.md playbooks/half-year/playbook.yaml | embed acme samples/acme
    echo "}"
} > Sources/keeptouch/Sample/Library+Files.swift
