"""`da api-url`, the panel's own program on its own host: an address with a login, so that root stores no password."""

from pathlib import Path
from urllib.parse import quote, urlsplit

TEXT = """#!/bin/sh
# `da api-url [--user=U]` as documented; nothing else of the real program is here.
[ "${{1-}}" = api-url ] || {{ echo "this sandbox's da knows api-url only" >&2; exit 1; }}
login={admin}
case ${{2-}} in
--user=*[!a-z0-9]*) exit 1 ;;
--user=?*) login="{admin}%7C${{2#--user=}}" ;;
esac
printf '%s\\n' "{scheme}://$login:{password}@{place}"
"""


def write_da(da: Path, url: str, admin: str, password: str) -> None:
    """Write the program below the panel's folder, for root (or whoever runs the sandbox) alone.

    The real one makes a temporary login key; this one hands out the password, which is new at every start."""
    parts = urlsplit(url)
    text = TEXT.format(admin=quote(admin), scheme=parts.scheme, password=quote(password, safe=""), place=parts.netloc)
    program = da / "directadmin"
    program.unlink(missing_ok=True)
    program.touch(mode=0o600)
    program.write_text(text, "ascii")
    program.chmod(0o700)
