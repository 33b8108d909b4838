"""docs/sandbox.md from the behaviours: `python -m dunning_plugin.sandbox.docs [FILE]` writes or prints it."""

import sys
from pathlib import Path

from dunning_plugin.sandbox.directadmin.behaviours import BEHAVIOURS
from dunning_plugin.sandbox.directadmin.options import Options

HEAD = """# The sandbox panel

Generated; `make docs` writes it anew. Nobody can run a licensed panel in a test, or on a laptop to try the plugin, so
dunning brings one: real sockets, accounts on disk in DirectAdmin's own formats, sites that answer by Host header,
hooks and plugin pages. **Nothing below was measured by us on a real DirectAdmin.** Each row says what it was taken
from: *recorded* (an answer kept in a public test, or measured on a real panel by others), *documented* (the vendor),
*reported* (public clients and their authors), *assumed* (by us). Where the question is open, a switch answers it
either way, and the tests run under both.

    dunning sandbox directadmin --port 0 --json

fills it with the case of Webbouw Noord, prints one line of JSON (`url`, `admin`, `password`, `reseller`, `user`, …)
when it is ready, and runs until interrupted. `--option NAME=VALUE` flips a switch.

## Faults on request

`POST /__sandbox__/faults` with the header `X-Sandbox-Token` (the line's `control_token`) and a JSON body such as
`{"latency": 0.02, "faults": [{"kind": "cut", "path": "SELECT_USERS", "nth": 2}]}`. Kinds: `error` (answers `status`),
`hang` (waits `seconds`, then cuts), `cut` (acts, then cuts the connection), `half` (a batch acts on its first `keep`
accounts, then answers 500), `logout` (ends all sessions first). They are counted, so the same plan gives the same run.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for part in dict.fromkeys(row.part for row in BEHAVIOURS):
        parts.append(f"\n## {part.capitalize()}\n\n| what | taken from | grade | switch |\n| --- | --- | --- | --- |\n")
        for row in BEHAVIOURS:
            if row.part == part:
                option = f"`{row.option}` ({getattr(Options(), row.option)})" if row.option else ""
                parts.append(f"| {_cell(row.what)} | {_cell(row.source)} | {row.grade} | {option} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
