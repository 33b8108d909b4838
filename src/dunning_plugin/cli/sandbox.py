"""`dunning sandbox`: an embedded panel on this machine's loopback, to try things on."""

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Optional

import click

from dunning_plugin.errors import InputError

if TYPE_CHECKING:
    from dunning_plugin.sandbox.directadmin.server import SandboxPanel


@click.group("sandbox")
def sandbox_group() -> None:
    """Embedded panels that behave as the real ones are documented to."""


@sandbox_group.command("directadmin")
@click.option(
    "--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Port of the panel; 0: any free one."
)
@click.option(
    "--sites-port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Port of the customers' sites."
)
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Keep the panel's files in this new folder; else a temporary one is removed at the end.",
)
@click.option("--empty", is_flag=True, help="Only the admin, not the case of Webbouw Noord.")
@click.option("--tls", is_flag=True, help="HTTPS with a certificate made for the occasion.")
@click.option(
    "--latency", default=0, type=click.IntRange(0), metavar="MS", help="Milliseconds that every request waits."
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Answer an open question the other way; docs/sandbox.md lists them. May be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON when ready.")
def directadmin_command(
    port: int,
    sites_port: int,
    root: Optional[Path],
    empty: bool,
    tls: bool,
    latency: int,
    options: "tuple[str, ...]",
    as_json: bool,
) -> None:
    """Run an embedded DirectAdmin on 127.0.0.1 until interrupted, filled with the case of Webbouw Noord."""
    from dunning_plugin.sandbox.directadmin import case
    from dunning_plugin.sandbox.directadmin.server import SandboxPanel
    from dunning_plugin.sandbox.directadmin.wire import CannotListen

    switches = _options(options)
    with _interruption() as wait, _certificate(tls) as context, _folder(root) as folder:
        try:
            panel = SandboxPanel(folder, switches, port=port, sites_port=sites_port, tls=context)
        except CannotListen as error:
            field = "--port" if error.port == port else "--sites-port"
            raise InputError(
                f"port {error.port} cannot be used: {error.reason}", field=field, remedy=f"give {field} 0"
            ) from None
        with panel:
            panel.faults.latency = latency / 1000
            filled = None if empty else case.fill(panel)
            facts: Dict[str, Any] = {
                "url": panel.url,
                "admin": panel.admin,
                "password": panel.password,
                "sites_url": panel.sites_url,
                "root": str(folder),
                "control_token": panel.control_token,
            }
            if context is not None:
                facts["ca_file"] = str(_publish_certificate(panel))
            if filled:
                facts.update(
                    reseller=filled.reseller,
                    reseller_password=filled.passwords[filled.reseller],
                    user=filled.user,
                    user_password=filled.passwords[filled.user],
                    resellers=list(filled.resellers),
                    site=panel.disk.domains(filled.user)[0],
                )
            _announce(facts, as_json)
            wait()


def _announce(facts: Dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo("An embedded DirectAdmin is running; stop it with Ctrl-C.")
        for name, value in facts.items():
            click.echo(f"  {name.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")
    sys.stdout.flush()


def _options(given: "tuple[str, ...]") -> "Any":
    from dunning_plugin.sandbox.directadmin.options import Options

    options = Options()
    for text in given:
        name, equals, value = text.partition("=")
        try:
            options.set(name, value)
        except KeyError:
            raise InputError(
                f"no option '{name}'", field="--option", remedy=f"options: {', '.join(vars(options))}"
            ) from None
        except ValueError as error:
            wrong = f"'{value}' is no value for {name}" if equals else f"{name} has no value"
            raise InputError(wrong, field="--option", remedy=str(error)) from None
    return options


def _publish_certificate(panel: "SandboxPanel") -> Path:
    """The panel's certificate where DirectAdmin has its own, for clients that want to verify it."""
    place = panel.disk.da / "conf/cacert.pem"
    place.write_text(ssl.get_server_certificate((panel.host, int(panel.url.rsplit(":", 1)[1]))), encoding="ascii")
    return place


@contextmanager
def _interruption() -> Iterator[Callable[[], object]]:
    """A function that waits until SIGINT or SIGTERM came, now or before.

    The interpreter itself writes the signal's number into a pipe: a handler in Python is called too late if the signal
    comes just before the waiting begins, and an Event that it sets in the middle of wait() may lock for good."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    before = signal.set_wakeup_fd(writing)
    try:
        yield lambda: os.read(reading, 1)
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


@contextmanager
def _folder(root: Optional[Path]) -> Iterator[Path]:
    """The panel's root: a new folder of the user's, or a temporary one that is removed."""
    if root is not None:
        try:
            new = not root.exists()
            root.mkdir(parents=True, exist_ok=True)
            empty = not any(root.iterdir())
        except OSError as error:
            raise InputError(f"cannot be used: {error.strerror}", file=str(root), remedy="name a new folder") from None
        if not empty:
            raise InputError("is not empty", file=str(root), remedy="name a new folder")
        try:
            yield root.absolute()
        finally:
            if new and not any(root.iterdir()):
                root.rmdir()
        return
    folder = Path(tempfile.mkdtemp(prefix="dunning-sandbox-"))
    # Visitors' files are read by page accounts too, so the way to them must be open.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _certificate(wanted: bool) -> Iterator[Optional[ssl.SSLContext]]:
    """A TLS context with a self-signed certificate for 127.0.0.1 and localhost, made by openssl."""
    if not wanted:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "cert.pem", Path(folder) / "key.pem"
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise InputError(
                "openssl is needed to make a certificate", field="--tls", remedy="apt-get install openssl"
            ) from None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        yield context
