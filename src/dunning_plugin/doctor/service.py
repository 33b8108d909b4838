"""The service behind the panel's page: its account is there, its socket is that account's alone, and it answers."""

import os
import socket
import stat
from pathlib import Path
from typing import Iterator

from dunning_plugin.doctor.finding import Finding, Level

PAGE = "usr/local/directadmin/plugins/dunning/admin/index.html"
RUN = "run/dunning"
NAME = "service.sock"
ANSWER_SECONDS = 5
START = "systemctl start dunning; if it does not stay: journalctl -u dunning"


def check_service(topic: str, root: Path) -> Iterator[Finding]:
    """Findings about the service of the panel below `root`; none where its page is not installed."""
    if not (root / PAGE).is_file():
        return
    folder = root / RUN
    wrong = list(_wrong_modes(topic, folder))
    yield from wrong
    if not (folder / NAME).exists():
        yield Finding(Level.BAD, topic, f"the service does not run: there is no {folder / NAME}", START)
        return
    said = _asked(folder)
    if said.startswith(b"HTTP/1.") and said.split(None, 2)[1] == b"403":
        if not wrong:
            yield Finding(Level.OK, topic, "answers on its socket, and lets nobody in without a session")
    elif said:
        yield Finding(Level.BAD, topic, "answers, but not as a service of dunning's does", "systemctl restart dunning")
    else:
        yield Finding(Level.BAD, topic, "does not answer on its socket", START)


def _wrong_modes(topic: str, folder: Path) -> Iterator[Finding]:
    """Who else could speak to the socket."""
    remedy = "systemctl restart dunning (it makes both anew)"
    for path, most, kind in ((folder, 0o710, stat.S_ISDIR), (folder / NAME, 0o600, stat.S_ISSOCK)):
        try:
            status = path.lstat()
        except OSError:
            continue
        mode = stat.S_IMODE(status.st_mode)
        if not kind(status.st_mode):
            yield Finding(Level.BAD, topic, f"{path} is not what it should be", remedy)
        elif mode & ~most:
            yield Finding(Level.BAD, topic, f"others may use {path} (mode {mode:o})", remedy)


def _asked(folder: Path) -> bytes:
    """The beginning of the answer to a request without a session; b'' if none comes."""
    here = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A socket's address has room for 107 bytes only.
        os.chdir(folder)
        line.settimeout(ANSWER_SECONDS)
        line.connect(NAME)
        line.sendall(b"GET /index.html HTTP/1.1\r\nHost: dunning\r\nConnection: close\r\n\r\n")
        return line.recv(200)
    except OSError:
        return b""
    finally:
        line.close()
        os.fchdir(here)
        os.close(here)
