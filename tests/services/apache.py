"""A real Apache as a process of its own on a free loopback port, with as small a configuration as it takes."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, NamedTuple, Optional, Sequence

MODULES = Path("/usr/lib/apache2/modules")
BASE = ("mpm_event", "authz_core", "dir", "mime", "alias", "rewrite", "headers")


class Reply(NamedTuple):
    status: int
    headers: Dict[str, str]
    body: bytes
    raw: bytes


class Apache:
    """A running server; `ask` sends one raw request, so that no client library tidies odd paths up."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, method: str = "GET", headers: Optional[Dict[str, str]] = None, body: bytes = b"") -> Reply:
        lines = [f"{method} {path} HTTP/1.1", "Host: site.example", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as link:
            link.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            raw = b"".join(iter(lambda: link.recv(65536), b""))
        head, _, content = raw.partition(b"\r\n\r\n")
        status, *rest = head.decode("latin-1").split("\r\n")
        pairs = [line.split(": ", 1) for line in rest]
        found = {name.lower(): value for name, value in pairs}
        return Reply(int(status.split()[1]), found, content, raw)


def binary() -> str:
    """Path of the server. Fails with what to install where it is missing: these tests are not to be skipped."""
    found = shutil.which("apache2", path=os.environ.get("PATH", "") + ":/usr/sbin")
    assert found, "Apache is missing: apt-get install apache2 (no service need be started)"
    return found


def _config(folder: Path, docroot: Path, port: int, modules: Sequence[str], extra: str) -> str:
    loads = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules)
    who = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    return f"""ServerRoot {folder}
ServerName site.example
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
{loads}
{who}TypesConfig /etc/mime.types
StartServers 1
DocumentRoot {docroot}
<Directory />
  Require all denied
  AllowOverride None
</Directory>
<Directory {docroot}>
  Require all granted
  AllowOverride All
  Options -MultiViews -Indexes +FollowSymLinks
</Directory>
<FilesMatch "^\\.ht">
  Require all denied
</FilesMatch>
{extra}
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def running(folder: Path, docroot: Path, without: Sequence[str] = (), extra: str = "") -> Iterator[Apache]:
    """Serve `docroot` until the block ends. `folder` takes the server's own files; `without` names modules to leave
    out; `extra` are more lines of configuration."""
    for _ in range(5):
        port = _free_port()
        conf = folder / "httpd.conf"
        conf.write_text(_config(folder, docroot, port, [name for name in BASE if name not in without], extra))
        server = subprocess.Popen([binary(), "-f", str(conf), "-D", "FOREGROUND"], stderr=subprocess.PIPE)
        try:
            while server.poll() is None and not _answers(port):
                time.sleep(0.02)
            if server.poll() is None:
                yield Apache(port)
                return
        finally:
            server.terminate()
            said = server.communicate()[1].decode("utf-8", "replace")
        # Somebody else may have taken the port between our look and the server's start; anything else is a failure.
        assert "could not bind" in said, f"Apache did not start: {said}\n{conf.read_text()}"
    raise AssertionError("no free port in five tries")
