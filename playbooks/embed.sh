#!/bin/bash
# Copies the library into samples/acme (live) and into the program, so that `keeptouch` is one file that needs no other.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf samples/acme/playbooks
for playbook in playbooks/*/; do
    mkdir -p "samples/acme/$playbook"
    cp "$playbook"* "samples/acme/$playbook"
    sed -i.bak 's/^state: draft$/state: live/' "samples/acme/${playbook}playbook.yaml"
    rm "samples/acme/${playbook}playbook.yaml.bak"
done

embed() { # NAME FOLDER FILE...: the files with their paths in the folder
    echo "    static let $1: [File] = ["
    (cd "$2" && shift 2 && for file in "$@"; do
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
    echo "    /// The playbooks, as drafts, by path in a workspace."
    embed playbooks . playbooks/*/*
    echo
    echo "    /// The other files of the simulated workspace."
    embed acme samples/acme keeptouch.yaml data.yaml channels/sink-email.yaml channels/sink-in-app.yaml
    echo "}"
} > Sources/keeptouch/Sample/Library+Files.swift
