"""`dunning service`: everything put together, in the foreground, until it is told to stop."""

import fcntl
import logging
import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Optional

from dunning_plugin.board import Boards
from dunning_plugin.errors import CaseBusy, InputError
from dunning_plugin.installation import Installation
from dunning_plugin.panels.interface import Sitter
from dunning_plugin.service import socket as sockets
from dunning_plugin.service.desk import Desk
from dunning_plugin.service.forms import Forms, read_key
from dunning_plugin.service.person import People
from dunning_plugin.service.worker import Worker

LOG = logging.getLogger("dunning")
THREADS = 4
RUN = "run/dunning"
"""The socket's folder, below the panel's root."""


def serve(config_path: str, now_text: str = "", folder: Optional[Path] = None) -> None:
    """Run until SIGTERM or SIGINT. InputError for what is wrong with the installation; CaseBusy if it runs already.

    `folder`: where the socket stands, else /run/dunning below the panel's root."""
    from waitress.server import create_server

    from dunning_plugin.service.app import create_app

    installation = Installation(config_path, now_text)
    root = panel_root(installation)
    with _only_one(installation.config.state_dir):
        # An older store is brought up to date before the first page is asked for.
        installation.store  # noqa: B018
        listener = sockets.listen(folder or root / RUN, sockets.page_account(root))
        worker = Worker(lambda: Installation(config_path, now_text))
        desk = Desk(
            installation,
            Boards(installation),
            Forms(installation.store, read_key(installation.config.state_dir)),
            worker.wake,
        )
        app = create_app(desk, People(lambda sid, key: sitter(installation, sid, key)))
        server = create_server(
            app,
            sockets=[listener],
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=256 * 1024,
            max_request_header_size=16 * 1024,
            channel_timeout=60,
        )
        _stop_on_signals(server.close)
        worker.start()
        LOG.info("the service listens on %s", (folder or root / RUN) / sockets.NAME)
        try:
            server.run()
        finally:
            worker.stop()
            server.close()
            installation.close()
            LOG.info("the service has stopped")


def panel_root(installation: Installation) -> Path:
    """Where the files of the panel begin whose pages we serve: '/' but on a sandbox."""
    local = [settings for settings in installation.config.panels.values() if settings.local]
    if not local:
        raise InputError(
            "no panel is on this host, so there is no page to serve",
            file=installation.config_path,
            field="panels",
            remedy="set local: true for the panel that runs here",
        )
    return local[0].root


def sitter(installation: Installation, session_id: str, session_key: str) -> Optional[Sitter]:
    """Ask the panel on this host whose session it is."""
    name = next(name for name, settings in installation.config.panels.items() if settings.local)
    return installation.panel(name).sitter(session_id, session_key)


@contextmanager
def _only_one(state_dir: Path) -> Iterator[None]:
    """One service an installation: two would work on one job."""
    folder = state_dir / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "service", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CaseBusy("the service runs already; stop it first: systemctl stop dunning") from None
        yield
    finally:
        os.close(descriptor)


def _stop_on_signals(stop: "object") -> None:
    """SIGTERM and SIGINT end the loop. waitress ends on SystemExit in its own thread."""

    def end(*_: object) -> None:
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
