"""Whether a panel's web server will honour the .htaccess beside the notice, read from its configuration.

The notice answers 503 by its .htaccess. Apache and LiteSpeed read it where `AllowOverride` lets them; nginx alone
never does, and serves the page with 200."""

import re
from pathlib import Path
from typing import Iterator, List

from dunning_plugin.doctor.finding import Finding, Level

OPTIONS = "usr/local/directadmin/custombuild/options.conf"
"""DirectAdmin's build options, with `webserver=apache|nginx|nginx_apache|litespeed|openlitespeed`."""
CONFIGURATIONS = ("etc/httpd/conf/httpd.conf", "etc/httpd/conf/extra")
DIRECTORY = re.compile(r'<Directory\s+"?(?P<place>[^">]+)"?\s*>(?P<body>.*?)</Directory>', re.I | re.S)
OVERRIDE = re.compile(r"^\s*AllowOverride\s+(?P<what>.+?)\s*$", re.I | re.M)
ASK = "lay a notice on a reseller of your own and ask one of his sites: curl -I must say 503"


def check_web_server(topic: str, root: Path) -> Iterator[Finding]:
    """One finding: honoured, not honoured, or not to be told from what lies below `root`."""
    if _web_server(root) == "nginx":
        yield Finding(Level.WARN, topic, "nginx reads no .htaccess: the notice is served with 200 instead of 503", ASK)
        return
    overrides = _overrides_for_homes(root)
    if not overrides:
        yield Finding(Level.WARN, topic, f"no configuration below {root} says whether .htaccess counts in /home", ASK)
    elif overrides[-1].lower() == "none":
        remedy = 'write AllowOverride All into <Directory "/home/*">, else the notice is served with 200'
        yield Finding(Level.WARN, topic, "AllowOverride None holds for /home", remedy)
    else:
        yield Finding(Level.OK, topic, f"AllowOverride {overrides[-1]} holds for /home")


def _web_server(root: Path) -> str:
    found = re.search(r"^webserver=(\w+)", _text(root / OPTIONS), re.M)
    return found.group(1) if found else ""


def _overrides_for_homes(root: Path) -> List[str]:
    """What AllowOverride says in every <Directory> of the homes, in the order of the files."""
    files = [root / CONFIGURATIONS[0], *sorted((root / CONFIGURATIONS[1]).glob("*.conf"))]
    return [
        override.group("what")
        for file in files
        for section in DIRECTORY.finditer(_text(file))
        if section.group("place").startswith("/home")
        for override in OVERRIDE.finditer(section.group("body"))
    ]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
