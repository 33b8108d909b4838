"""Plugin pages, run as measured on a real panel (directadmin.md, section 2): never as root, the form in POST,
standard input at its end, the skin around what they print."""

import html
import mimetypes
import os
import pwd
import re
import signal
import subprocess
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import parse_qs, quote

from dunning_plugin.sandbox.directadmin import pluginmenus
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.hooks import PATH, plugin_conf
from dunning_plugin.sandbox.directadmin.wire import Request, Response

LEVELS = {"CMD_PLUGINS": "user", "CMD_PLUGINS_RESELLER": "reseller", "CMD_PLUGINS_ADMIN": "admin"}
RANK = {"user": 0, "reseller": 1, "admin": 2}
MOST_FORM = 128 * 1024 - len("POST=") - 1
"""One environment variable takes 128 KiB (Linux, MAX_ARG_STRLEN)."""
DEFAULT_SECONDS = 60.0
"""For how long a page may run where plugin.conf names no `timeout` (assumed)."""
NOT_VALID = "User {name} is not a valid apache user.  Must not be uid=0 and must exist."
SKIN = """<!DOCTYPE html>
<html lang="en"><head><title>DirectAdmin</title><meta name="viewport" content="width=device-width, initial-scale=1">
</head><body><header>DirectAdmin</header><div id="plugin">{body}</div></body></html>
"""
FRAME = """<!DOCTYPE html>
<html lang="en"><head><title>DirectAdmin Evolution</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>
<form id="open" method="post" target="plugin" action="{src}"></form>
<iframe name="plugin" title="Plugin" style="width:100%;height:90vh;border:0"></iframe>
<script>document.getElementById("open").submit()</script></body></html>
"""


class PageFailed(Exception):
    """A page that could not be run to its end; the text is what the visitor is told."""


class PluginPages:
    """Runs plugins' pages and serves their images."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk

    def answer(self, caller: Caller, request: Request) -> Response:
        """A page below /CMD_PLUGINS…/<id>/, or Evolution's frame around one."""
        parts = [part for part in request.path.split("/") if part]
        if parts[0] == "evo":
            return self._frame(caller, parts, request)
        level = LEVELS[parts[0]]
        if RANK[caller.kind] < RANK[level]:
            return _page(403, "Access Denied")
        folder = self.disk.da / "plugins" / parts[1] if len(parts) > 1 else None
        if folder is None or ".." in parts or "\0" in request.path or not _active(folder):
            return _page(404, "Plugin not found")
        rest = parts[2:] or ["index.html"]
        if rest[0] == "images":
            return _file(folder / "images", rest[1:])
        return self._run(caller, request, folder, level, "/".join(rest))

    def _frame(self, caller: Caller, parts: "list[str]", request: Request) -> Response:
        """Evolution's own page with the plugins' menus; a page opens in a frame, as a POST without a form."""
        if len(parts) == 1:
            return pluginmenus.evolution(self.disk, caller)
        source = parse_qs(request.query).get("src", [""])[0]
        if parts[1:] != ["plugin"] or not source.startswith("/CMD_PLUGINS"):
            return _page(404, "Not found")
        return Response(200, FRAME.format(src=html.escape(source, quote=True)).encode(), "text/html")

    def _run(self, caller: Caller, request: Request, folder: Path, level: str, page: str) -> Response:
        script = folder / level / page
        if not _is_file(script) or not os.access(script, os.X_OK):
            return _page(404, "Page not found")
        form = request.body if request.method == "POST" else b""
        if len(form) > MOST_FORM or b"\0" in form:
            return _page(500, "Argument list too long")
        conf = plugin_conf(folder)
        who = conf.get(f"{level}_run_as") or caller.name
        ids = self._ids(who)
        if ids is None:
            return _page(500, NOT_VALID.format(name=who))
        environment = self._environment(caller, request, who, os.fsdecode(form))
        try:
            done = _execute(script, environment, ids, _seconds(conf.get("timeout", "")))
        except PageFailed as failure:
            return _page(500, str(failure))
        if page.endswith(".raw"):
            return Response(raw=True, body=done)
        return Response(200, SKIN.format(body=done.decode("utf-8", "replace")).encode(), "text/html")

    def _ids(self, name: str) -> Optional[Tuple[int, int]]:
        """uid and gid to run as; None if that is root or nobody known.

        The panel's own /etc/passwd comes first, where plugins put their accounts, then the panel's customers: this
        machine may well have an account of the same name, a stranger here."""
        ids = self._service_ids(name)
        if ids is None and self.disk.exists(name):
            ids = (self.disk.uid(name), self.disk.uid(name))
        if ids is None:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                return None
            ids = (entry.pw_uid, entry.pw_gid)
        return None if ids[0] == 0 else ids

    def _service_ids(self, name: str) -> Optional[Tuple[int, int]]:
        """uid and gid by etc/passwd below the panel's root."""
        try:
            lines = (self.disk.root / "etc/passwd").read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return None
        fields = next((row for row in (line.split(":") for line in lines) if row[0] == name and len(row) == 7), None)
        return (int(fields[2]), int(fields[3])) if fields and (fields[2] + fields[3]).isdecimal() else None

    def _environment(self, caller: Caller, request: Request, who: str, form: str) -> Dict[str, str]:
        session = caller.session
        values = {
            "PATH": PATH,
            "USERNAME": caller.name,
            "RUNNING_AS": who,
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": request.query,
            "POST": form,
            "CONTENT_LENGTH": "",
            "SESSION_ID": session.id if session else "",
            "SESSION_KEY": session.key if session else "",
            "IS_LOGIN_AS": "1" if caller.is_impersonating else "0",
            "IS_LOGIN_KEY": "1" if caller.key else "0",
            "LOGIN_KEY_NAME": caller.key.id if caller.key else "",
            "HTTP_COOKIE": request.header("cookie"),
            "SESSION_SELECTED_DOMAIN": next(iter(self.disk.domains(caller.name)), ""),
        }
        if caller.is_impersonating:
            values["LOGIN_AS_MASTER"] = caller.master
        return {key: value.replace("\0", "") for key, value in values.items()}


def _execute(script: Path, environment: Mapping[str, str], ids: Tuple[int, int], seconds: float) -> bytes:
    """What the page printed, errors included. PageFailed if it cannot be begun or takes too long.

    Only root can become somebody else; an ordinary user's sandbox runs pages as himself."""
    become: Dict[str, Any] = {"user": ids[0], "group": ids[1], "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        page = subprocess.Popen(
            [str(script)],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            **become,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PageFailed(f"The plugin could not be run: {error}") from None
    try:
        output: bytes = page.communicate(timeout=seconds)[0]
        return output
    except subprocess.TimeoutExpired:
        # Its children hold the pipe too: end the whole group, or the reading would wait for them.
        os.killpg(page.pid, signal.SIGKILL)
        page.communicate()
        raise PageFailed("The plugin timed out") from None


def _active(folder: Path) -> bool:
    """A plugin needs plugin.conf with id, installed=yes and active=yes, else there is none (measured)."""
    conf = plugin_conf(folder)
    return conf.get("active") == "yes" and conf.get("installed") == "yes" and conf.get("id") == folder.name


def _seconds(text: str) -> float:
    """plugin.conf's `timeout` in seconds; the usual one without, or if it is no number."""
    return float(text) if re.fullmatch("[0-9]{1,6}", text) else DEFAULT_SECONDS


def _is_file(path: Path) -> bool:
    """Is there a file? A name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _file(images: Path, parts: "list[str]") -> Response:
    file = images.joinpath(*parts)
    if not parts or not _is_file(file) or images.resolve() not in file.resolve().parents:
        return _page(404, "Not found")
    return Response(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")


def _page(status: int, words: str) -> Response:
    return Response(status, SKIN.format(body=html.escape(words)).encode(), "text/html")


def evolution_address(page: str) -> str:
    """Where Evolution opens a plugin's page."""
    return f"/evo/plugin?src={quote(page, safe='')}"
