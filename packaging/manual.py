#!/usr/bin/env python3
"""Makes the man page of what `keeptouch --experimental-dump-help` says on stdin."""

import json
import sys


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    # A dot or an apostrophe at the beginning of a line would be a request.
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def shown(items):
    return [item for item in items or [] if item.get("shouldDisplay", True)]


def signature(argument):
    value = f"\\fI{escape(argument.get('valueName', 'value'))}\\fR"
    if argument["kind"] == "positional":
        return value + (" ..." if argument.get("isRepeating") else "")
    names = ", ".join(
        f"\\fB{escape(('-' if name['kind'] == 'short' else '--') + name['name'])}\\fR" for name in argument["names"])
    return names if argument["kind"] == "flag" else f"{names} {value}"


def arguments(command):
    for argument in shown(command.get("arguments")):
        if any(name["name"] in ("help", "version") for name in argument.get("names", [])):
            continue
        yield f".TP\n{signature(argument)}"
        text = argument.get("abstract", "")
        if argument.get("defaultValue") and argument["kind"] != "flag":
            text += f" The default is {argument['defaultValue']}."
        yield escape(text) or "\\&"


def commands(command, path):
    for child in shown(command.get("subcommands")):
        if child["commandName"] == "help":
            continue
        name = f"{path} {child['commandName']}"
        yield f".SS {escape(name)}"
        yield from (escape(child[part]) + "\n.PP" for part in ("abstract", "discussion") if child.get(part))
        yield from arguments(child)
        yield from commands(child, name)


def page(command, version):
    yield f'.TH KEEPTOUCH 1 "" "keeptouch {version}" "User Commands"'
    yield f".SH NAME\nkeeptouch \\- {escape(command['abstract'].rstrip('.'))}"
    yield ".SH SYNOPSIS\n\\fBkeeptouch\\fR [\\fB\\-\\-workspace\\fR \\fIdir\\fR] [\\fB\\-\\-now\\fR \\fIinstant\\fR] \\fIcommand\\fR"
    yield ".SH COMMANDS"
    yield from commands(command, "keeptouch")
    yield ".SH EXIT STATUS\n0 when all is well, 1 for findings or failures, 64 for a wrong use."
    yield ".SH FILES\n/usr/share/doc/keeptouch holds the guides, /usr/share/doc/keeptouch/examples a workspace that runs as it is."
    yield "/lib/systemd/system/keeptouch@.service runs the workspace in /srv of its name."


print("\n".join(page(json.load(sys.stdin)["command"], sys.argv[1])))
