"""A first dunning.yaml for a server: `python -m dunning_plugin.config.sample [--root FOLDER]` prints it.

What the schema requires is filled in from the server itself, so that the service can start; everything else stands
there as a comment with its description and an example."""

import argparse
import os
import re
import socket
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Optional, Sequence

from dunning_plugin.config.check import schema
from dunning_plugin.config.docs import as_yaml

HEAD = """\
# What dunning does on this server. Every setting: docs/configuration.md. After a change: systemctl restart dunning.
# Put your own name and contact first: visitors of a notice see them. No password belongs in here.
"""
CONF = "usr/local/directadmin/conf/directadmin.conf"
IMPORTS = "var/lib/dunning-import"
"""Made by the installer for root alone: where a person puts the files that the page may take in."""
NAMES = {"panels": "da1", "sources": "invoices"}
"""What the sections are called whose names are the host's choice."""


def sample(given: Mapping[str, Any]) -> str:
    """The file; `given` holds values by the way to them, as in `host.name`."""
    return HEAD + "".join(_lines(schema(), "", given, 0))


def of_server(root: Path) -> str:
    """The sample with what the server below `root` says of itself; another root than / is a sandbox's."""
    given: Dict[str, Any] = {"host.name": _servername(root), "host.contact.name": "Service desk"}
    zone = re.fullmatch(r".*/zoneinfo/([A-Za-z0-9_+/-]+)", os.path.realpath("/etc/localtime"))
    if zone is not None and zone[1] != "UTC":
        given["host.timezone"] = zone[1]
    given["import_dir"] = str(root / IMPORTS)
    given["panels.da1.kind"] = "directadmin"
    if root != Path("/"):
        given["state_dir"] = str(root / "var/lib/dunning")
        given["panels.da1.root"] = str(root)
    return sample(given)


def _servername(root: Path) -> str:
    """The panel's name for itself, else the machine's."""
    try:
        text = (root / CONF).read_text("utf-8", "replace")
    except OSError:
        text = ""
    found = re.search(r"^servername=([A-Za-z0-9.-]+)$", text, re.MULTILINE)
    return found[1] if found else socket.gethostname()


def _lines(keys: Mapping[str, Any], path: str, given: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, rule in keys.items():
        where = f"{path}.{name}" if path else name
        yield f"{indent}# {rule['description']}\n"
        if rule["type"] not in ("section", "sections"):
            value = as_yaml(given.get(where, rule["example"]))
            yield f"{indent}{'' if where in given or rule.get('required') else '# '}{name}: {value}\n"
            continue
        inner, below, deeper = "", where, depth + 1
        if rule["type"] == "sections":
            inner, below, deeper = f"{indent}  {NAMES[name]}:\n", f"{where}.{NAMES[name]}", depth + 2
        block = [f"{indent}{name}:\n", inner, *_lines(rule["keys"], below, given, deeper)]
        needed = rule.get("required") or any(way.startswith(f"{below}.") for way in given)
        yield from block if needed else (_commented(line) for line in block)


def _commented(line: str) -> str:
    return f"# {line}" if line.strip() else line


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m dunning_plugin.config.sample")
    parser.add_argument("--root", type=Path, default=Path("/"), help="where the panel's files begin, on a sandbox")
    sys.stdout.write(of_server(parser.parse_args(arguments).root))


if __name__ == "__main__":
    main()
