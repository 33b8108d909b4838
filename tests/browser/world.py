"""A host for a real browser: the sandbox panel filled with the case, the built plugin installed through the panel's
plugin manager, books taken in, the installed service running. What is clicked is the package's, not this checkout's."""

import fcntl
import os
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Set

import requests

from dunning_plugin import jobs
from dunning_plugin.enforce.wishes import RestoreWish
from dunning_plugin.installation import Installation
from dunning_plugin.sandbox.directadmin import case
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from dunning_plugin.sandbox.directadmin.state import state_of
from tests.plugin.package import package
from tests.sandbox.small import open_folder

NOW = "2009-04-08T09:00"
"""A Wednesday; the oldest invoice of the case is 131 days past due."""
DUTCH = "beheer"
"""A second admin, who reads Dutch; `admin` reads English."""
INSTALL = "/api/plugin-manager/plugins/install-file"
PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
HISTORY = ("var/log/", "var/lib/", "run/", "opt/", "etc/dunning/", "usr/local/directadmin/data/sessions/")
"""What records the past, or is dunning's own and not the panel's."""


@dataclass
class World:
    """One host. `now`: what the installed service and command take for the time; `free`: the state that every test
    leaves behind."""

    panel: SandboxPanel
    folder: Path
    filled: case.Filled
    now: str = NOW
    free: Dict[str, Any] = field(default_factory=dict, repr=False)
    _service: Optional["subprocess.Popen[bytes]"] = field(default=None, repr=False)

    @property
    def program(self) -> str:
        """The installed command."""
        return str(self.panel.root / "usr/local/bin/dunning")

    @property
    def import_dir(self) -> Path:
        """The folder that the page takes files from."""
        return self.folder / "import"

    def run(self, *words: str, code: int = 0) -> str:
        """What the installed command prints, as root types it."""
        environment = {**PATH, "DUNNING_NOW": self.now}
        command = [self.program, *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{done.returncode}: {done.stdout}\n{done.stderr}"
        return done.stdout

    # -- the service -----------------------------------------------------------------------------------------------

    def start_service(self) -> None:
        """The installed service in the foreground of nobody, its log in a file; returns when it answers."""
        assert self._service is None
        with (self.folder / "service.log").open("ab") as log:
            environment = {**PATH, "DUNNING_NOW": self.now}
            command = [self.program, "service"]
            self._service = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        until = time.monotonic() + 60
        while not self._listens():
            assert self._service.poll() is None and time.monotonic() < until, self.log
            time.sleep(0.02)

    def stop_service(self, kill: bool = False) -> None:
        """End it: as systemd does, or with `kill` in the middle of whatever it does."""
        if self._service is not None:
            self._service.kill() if kill else self._service.terminate()
            self._service.wait(20)
            self._service = None

    @property
    def runs(self) -> bool:
        """Is the service meant to run?"""
        return self._service is not None

    @property
    def log(self) -> str:
        """What the service said so far."""
        return (self.folder / "service.log").read_text()

    def _listens(self) -> bool:
        descriptor = -1
        try:
            # A unix socket's path is limited to 108 bytes, and test folders are deep.
            descriptor = os.open(self.panel.root / "run/dunning", os.O_RDONLY)
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(f"/proc/self/fd/{descriptor}/service.sock")
            return True
        except OSError:
            return False
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    # -- what can be seen from outside -----------------------------------------------------------------------------

    def state(self) -> "Dict[str, Any]":
        """All files of the panel and of its customers, without times and without what records the past."""
        return state_of(self.panel.root, times=False, leave_out=HISTORY)

    def suspended(self) -> Set[str]:
        """Who is suspended, by the panel's own files."""
        disk = self.panel.disk
        return {name for name in disk.names() if disk.config(name).get("suspended") == "yes"}

    def locked(self) -> Set[str]:
        """Whose login is locked, by the files that the panel's hook looks at."""
        return {path.name for path in (self.panel.root / "var/lib/dunning/locks/login").iterdir()}

    def site(self, name: str) -> requests.Response:
        """An account's first site, asked for by its Host header."""
        domain = self.panel.disk.domains(name)[0]
        return requests.get(self.panel.sites_url, headers={"Host": domain, "Accept-Language": "nl"}, timeout=10)

    def put(self, name: str, content: bytes) -> None:
        """A file in the import folder."""
        (self.import_dir / name).write_bytes(content)

    def ask_store(self, question: str, *values: Any) -> Any:
        """One value out of dunning's store."""
        with closing(sqlite3.connect(self.panel.root / "var/lib/dunning/dunning.db")) as store:
            return store.execute(question, values).fetchone()[0]

    def jobs(self) -> int:
        """How many jobs there are."""
        return int(self.ask_store("SELECT count(*) FROM jobs"))

    def journal_entries(self) -> int:
        """How much has happened."""
        return int(self.ask_store("SELECT count(*) FROM journal"))

    def restore_all(self) -> None:
        """Have the running service lift all that is laid, if anything is."""
        if not self.ask_store("SELECT count(*) FROM blocks WHERE state IN ('intended', 'laid', 'lifting')"):
            return
        installation = Installation(str(self.panel.root / "etc/dunning/dunning.yaml"), self.now)
        with installation.store.begin() as conn:
            jobs.queue(conn, RestoreWish(everything=True, why="the test is over"), "root", installation.now())
        installation.close()
        self.wait_for_jobs()

    def wait_for_jobs(self) -> None:
        """Until the worker has nothing left to do."""
        until = time.monotonic() + 60
        while self.ask_store("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"):
            assert time.monotonic() < until, self.log
            time.sleep(0.05)


def package_of_run(base: Path) -> bytes:
    """The plugin package, built once for all processes of this run; `base` is a folder of theirs."""
    path = base / "dunning-for-browsers.tar.gz"
    with open(base / f"{path.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(package())
        return path.read_bytes()


@contextmanager
def world(archive: bytes, take_in: bool = True, only: str = "") -> Iterator[World]:
    """The case on a running panel with the plugin installed and its service running. `take_in`: books filled too.
    `only`: nothing but this reseller."""
    with open_folder() as folder, SandboxPanel(folder / "panel", Options()) as panel:
        here = World(panel, folder, case.fill(panel, only))
        here.filled.passwords.update({panel.admin: panel.password, DUTCH: f"Pw-{DUTCH}-2009"})
        panel.disk.create(DUTCH, "admin", panel.admin, here.filled.passwords[DUTCH], language="nl")
        install(here, archive)
        configure(here)
        if take_in:
            take_books_in(here, check=not only)
        here.start_service()
        here.free = here.state()
        try:
            yield here
        finally:
            here.stop_service()
        assert panel.mistakes == []
        assert "Traceback" not in here.log, here.log


def install(here: World, archive: bytes) -> None:
    """Install the built package as an admin of the panel does."""
    files = {"file": ("dunning.tar.gz", archive, "application/gzip")}
    auth = (here.panel.admin, here.panel.password)
    answer = requests.post(here.panel.url + INSTALL, files=files, auth=auth, timeout=300)
    assert answer.status_code == 200, answer.text


def configure(here: World) -> None:
    """The host's own dunning.yaml in the place of the sample."""
    root = here.panel.root
    text = case.write_config(here.folder, here.panel, root / "var/lib/dunning").read_text()
    here.import_dir.mkdir(mode=0o750)
    (root / "etc/dunning/dunning.yaml").write_text(f"{text}import_dir: {here.import_dir}\n")


def take_books_in(here: World, check: bool = True) -> None:
    """Debtors and invoices of the case."""
    here.run("import", str(case.write_debtors(here.folder)), *([] if check else ["--no-check"]))
    here.run("import", str(case.write_invoices(here.folder)))
