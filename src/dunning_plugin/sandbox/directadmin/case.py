"""The case of Webbouw Noord: 4 resellers, 88 users, 104 domains, and all that makes it awkward. Deterministic."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Dict, List, Tuple

from dunning_plugin.sandbox.directadmin.disk import Disk

if TYPE_CHECKING:
    from dunning_plugin.sandbox.directadmin.server import SandboxPanel

DEBTOR, PANEL = "webbouw-noord", "da1"
RESELLERS = (("webbouw", "nl", 40), ("noordweb", "nl", 24), ("bytewerk", "de", 14), ("atelier", "fr", 10))
"""name, language, number of users: 88 in all."""
OTHERS = (("zuidhost", "en", 6),)
"""A reseller who pays: nothing of his may ever change."""
ABUSED = ("webbouw07", "noordweb03")
ODD_NAME = '<b>O\'Hara & "Zn"</b> ; rm -rf / $(reboot)'
SECOND_DOMAINS = 12
OLD = 1_199_145_600
"""2008-01-01T00:00:00Z, the time of the pages that a reseller made himself."""

INVOICES = (
    # number, issued, due, amount, open
    ("2008-1114", "14-11-2008", "28-11-2008", "1.249,50", "1.249,50"),
    ("2008-1214", "14-12-2008", "28-12-2008", "1.249,50", "1.249,50"),
    ("2008-1231", "31-12-2008", "14-01-2009", "89,25", "89,25"),
    ("2009-0114", "14-01-2009", "28-01-2009", "1.249,50", "749,50"),
    ("2009-0120", "20-01-2009", "03-02-2009", "312,38", "312,38"),
    ("2009-0202", "02-02-2009", "16-02-2009", "59,50", "59,50"),
    ("2009-0214", "14-02-2009", "28-02-2009", "1.249,50", "1.249,50"),
    ("2009-0220", "20-02-2009", "06-03-2009", "23,80", "23,80"),
    ("2009-0302", "02-03-2009", "16-03-2009", "178,50", "178,50"),
    ("2009-0314", "14-03-2009", "28-03-2009", "1.249,50", "1.249,50"),
    ("2009-0320", "20-03-2009", "03-04-2009", "95,20", "95,20"),
)
CREDIT = ("2009-C012", "25-03-2009", "25-03-2009", "-119,00", "-119,00")
OTHER_INVOICES = (
    ("zuidhost", "2009-0315", "15-03-2009", "29-03-2009", "595,00", "0,00"),
    ("zuidhost", "2009-0401", "01-04-2009", "15-04-2009", "119,00", "119,00"),
    ("bakkerij", "2009-0131", "31-01-2009", "14-02-2009", "35,70", "35,70"),
)
HEADING = "Factuurnummer;Debiteur;Factuurdatum;Vervaldatum;Bedrag;Openstaand;Valuta"


@dataclass(frozen=True)
class Filled:
    """What was filled in: a reseller of the debtor, an active user of his, and everybody's passwords."""

    reseller: str
    user: str
    resellers: Tuple[str, ...]
    users: Tuple[str, ...]
    passwords: Dict[str, str]


def fill(panel: "SandboxPanel", only: str = "") -> Filled:
    """Fill an empty sandbox with the case; `only`: nothing but this reseller of it, with three users."""
    disk = panel.disk
    passwords: Dict[str, str] = {"admin": panel.password}
    users: List[str] = []
    wanted = [(name, language, 3) for name, language, _ in RESELLERS if name == only] or [*RESELLERS, *OTHERS]
    for reseller, language, count in wanted:
        passwords[reseller] = _password(reseller)
        disk.create(reseller, "reseller", "admin", passwords[reseller], language=language, full_name=_title(reseller))
        for number in range(1, count + 1):
            name = f"{reseller}{number:02d}"
            passwords[name] = _password(name)
            disk.create(
                name, "user", reseller, passwords[name], f"{name}.example", language=language, full_name=_title(name)
            )
            for box in ("info", "post")[: 1 + number % 2]:
                disk.add_mailbox(f"{name}.example", box)
            if (reseller, language, count) not in OTHERS:
                users.append(name)
    if only:
        disk.set_suspended(users[-1], True, "abuse", "abuse")
        return Filled(only, users[0], (only,), tuple(users), passwords)
    _more_domains(disk, users)
    for name in ABUSED:
        disk.set_suspended(name, True, "abuse", "abuse")
    disk.change("atelier01", name=ODD_NAME)
    _own_page(disk, "noordweb")
    _planted_links(disk, "bytewerk")
    resellers = tuple(name for name, _, _ in RESELLERS)
    return Filled("webbouw", "webbouw01", resellers, tuple(users), passwords)


def _password(name: str) -> str:
    return f"Pw-{name}-2009"


def _title(name: str) -> str:
    return name.capitalize()


def _more_domains(disk: Disk, users: List[str]) -> None:
    """16 more, so that the debtor holds 104: one for each reseller himself, and a second one for a dozen users."""
    for name, _, _ in RESELLERS:
        disk.add_domain(name, f"{name}.example", ("info",))
        disk.change(name, domain=f"{name}.example")
    for name in users[:SECOND_DOMAINS]:
        disk.add_domain(name, f"shop-{name}.example", ("sales",))


def _own_page(disk: Disk, reseller: str) -> None:
    """A suspended page of the reseller's own making: odd modes, old times, a folder, a hard link, a link of his own."""
    page = disk.home(reseller) / "domains/suspended"
    (page / "img").mkdir()
    (page / "img/logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>\n")
    (page / "index.html").write_text("<html><body><h1>Noordweb: even weg</h1></body></html>\n")
    os.link(page / "index.html", page / "index.htm")
    os.symlink("index.html", page / "home.html")
    (page / "index.html").chmod(0o664)
    (page / "img").chmod(0o2775)
    disk.own(page, reseller)
    for path in (page / "img/logo.svg", page / "index.html", page / "img", page):
        os.utime(path, (OLD, OLD))


def _planted_links(disk: Disk, reseller: str) -> None:
    """Symbolic links where root would write: a whole folder, and a file in another."""
    domains = disk.home(reseller) / "domains"
    victim = disk.root / "etc/victim"
    victim.mkdir(exist_ok=True)
    (victim / "index.html").write_text("must never be written\n")
    (domains / "suspended/index.html").unlink()
    (domains / "suspended").rmdir()
    os.symlink(victim, domains / "suspended")
    (domains / "default/index.html").unlink()
    os.symlink(victim / "index.html", domains / "default/index.html")
    disk.own(domains, reseller)


def write_debtors(folder: Path) -> Path:
    """debtors.yaml: who holds which resellers."""
    path = folder / "debtors.yaml"
    links = "\n".join(f"    - {PANEL}/{name}" for name, _, _ in RESELLERS)
    path.write_text(
        f"- key: {DEBTOR}\n  name: Webbouw Noord\n  email: administratie@webbouw-noord.example\n  language: nl\n"
        f"  accounts:\n{links}\n"
        f"- key: zuidhost\n  name: Zuidhost B.V.\n  language: nl\n  accounts:\n    - {PANEL}/zuidhost\n"
        "- key: bakkerij\n  name: Bakkerij 't Stoepje\n  language: nl\n",
        encoding="utf-8",
    )
    return path


def write_invoices(folder: Path, paid: bool = False) -> Path:
    """invoices.csv as a Dutch package exports it: cp1252, semicolons, decimal commas. `paid`: all of his settled."""
    rows = [(DEBTOR, *row) for row in (*INVOICES, CREDIT)]
    if paid:
        rows = [(*row[:5], "0,00") for row in rows]
    lines = [HEADING, *(_line(row) for row in rows), *(_line(row) for row in OTHER_INVOICES)]
    path = folder / "invoices.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    return path


def _line(row: Tuple[str, ...]) -> str:
    debtor, number, issued, due, amount, left = row
    return f"{number};{debtor};{issued};{due};{amount};{left};EUR"


CONFIG = """\
host:
  name: Example Hosting
  contact: {{name: Service desk, email: desk@host.example, phone: "+31 20 000 00 00"}}
  timezone: Europe/Amsterdam
  language: nl
state_dir: {state}
panels:
  {panel}:
    kind: directadmin
    url: {url}
    username: admin
    password_file: {password}
    root: {root}
sources:
  invoices:
    kind: csv
    columns:
      number: Factuurnummer
      debtor: Debiteur
      issued: Factuurdatum
      due: Vervaldatum
      amount: Bedrag
      open: Openstaand
      currency: Valuta
    delimiter: ";"
    encoding: cp1252
    decimal: ","
    thousands: "."
    date_format: "%d-%m-%Y"
"""


def write_config(folder: Path, panel: "SandboxPanel", state_dir: Path) -> Path:
    """dunning.yaml and the password file for a running sandbox."""
    password = folder / "password"
    descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(panel.password + "\n")
    path = folder / "dunning.yaml"
    text = CONFIG.format(state=state_dir, panel=PANEL, url=panel.url, password=password, root=panel.root)
    path.write_text(text, encoding="utf-8")
    return path
