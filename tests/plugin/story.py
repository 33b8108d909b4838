"""The life of the plugin on a panel, played once a run: installed, installed again, used, updated, a failed update,
deleted. Each step's facts are kept, and the tests ask them one by one.

Played on two processes' behalf once only: an installation takes seconds, and most tests want the same ones."""

import fcntl
import json
import os
import re
import sqlite3
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

import requests

from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from tests.plugin.package import later_package, package
from tests.sandbox.small import open_folder, small_panel

PLUGIN = "usr/local/directadmin/plugins/dunning"
MANAGER = "/api/plugin-manager/plugins"
Facts = Dict[str, Any]
DEBTORS = "- key: noord\n  name: Noord B.V.\n  language: nl\n  accounts:\n    - da1/webbouw\n"


def once(base: Path, name: str, tell: Callable[[], Facts]) -> Facts:
    """What `tell` told, told once for all processes of this run; `base` is a folder of theirs."""
    path = base / f"{name}.json"
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_text(json.dumps(tell()))
        return dict(json.loads(path.read_text()))


class Mirror(ThreadingHTTPServer):
    """A web server with one file, for update_url and install-url."""

    content = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mirrored)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/dunning.tar.gz"


class _Mirrored(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = self.server.content  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Not printed."""


@contextmanager
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def life() -> Facts:
    """The whole story, as the admin who clicks in the plugin manager."""
    facts: Facts = {}
    with open_folder() as folder, small_panel(folder / "panel") as panel, mirror() as server:
        here = Host(folder, panel)
        with umask(0o077):
            facts["install"] = here.install(package(server.url))
        facts["installed"] = here.look()
        facts["seen"] = here.visit()
        facts["again"] = {**here.run_script("install.sh"), "look": here.look()}
        (here.root / "etc/dunning/dunning.yaml").chmod(0o644)
        here.import_debtors()
        facts["suspended"] = here.cli(
            "suspend", "webbouw", "--measure", "lock_login", "--without-overdue", "--why", "x", "--yes"
        )
        facts["refused"] = {**here.manage("delete"), "look": here.look()}
        for copy in ("two", "three"):
            (folder / copy).mkdir()
        good = {"9001": ["CREATE TABLE later (a INTEGER)", "INSERT INTO later VALUES (1)"]}
        server.content = later_package(folder / "two", "77.1.0", good, server.url)
        facts["update"] = {**here.manage("update"), "look": here.look()}
        # It commits half of its work before it fails, as a careless migration might.
        bad = {
            **good,
            "9002": ["CREATE TABLE half (a INTEGER)", "DROP TABLE later", "COMMIT", "INSERT INTO nowhere VALUES (1)"],
        }
        server.content = later_package(folder / "three", "77.2.0", bad, server.url)
        facts["failed"] = {**here.manage("update"), "look": here.look(), "laid": here.cli("status", "--json")}
        facts["restored"] = here.cli("restore", "--all", "--yes")
        facts["deleted"] = {**here.manage("delete"), "look": here.look(), "list": here.listed()}
    return facts


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


class Host:
    """One panel with the plugin, and what can be seen of it."""

    def __init__(self, folder: Path, panel: SandboxPanel) -> None:
        self.folder, self.panel, self.root = folder, panel, panel.root
        self.admin = (panel.admin, panel.password)

    def install(self, archive: bytes) -> Facts:
        files = {"file": ("dunning.tar.gz", archive, "application/gzip")}
        return _answer(
            requests.post(self.panel.url + MANAGER + "/install-file", files=files, auth=self.admin, timeout=300)
        )

    def manage(self, act: str) -> Facts:
        return _answer(requests.post(f"{self.panel.url}{MANAGER}/dunning/{act}", json={}, auth=self.admin, timeout=300))

    def listed(self) -> List[Facts]:
        return list(requests.get(self.panel.url + MANAGER, auth=self.admin, timeout=30).json())

    def visit(self) -> Facts:
        """The page as an admin sees it, the menus, the icon."""
        pages = {"page": "/CMD_PLUGINS_ADMIN/dunning/", "raw": "/CMD_PLUGINS_ADMIN/dunning/data.raw"}
        pages.update(classic="/", evolution="/evo/", icon="/CMD_PLUGINS_ADMIN/dunning/images/icon.png")
        answers = {
            name: requests.get(self.panel.url + path, auth=self.admin, timeout=60) for name, path in pages.items()
        }
        return {name: {"status": answer.status_code, "text": answer.text[:3000]} for name, answer in answers.items()}

    def run_script(self, name: str) -> Facts:
        return run_script(self.root / PLUGIN, name)

    def cli(self, *words: str) -> Facts:
        """The installed command, as root types it."""
        command = [str(self.root / "usr/local/bin/dunning"), *words]
        done = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=120)
        return {"code": done.returncode, "out": done.stdout, "err": done.stderr}

    def import_debtors(self) -> None:
        debtors = self.folder / "debtors.yaml"
        debtors.write_text(DEBTORS)
        done = self.cli("import", str(debtors))
        assert done["code"] == 0, done

    def look(self) -> Facts:
        """What lies where now."""
        return look(self.root, self.listed())


def run_script(plugin: Path, name: str, mask: int = 0o022, **more: Any) -> Facts:
    """A script as the plugin manager runs it."""
    script = str(plugin / "scripts" / name)
    done = subprocess.run(
        [*more.pop("before", ()), script],
        env={"PATH": "/usr/bin:/bin", **more.pop("environment", {})},
        cwd=plugin,
        umask=mask,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        **more,
    )
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}


def look(root: Path, listed: "Optional[List[Facts]]" = None) -> Facts:
    """Modes, owners and contents that the tests ask about. Python's own files in the venv are left out."""
    modes: Dict[str, List[Any]] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if LEFT_OUT.match(name):
            continue
        status = path.lstat()
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
        modes[name] = [kind, f"{status.st_mode & 0o7777:04o}", status.st_uid, status.st_gid, status.st_ino]
    texts = {name: _text(root / name) for name in TEXTS}
    link = root / "opt/dunning/venv"
    return {
        "modes": modes,
        "texts": texts,
        "venv": os.readlink(link) if link.is_symlink() else "",
        "program": os.readlink(root / "usr/local/bin/dunning") if (root / "usr/local/bin/dunning").is_symlink() else "",
        "revision": _ask(root / "var/lib/dunning/dunning.db", "SELECT version_num FROM alembic_version"),
        "debtors": _ask(root / "var/lib/dunning/dunning.db", "SELECT group_concat(key) FROM debtors"),
        "tables": _ask(root / "var/lib/dunning/dunning.db", TABLES),
        "listed": listed,
        "root": str(root),
    }


LEFT_OUT = re.compile(r"(opt/dunning/venv-[^/]*/(lib|include)|home|etc/bind|etc/virtual|usr/local/directadmin/data)/")
TEXTS = (
    "etc/passwd",
    "etc/group",
    "etc/dunning/dunning.yaml",
    "etc/systemd/system/dunning.service",
    f"{PLUGIN}/plugin.conf",
    f"{PLUGIN}/admin/index.html",
    f"{PLUGIN}/hooks/user_create_post.sh",
    f"{PLUGIN}/scripts/update.sh",
)


def _text(path: Path) -> Optional[str]:
    return path.read_text() if path.is_file() else None


TABLES = "SELECT group_concat(name) FROM sqlite_master WHERE name IN ('later', 'half')"


def _ask(store: Path, question: str) -> str:
    """One value out of the store, read as anybody could read it."""
    if not store.is_file():
        return ""
    connection = sqlite3.connect(store)
    try:
        return str(connection.execute(question).fetchone()[0])
    finally:
        connection.close()


def _answer(answer: requests.Response) -> Facts:
    found = answer.json() if answer.content else {}
    return {"status": answer.status_code, "output": found.get("output", ""), "body": found}
