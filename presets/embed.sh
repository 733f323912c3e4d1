#!/bin/bash
# Copies the presets of channels into the program, so that `keeptouch` is one file that needs no other.
set -euo pipefail
cd "$(dirname "$0")/.."
{
    echo "// swift-format-ignore-file"
    echo "// Made by presets/embed.sh from presets/*.yaml; \`make library\` makes it anew."
    echo
    echo "extension ChannelPreset {"
    echo "    /// The files by name."
    echo "    static let texts: [(name: String, text: String)] = ["
    for file in presets/*.yaml; do
        name=$(basename "$file" .yaml)
        printf '        ("%s", #"""\n' "$name"
        cat "$file"
        printf '\n"""#),\n'
    done
    echo "    ]"
    echo "}"
} > Sources/Playbooks/Presets/ChannelPreset+Files.swift
