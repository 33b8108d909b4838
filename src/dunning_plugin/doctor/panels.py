"""One panel: it answers, we may do there what we must, its hooks are ours, its web server will honour the notice."""

import ipaddress
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import urlsplit

from dunning_plugin.config import PanelSettings
from dunning_plugin.doctor.finding import Finding, Level, mistakes
from dunning_plugin.doctor.folders import has_panel_files, password_problem
from dunning_plugin.doctor.service import check_service
from dunning_plugin.doctor.web import check_web_server
from dunning_plugin.errors import DunningError, PanelRefused, PanelUnreachable
from dunning_plugin.panels.interface import Panel


def check_panel(
    name: str, settings: PanelSettings, state_dir: Path, open_panel: Callable[[str], Panel]
) -> Iterator[Finding]:
    """All that concerns one panel. Costs at most three reading requests and a listing of its resellers."""
    yield from _secrets(name, settings)
    yield from _access(name, settings, open_panel)
    if not settings.local or settings.kind != "directadmin":
        return
    if not has_panel_files(settings.root):
        yield Finding(
            Level.BAD,
            f"{name} files",
            f"no DirectAdmin lies below {settings.root}, though local is true",
            f"set panels.{name}.local to false; login locks and notices then need dunning on the panel itself",
        )
        return
    yield from _hooks(name, settings, state_dir)
    yield from check_web_server(f"{name} web server", settings.root)
    yield from check_service(f"{name} service", settings.root)


def _secrets(name: str, settings: PanelSettings) -> Iterator[Finding]:
    if settings.password_file is not None:
        problem = password_problem(settings.password_file)
        yield problem or Finding(Level.OK, "password file", f"{settings.password_file} is ours alone")
    if not settings.verify_tls:
        yield Finding(
            Level.WARN,
            f"{name} TLS",
            "its certificate is not verified: whoever sits between could act as the panel",
            f"set panels.{name}.ca_file to the panel's certificate, and verify_tls to true",
        )
    address = urlsplit(settings.url)
    if address.scheme == "http" and not _is_loopback(address.hostname or ""):
        yield Finding(Level.BAD, f"{name} TLS", "the password crosses the network in clear", "use the https address")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _access(name: str, settings: PanelSettings, open_panel: Callable[[str], Panel]) -> Iterator[Finding]:
    """Who we are there, and whether we may list resellers and their users. Nothing more after a first failure:
    the panel locks out callers who keep trying."""
    topic = f"{name} access"
    try:
        panel = open_panel(name)
        identity = panel.identity()
        if identity.kind != "admin":
            remedy = f"set panels.{name}.username to an admin, with a password or login key of his"
            yield Finding(Level.BAD, topic, f"'{identity.login}' is {identity.kind or 'nobody'}, no admin", remedy)
            return
        yield Finding(Level.OK, topic, f"'{identity.login}' is an admin there; {identity.version}".rstrip("; "))
        resellers = panel.resellers()
        users = len(panel.reseller_accounts(resellers[0])) - 1 if resellers else 0
    except PanelUnreachable as error:
        yield Finding(Level.BAD, topic, str(error), f"check panels.{name}.url, that the panel runs, and the firewall")
    except PanelRefused as error:
        remedy = f"check username and password_file of panels.{name}, and which commands its login key allows"
        yield Finding(Level.BAD, topic, str(error), remedy)
    except DunningError as error:
        yield from mistakes(topic, error)
    else:
        first = f"; the first, {resellers[0]}, has {users} users" if resellers else ""
        yield Finding(Level.OK, f"{name} rights", f"{len(resellers)} resellers are listed{first}")


def _hooks(name: str, settings: PanelSettings, state_dir: Path) -> Iterator[Finding]:
    from dunning_plugin.panels.directadmin import hookfiles

    # What is wrong with the state folder was said before: it is the same for every panel.
    problems = [problem for problem in hookfiles.check(settings.root, state_dir) if str(state_dir) not in problem.what]
    for problem in problems:
        yield Finding(Level.BAD, f"{name} hooks", problem.what, problem.remedy)
    if not problems:
        yield Finding(Level.OK, f"{name} hooks", "are installed and of this version")
