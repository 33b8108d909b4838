"""A host for the tests of the pages: the service's own application on a real store, with or without a sandbox panel."""

import json
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

from dunning_plugin import jobs
from dunning_plugin.board import Boards
from dunning_plugin.installation import Installation
from dunning_plugin.jobs import Job
from dunning_plugin.panels.directadmin import hookfiles
from dunning_plugin.panels.interface import Sitter
from dunning_plugin.sandbox.directadmin import case
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from dunning_plugin.service.app import create_app
from dunning_plugin.service.desk import Desk
from dunning_plugin.service.forms import Forms
from dunning_plugin.service.person import People
from dunning_plugin.sources.debtors_file import read_debtors
from dunning_plugin.store.intake import take_in
from dunning_plugin.taking_in import csv_source, take_in_debtors
from tests.pages.browser import Browser

NOW = "2009-04-08T09:00"
ODD = case.ODD_NAME
HEAD = "number,debtor,issued,due,amount,open\n"
CONFIG = """\
host:
  name: Example Hosting
  contact: {{name: Service desk, email: desk@host.example}}
  timezone: Europe/Amsterdam
  language: nl
state_dir: state
import_dir: drop
panels:
  da1: {{kind: directadmin, url: "http://127.0.0.1:9", password_file: password, root: "{root}"}}
sources:
  books:
    kind: csv
    columns: {{number: number, debtor: debtor, issued: issued, due: due, amount: amount, open: open}}
"""


class Host:
    """The installation in one folder, the service's application on it, and browsers for admins."""

    def __init__(self, folder: Path, panel: Optional[SandboxPanel] = None) -> None:
        self.folder, self.panel = folder, panel
        self.installation = Installation(str(folder / "dunning.yaml"), NOW)
        self.sitters: Dict[str, Sitter] = {
            "en": Sitter("admin", "admin", "en"),
            "nl": Sitter("admin", "admin", "nl"),
            "other": Sitter("second", "admin", "en"),
            "S" * 39: Sitter("admin", "admin", "en"),
            "masked": Sitter("admin", "admin", "en", "root"),
        }
        self.woken: List[bool] = []
        self.desk = Desk(
            self.installation,
            Boards(self.installation),
            Forms(self.installation.store, b"k" * 32, lambda: self.machine_time()),
            lambda: self.woken.append(True),
        )
        self.late = 0.0
        self.app = create_app(self.desk, People(lambda session, key: self.sitters.get(session)))

    def machine_time(self) -> datetime:
        """The machine's own clock, which the tests may put forward by `late` seconds."""
        return datetime.now(timezone.utc) + timedelta(seconds=self.late)

    def configure(self, old: str, new: str) -> None:
        """Change dunning.yaml; it is read anew."""
        file = self.folder / "dunning.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        del self.installation.__dict__["config"]

    def browser(self, session: str = "en") -> Browser:
        return Browser(self.app, session)

    def work(self) -> List[Job]:
        """Carry out all that waits, as the worker would; the jobs as they stand after."""
        done = []
        while (job := jobs.take_next(self.installation)) is not None:
            done.append(jobs.work(self.installation, job))
        return done

    def jobs(self) -> Tuple[Job, ...]:
        with self.installation.store.read() as conn:
            return jobs.newest(conn)

    def suspended(self) -> set:
        disk = self.panel.disk
        return {name for name in disk.names() if disk.config(name).get("suspended") == "yes"}

    def put(self, name: str, text: str) -> Path:
        """A file in the import folder."""
        path = self.folder / "drop" / name
        path.write_bytes(text.encode())
        return path

    def debtors(self, *people: Tuple[str, str, Tuple[str, ...]]) -> None:
        """Debtors (key, name, accounts) into the books."""
        file = self.folder / "debtors.yaml"
        entry = "- key: {}\n  name: {}\n  accounts: {}\n"
        file.write_text("".join(entry.format(*map(json.dumps, person)) for person in people))
        with self.installation.store.begin() as conn:
            take_in_debtors(conn, file, read_debtors(file), self.installation.now(), "root")

    def invoices(self, *rows: Tuple[str, str, str, str]) -> None:
        """Invoices (number, debtor, due, amount), nothing of them paid, into the books."""
        file = self.folder / "invoices.csv"
        lines = [f"{number},{debtor},2008-01-01,{due},{amount},{amount}\n" for number, debtor, due, amount in rows]
        file.write_text(HEAD + "".join(lines))
        take_in(self.installation.store, csv_source(self.installation, file), self.installation.now(), "root")

    def close(self) -> None:
        self.installation.close()


@contextmanager
def quiet_host(folder: Path) -> Iterator[Host]:
    """A host whose books are empty and whose panel nobody can reach."""
    (folder / "drop").mkdir()
    (folder / "password").write_text("secret-of-the-panel\n")
    (folder / "password").chmod(0o600)
    (folder / "dunning.yaml").write_text(CONFIG.format(root=folder))
    host = Host(folder)
    try:
        yield host
    finally:
        host.close()


@contextmanager
def busy_host(folder: Path) -> Iterator[Host]:
    """A host with the reseller `atelier` (three users, the last suspended for abuse) of an overdue debtor, and the
    reseller `odd` of one whose name is an attack."""
    with SandboxPanel(folder / "panel") as panel:
        case.fill(panel, "atelier")
        panel.disk.create("odd", "reseller", "admin", "Pw-odd-2009")
        config = case.write_config(folder, panel, folder / "state")
        (folder / "drop").mkdir()
        config.write_text(config.read_text() + f"import_dir: {folder / 'drop'}\n")
        hookfiles.prepare_state(folder / "state")
        hookfiles.install(folder / "panel", folder / "state")
        host = Host(folder, panel)
        try:
            host.debtors(
                (case.DEBTOR, "Webbouw Noord", ("da1/atelier",)),
                ("odd", ODD, ("da1/odd",)),
                ("zuidhost", "Zuidhost B.V.", ()),
                ("bakkerij", "Bakkerij", ()),
            )
            file = case.write_invoices(folder)
            with file.open("ab") as lines:
                lines.write(b"X1;odd;01-02-2009;01-03-2009;10,00;10,00;EUR\r\n")
            take_in(host.installation.store, csv_source(host.installation, file), host.installation.now(), "root")
            yield host
        finally:
            host.close()
