"""A small service on a real unix socket, in the place where the relay looks for it, and the relay as the panel runs it."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Dict, Optional

ADMIN = Path(__file__).resolve().parents[2] / "plugin/admin"
PAGES = "usr/local/directadmin/plugins/dunning/admin"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<p>hello</p>"


class Listener:
    """Answers every connection with the same bytes, `answer`; keeps what it was asked."""

    def __init__(self, root: Path, answer: bytes = OK) -> None:
        self.answer, self.asked = answer, []  # type: bytes, List[bytes]
        self.folder = root / "run/dunning"
        self.folder.mkdir(parents=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bind(self._socket, self.folder)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            with link:
                self.asked.append(_whole_request(link))
                link.sendall(self.answer)

    @property
    def head(self) -> "Dict[bytes, bytes]":
        """Headers of the only request, by name as sent."""
        rows = self.request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        return {name: value for name, _, value in (row.partition(b": ") for row in rows)}

    @property
    def request(self) -> bytes:
        (only,) = self.asked
        return only

    @property
    def line(self) -> bytes:
        """The request line of the only request."""
        return self.request.partition(b"\r\n")[0]


def bind(line: socket.socket, folder: Path) -> None:
    """A unix socket's path is limited to 108 bytes, and test folders are deep: bound by a short link."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        line.bind(f"/proc/self/fd/{descriptor}/service.sock")
    finally:
        os.close(descriptor)
    line.listen(8)


def _whole_request(link: socket.socket) -> bytes:
    data = b""
    while True:
        head, gap, body = data.partition(b"\r\n\r\n")
        lengths = [row for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
        if gap and len(body) >= (int(lengths[0].partition(b":")[2]) if lengths else 0):
            return data
        more = link.recv(65536)
        if not more:
            return data
        data += more


def relay(root: Path, page: str = "index.html", stdin: Any = subprocess.DEVNULL, **environment: str) -> bytes:
    """Run a page as the panel does, with just this environment: what it printed. It prints nothing on standard error."""
    script = placed(root, page)
    more: Dict[str, Any] = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    done = subprocess.run([str(script)], env=environment, capture_output=True, timeout=60, cwd="/", **more)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def placed(root: Path, page: str, python: Optional[str] = None) -> Path:
    """The page in its place below `root`, to be run by the Python that runs the tests."""
    script = root / PAGES / page
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ADMIN / page, script)
        text = script.read_text("utf-8").partition("\n")[2]
        script.write_text(f"#!{python or sys.executable} -IS\n{text}", "utf-8")
    return script
