"""The case of Webbouw Noord, played for people: the commands that a host would type, on the embedded panel.

Nothing is faked: the panel and its sites answer on sockets, each `$ dunning …` line is that command run as a
process of its own, and the end is a comparison of every file of the panel with what stood there before.
"""

import http.client
import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, List, Optional, Tuple
from urllib.parse import urlsplit

import click

from dunning_plugin.errors import InputError
from dunning_plugin.sandbox.click import PAGE, Admin
from dunning_plugin.sandbox.directadmin import case, trial
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from dunning_plugin.sandbox.directadmin.state import Files, state_of

NOW = "2009-04-08T09:00"
PAID = "2009-04-21T10:30"
HISTORY = ("var/log/", "usr/local/directadmin/data/sessions/")
"""Below the panel's root: what is a record of the past rather than state."""


@dataclass(frozen=True)
class Stage:
    """Where the play happens: the running panel and the folder with the host's own files."""

    panel: SandboxPanel
    filled: Any
    folder: Path


def play(keep: Optional[str] = None) -> int:
    """Play it; 0 if every command did what it should and the panel is in the end as it was."""
    with _folder(keep) as folder, _stage(folder) as stage:
        return _play(stage)


def serve(keep: Optional[str] = None) -> int:
    """Set the stage, say where it can be clicked, and leave it running until interrupted."""
    with _folder(keep) as folder, _stage(folder) as stage:
        for file in ("debtors.yaml", "invoices.csv"):
            _run(stage, "import", file)
        _head("The panel and dunning's service are running; stop them with Ctrl-C")
        panel, site = stage.panel, stage.panel.disk.domains(stage.filled.user)[0]
        reseller, user = stage.filled.reseller, stage.filled.user
        click.echo(f"  panel      {panel.url}/   (login {panel.admin}, password {panel.password})")
        click.echo(f"  the page   {panel.url}{PAGE}")
        click.echo(f"  reseller   {reseller}, password {stage.filled.passwords[reseller]}")
        click.echo(f"  user       {user}, password {stage.filled.passwords[user]}")
        click.echo(f"  a site     curl -i -H 'Host: {site}' {panel.sites_url}/")
        click.echo(f"  commands   dunning --config {stage.folder}/dunning.yaml --now {NOW} status")
        sys.stdout.flush()
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        while not stop.wait(0.5):
            pass
    return 0


@contextmanager
def _folder(keep: Optional[str]) -> Iterator[Path]:
    if keep is not None:
        folder = Path(keep).absolute()
        _check_can_be_entered(folder)
        try:
            folder.mkdir(mode=0o755, parents=True)
        except OSError as error:
            raise InputError(f"cannot be made: {error.strerror}", file=keep, remedy="name a new folder") from None
        yield folder
        return
    temporary = Path(tempfile.mkdtemp(prefix="dunning-demo-"))
    temporary.chmod(0o755)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary)


def _check_can_be_entered(folder: Path) -> None:
    """As root the plugin's page runs as an account of its own, which must get there."""
    for parent in folder.parents if os.geteuid() == 0 else ():
        if parent.is_dir() and not parent.stat().st_mode & 0o001:
            raise InputError(
                f"others cannot enter {parent}, and the plugin's page runs as an account of its own",
                field="--keep",
                remedy=f"name a folder elsewhere, or: chmod o+x {parent}",
            )


@contextmanager
def _stage(folder: Path) -> Iterator[Stage]:
    """The panel on free ports of the loopback, filled with the case; the plugin and its service at work; the host's
    files written."""
    root = folder / "panel"
    with SandboxPanel(root) as panel:
        filled = case.fill(panel)
        config = case.write_config(folder, panel, folder / "state")
        case.write_debtors(folder)
        case.write_invoices(folder)
        trial.put_plugin(root, folder / "state")
        with trial.service(config, root, folder / "service.log", ["--now", NOW]):
            yield Stage(panel, filled, folder)


def _play(stage: Stage) -> int:
    reseller, user = stage.filled.reseller, stage.filled.user
    before = panel_state(stage)
    codes = [
        *_who_owes(stage),
        *_lock_first(stage, reseller, user),
        *_suspend(stage, user),
        *_pay_and_restore(stage, reseller, user),
    ]
    same = _compare(before, panel_state(stage))
    codes += [_run(stage, "case", "webbouw-noord", now=PAID), _run(stage, "journal", "verify", now=PAID)]
    if any(codes) or not same:
        click.echo("\nThe demo did NOT end as it should.")
        return 1
    click.echo("\nEverything is back exactly as it was.")
    return 0


def _who_owes(stage: Stage) -> List[int]:
    _head("Monday morning: who owes, and since when?")
    click.echo(f"(An embedded DirectAdmin answers at {stage.panel.url}; the clock says {NOW}.)")
    if os.geteuid() != 0:
        click.echo("(Not root: all files of the panel are yours, so its accounts are less apart than on a real one.)")
    return [
        _run(stage, "import", "debtors.yaml"),
        _run(stage, "import", "invoices.csv"),
        _run(stage, "overdue"),
    ]


def _lock_first(stage: Stage, reseller: str, user: str) -> List[int]:
    _head("The mildest measure first: the reseller's own login, nothing of his customers")
    code = _run(
        stage,
        "suspend",
        reseller,
        "--measure",
        "lock_login",
        "--scope",
        "reseller",
        "--why",
        "second reminder unanswered",
        "--yes",
    )
    _login(stage, reseller)
    _login(stage, user)
    return [code]


def _suspend(stage: Stage, user: str) -> List[int]:
    _head("Who would be hit if the whole debtor were suspended?")
    codes = [_run(stage, "impact", "webbouw-noord")]
    _visit(stage, user)
    _head("Click 'Suspend reseller' on the plugin's page, for each of his resellers")
    codes.append(_click(stage))
    _visit(stage, user)
    codes.append(_run(stage, "status"))
    return codes


def _click(stage: Stage) -> int:
    """Suspend on the page as the admin does: open the confirmation, give a reason, send the form, watch the job."""
    admin = Admin(stage.panel.url, stage.panel.admin, stage.panel.password)
    click.echo(f"\n> login of {stage.panel.admin} at {stage.panel.url}/CMD_LOGIN: lets him in")
    code = 0
    for reseller in stage.filled.resellers:
        asked = admin.open("confirm", act="suspend", name=f"{case.PANEL}/{reseller}")
        sent = admin.send(asked, why="formal notice of 2009-03-30")
        click.echo(f"> POST {urlsplit(sent.address).path}?{urlsplit(sent.address).query}  ->  {sent.status}")
        job = admin.wait_for(sent)
        click.echo(f"  {sent.heading.strip()}: {job.get('state')}; {job.get('sentence')}")
        code |= job.get("state") != "done"
    admin.close()
    return code


def _pay_and_restore(stage: Stage, reseller: str, user: str) -> List[int]:
    _head("Two weeks later the money is there")
    case.write_invoices(stage.folder, paid=True)
    codes = [
        _run(stage, "import", "invoices.csv", now=PAID),
        _run(stage, "restore", "--paid", "--why", "paid in full", "--yes", now=PAID, terminal=True),
    ]
    _visit(stage, user)
    _login(stage, reseller)
    return codes


def _head(text: str) -> None:
    click.echo("\n" + click.style(f"== {text}", bold=True))


def _run(stage: Stage, *words: str, now: str = NOW, terminal: bool = False) -> int:
    """Run a command of ours in the stage's folder, its output going straight to the reader.

    With `terminal` it gets a pseudo-terminal, so that its progress bar is seen even when this goes into a file."""
    click.echo("\n" + click.style("$ " + shlex.join(["dunning", *words]), fg="cyan"))
    sys.stdout.flush()
    line = [sys.executable, "-m", "dunning_plugin", "--config", "dunning.yaml", "--now", now, *words]
    if terminal:
        return _in_terminal(stage.folder, line)
    return subprocess.run(line, cwd=stage.folder, check=False, stdin=subprocess.DEVNULL).returncode


def _in_terminal(folder: Path, line: List[str]) -> int:
    """Run in a pseudo-terminal, copying what it prints."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        return os.waitstatus_to_exitcode(pty.spawn(line, stdin_read=lambda descriptor: b""))
    finally:
        os.chdir(here)


def _visit(stage: Stage, user: str) -> None:
    """Ask the user's site as a visitor would: by its name in the Host header."""
    domain = stage.panel.disk.domains(user)[0]
    address = urlsplit(stage.panel.sites_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    connection.request("GET", "/", headers={"Host": domain, "Accept-Language": "nl"})
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    click.echo(f"\n> GET http://{domain}/  ->  {answer.status} {answer.reason}")
    for name in ("Retry-After", "Cache-Control", "X-Robots-Tag"):
        if answer.getheader(name):
            click.echo(f"  {name}: {answer.getheader(name)}")
    click.echo(f"  {_title(body)}")


def _title(body: str) -> str:
    start, end = body.find("<h1"), body.find("</h1>")
    return body[body.find(">", start) + 1 : end].strip() if -1 < start < end else body.strip()[:100]


def _login(stage: Stage, name: str) -> None:
    """Log in at the panel's own login page, as a person would."""
    answer = stage.panel.try_login(name, stage.filled.passwords[name])
    click.echo(f"> login of {name} at the panel: {'lets him in' if answer else 'refused'}")


def panel_state(stage: Stage) -> Files:
    """Every file of the panel and of its customers, without logs and sessions, which record the past."""
    return state_of(stage.panel.root, leave_out=HISTORY)


def _compare(before: Files, after: Files) -> bool:
    """Say what differs between two states; True if nothing but times does."""
    times, others = differences(before, after)
    _head("The panel's whole state, before and after")
    click.echo(f"{len(before)} files, folders and links compared by type, mode, owner, link target and content:")
    for path in others:
        click.echo(f"  DIFFERENT: {path}")
    click.echo(f"{len(others)} differ; {len(times)} have another time of change and nothing else.")
    return not others


def differences(before: Files, after: Files) -> Tuple[List[str], List[str]]:
    """Paths where only the time of change differs, and paths where anything else does."""
    changed = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    # The time is the last of the facts.
    times = [path for path in changed if path in before and path in after and before[path][:-1] == after[path][:-1]]
    return times, [path for path in changed if path not in times]
