"""The sandbox's web server: sites answered by their Host header, a suspended user's from his owner's page folder."""

import mimetypes
import os
import re
import stat
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Union
from urllib.parse import quote, unquote_to_bytes

from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.htaccess import Htaccess, Misconfigured, Rewritten, parse, rewrite
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.wire import Request, Response

PLAIN = "<!DOCTYPE HTML><html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"
ALLOW = "OPTIONS,HEAD,GET,POST"


class Sites:
    """Answers visitors as Apache on a DirectAdmin server would."""

    def __init__(self, disk: Disk, options: Options) -> None:
        self.disk, self.options = disk, options

    def folder_for(self, host: str) -> Path:
        """The document root for a Host header."""
        owner = self.disk.owner_of_domain(host) or self.disk.owner_of_domain(
            host[4:] if host.startswith("www.") else ""
        )
        if owner is None:
            return self._pages("admin", "sharedip")
        config = self.disk.config(owner)
        if config.get("suspended") != "yes":
            domain = host if self.disk.owner_of_domain(host) else host[4:]
            return self.disk.home(owner) / "domains" / domain / "public_html"
        own = config["usertype"] != "user" and self.options.suspended_reseller_served_from == "own"
        return self._pages(owner if own else config["creator"], "suspended")

    def _pages(self, name: str, folder: str) -> Path:
        return self.disk.home(name) / "domains" / folder

    def handle(self, request: Request) -> Response:
        """Answer a visitor."""
        host = request.header("host").rsplit(":", 1)[0].lower().rstrip(".")
        folder = self.folder_for(host)
        raw = request.raw_path or quote(request.path)
        place = "/" if (request.method, raw) == ("OPTIONS", "*") else normal(raw)
        if isinstance(place, int):
            # Refused before any folder's own rules are read (tried on Apache 2.4).
            return _plain(place)
        request.path = place
        if self.options.web_server == "nginx":
            return self._answer(folder, Htaccess(), request, place, ("GET", "HEAD"))
        try:
            rules = parse(_text(folder / ".htaccess"))
        except Misconfigured:
            return _plain(500)
        return self._apache(folder, rules, request)

    def _answer(self, folder: Path, rules: Htaccess, request: Request, path: str, methods: Sequence[str]) -> Response:
        """A file for those who read or post; files take nothing else."""
        if request.method in methods:
            return self._serve(folder, rules, path, 200)
        if request.method == "OPTIONS" and "POST" in methods:
            return Response(200, headers=[("Allow", ALLOW)])
        answer = _plain(405)
        answer.headers.append(("Allow", ALLOW))
        return answer

    def _apache(self, folder: Path, rules: Htaccess, request: Request) -> Response:
        variables = {
            "REQUEST_URI": request.path,
            "HTTP:Accept-Language": request.header("accept-language"),
            "ENV:REDIRECT_STATUS": "",
            "REQUEST_METHOD": request.method,
            "HTTP_HOST": request.header("host"),
        }
        # Apache asks whether a file may be served at all before a folder's rewrite rules have their say.
        hidden = any(part.startswith(".ht") for part in request.path.split("/"))
        first = Rewritten(request.path, 403) if hidden else rewrite(rules, request.path, variables)
        if first.status is None:
            answer = self._answer(folder, rules, request, first.path, ("GET", "HEAD", "POST"))
            if answer.status < 400 or answer.status == 405:
                return self._finish(rules, answer)
            status = answer.status
        else:
            status = first.status
        return self._finish(rules, self._error(folder, rules, status, variables))

    def _error(self, folder: Path, rules: Htaccess, status: int, variables: Dict[str, str]) -> Response:
        """The error document, asked for by an internal redirect that runs the rules again."""
        document = rules.errors.get(status)
        if document is not None and document.startswith("/"):
            again = {**variables, "ENV:REDIRECT_STATUS": str(status), "REQUEST_URI": document}
            second = rewrite(rules, document, again)
            answer = self._serve(folder, rules, second.path, status) if second.status is None else None
            if answer is not None and answer.status == status:
                return answer
        elif document is not None and "://" not in document:
            return Response(status, document.encode(), "text/html")
        return Response(status, PLAIN.format(status=status).encode(), "text/html")

    def _finish(self, rules: Htaccess, answer: Response) -> Response:
        headers = rules.with_headers(dict(answer.headers), answer.status)
        answer.headers = list(headers.items())
        return answer

    def _serve(self, folder: Path, rules: Htaccess, path: str, status: int) -> Response:
        """A file below the folder; links only if they belong to the owner of what they point to."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts or any(part.startswith(".ht") for part in parts):
            return _plain(403)
        file = folder.joinpath(*parts)
        try:
            if file.is_dir() and not path.endswith("/"):
                return Response(301, b"", "text/html", [("Location", quote(f"{path}/"))])
            if file.is_dir():
                file = next((file / name for name in rules.index if (file / name).is_file()), file)
            elif path.endswith("/"):
                return _plain(404)
        except OSError:
            # A name that no file can have.
            return _plain(403)
        if file.is_dir():
            return _plain(403)
        if not file.is_file():
            return _plain(404)
        if not _links_allowed(folder, file):
            return _plain(403)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Response(status, file.read_bytes(), "text/html" if file.suffix == ".php" else kind)


def normal(raw: str) -> Union[int, str]:
    """A percent-encoded path as Apache understands it, or the status it answers: 400 for a broken escape and for a
    way out above the root, 404 for an encoded slash or NUL (tried on Apache 2.4)."""
    if not raw.startswith("/") or re.search("%(?![0-9A-Fa-f]{2})", raw):
        return 400
    if re.search("%(00|2f)", raw, re.IGNORECASE):
        return 404
    steps = unquote_to_bytes(raw.encode("latin-1", "replace")).decode("utf-8", "replace").split("/")
    parts: List[str] = []
    for step in steps:
        if step == ".." and not parts:
            return 400
        if step == "..":
            parts.pop()
        elif step not in ("", "."):
            parts.append(step)
    return "/" + "".join(f"{part}/" for part in parts) if steps[-1] in ("", ".", "..") else "/" + "/".join(parts)


def _plain(status: int) -> Response:
    return Response(status, PLAIN.format(status=status).encode(), "text/html")


def _links_allowed(folder: Path, file: Path) -> bool:
    """SymLinksIfOwnerMatch: every link on the way belongs to the owner of what it points to."""
    parts = file.relative_to(folder).parts
    steps = [folder.joinpath(*parts[:count]) for count in range(len(parts) + 1)]
    for step in steps:
        status = os.lstat(step)
        if stat.S_ISLNK(status.st_mode):
            target: Optional[os.stat_result] = os.stat(step) if step.exists() else None
            if target is None or target.st_uid != status.st_uid:
                return False
    return True


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
