"""The plugin on a sandbox without its package: page, images and hooks from the checkout, and the service beside it.

For demos and trials; the package itself (docs/plugin-package.md) is what a real panel installs.
"""

import grp
import os
import pwd
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterator, List, Sequence

from dunning_plugin.errors import InputError
from dunning_plugin.panels.directadmin import hookfiles

PLUGIN = "usr/local/directadmin/plugins/dunning"
PAGES = ("index.html", "data.raw")
ACCOUNT, GECOS = "dunning", "dunning plugin pages"
HIGHEST_ID = 900
START_SECONDS = 60


def put_plugin(root: Path, state_dir: Path) -> None:
    """Page, images, menu entries, hooks, and the account that the page runs as; running it again changes nothing."""
    _put_account(root)
    source, target = hookfiles.source() / "plugin", root / PLUGIN
    for part in ("admin", "images", "hooks"):
        shutil.copytree(source / part, target / part, dirs_exist_ok=True, copy_function=shutil.copyfile)
    python = page_python()
    for name in PAGES:
        first, _, rest = (target / "admin" / name).read_text(encoding="utf-8").partition("\n")
        (target / "admin" / name).write_text(f"#!{python} {first.split(' ', 1)[1]}\n{rest}", encoding="utf-8")
        (target / "admin" / name).chmod(0o755)
    hookfiles.prepare_state(state_dir)
    hookfiles.install(root, state_dir)


def page_python() -> str:
    """A Python that the page's account can run: the system's before ours, which may lie in root's home."""
    for candidate in ("/usr/bin/python3", "/usr/local/bin/python3"):
        check = [candidate, "-I", "-S", "-c", "import sys; sys.exit(sys.version_info < (3, 9))"]
        with suppress(OSError):
            if subprocess.run(check, capture_output=True, check=False).returncode == 0:
                return candidate
    return os.path.realpath(sys.executable)


def _put_account(root: Path) -> None:
    """A line in the panel's own passwd and group; the machine's accounts are left alone. An ordinary user's pages run
    as himself."""
    (root / "etc").mkdir(exist_ok=True)
    uid, gid = (_free_id(),) * 2 if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    lines = {
        "group": f"{ACCOUNT}:x:{gid}:",
        "passwd": f"{ACCOUNT}:x:{uid}:{gid}:{GECOS}:/nonexistent:/usr/sbin/nologin",
    }
    for name, line in lines.items():
        path = root / "etc" / name
        rows = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        if not any(row.startswith(f"{ACCOUNT}:") for row in rows):
            path.write_text("".join(f"{row}\n" for row in [*rows, line]), encoding="utf-8")


def _free_id() -> int:
    taken = {entry.pw_uid for entry in pwd.getpwall()} | {entry.gr_gid for entry in grp.getgrall()}
    return next(number for number in range(HIGHEST_ID, 0, -1) if number not in taken)


@contextmanager
def service(config: Path, root: Path, log: Path, more: Sequence[str] = ()) -> Iterator["subprocess.Popen[bytes]"]:
    """`dunning service` as a process of its own, ready to answer; ended at the end. Its words go to `log`."""
    command: List[str] = [sys.executable, "-m", "dunning_plugin", "--config", str(config), *more, "service"]
    socket = root / "run/dunning/service.sock"
    socket.unlink(missing_ok=True)
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True
        )
    try:
        until = time.monotonic() + START_SECONDS
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise InputError("the service did not start", file=str(log), remedy="it says why")
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
