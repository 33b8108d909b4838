"""The plugin manager's /api endpoints: install, update, activate, deactivate, delete (operations file of 2026).

Documented are paths, parameters, and which script is run; the shapes of the answers are assumed."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import urlsplit

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.encode import api_error
from dunning_plugin.sandbox.directadmin.endpoints import NOTHING, Api, BadRequest, body, endpoint, ok
from dunning_plugin.sandbox.directadmin.hooks import PATH, plugin_conf
from dunning_plugin.sandbox.directadmin.multipart import parts
from dunning_plugin.sandbox.directadmin.plugin_archive import BadArchive, unpack
from dunning_plugin.sandbox.directadmin.wire import Request, Response

FILE_NAME = re.compile(r"([A-Za-z0-9_-]+)\.tar\.gz")
"""Documented: `.tar.gz`, the name of letters, digits, hyphens and underscores. The rest is the id (assumed)."""
SCRIPT_SECONDS = 300
FETCH_SECONDS = 30
MOST_FETCHED = 64 * 1024 * 1024
ONE_AT_A_TIME = threading.Lock()


@endpoint("GET", "plugin-manager/plugins", "admin")
def manager_list(api: Api, caller: Caller, request: Request) -> Response:
    return ok([plugin_shape(folder) for folder in folders(api)])


@endpoint("POST", "plugin-manager/plugins/install-file", "admin")
def install_file(api: Api, caller: Caller, request: Request) -> Response:
    given = parts(request)
    if "file" not in given or not given["file"].filename:
        raise BadRequest("file is missing")
    password = given["password"].content.decode("utf-8", "replace") if "password" in given else ""
    return _unproven(api, caller, password) or _install(api, given["file"].filename, given["file"].content)


@endpoint("POST", "plugin-manager/plugins/install-url", "admin")
def install_url(api: Api, caller: Caller, request: Request) -> Response:
    given = body(request, "url")
    refused = _unproven(api, caller, given.get("password"))
    if refused is not None:
        return refused
    url = str(given["url"])
    return _install(api, PurePosixPath(urlsplit(url).path).name, _fetch(url))


@endpoint("POST", "plugin-manager/plugins/{plugin_id}/activate", "admin")
def activate(api: Api, caller: Caller, request: Request, plugin_id: str) -> Response:
    return _set_active(api, caller, request, plugin_id, "yes")


@endpoint("POST", "plugin-manager/plugins/{plugin_id}/deactivate", "admin")
def deactivate(api: Api, caller: Caller, request: Request, plugin_id: str) -> Response:
    return _set_active(api, caller, request, plugin_id, "no")


@endpoint("POST", "plugin-manager/plugins/{plugin_id}/update", "admin")
def update(api: Api, caller: Caller, request: Request, plugin_id: str) -> Response:
    """Replaces the files and runs update.sh. What plugin.conf says then is what the new one and the script made of it:
    whether the real manager keeps `active` and `installed` is not known, so nothing is done for the plugin here."""
    refused = _unproven(api, caller, body(request).get("password"))
    if refused is not None:
        return refused
    folder = _folder(api, plugin_id)
    if folder is None:
        return api_error(404, "NOT_FOUND")
    url = plugin_conf(folder).get("update_url", "")
    if not url:
        raise BadRequest("plugin.conf names no update_url")
    archive = _fetch(url)
    with ONE_AT_A_TIME, tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as temporary:
        _unpack_checked(archive, Path(temporary), plugin_id)
        unpack(archive, folder)
        return _outcome("update.sh", *_run(folder, "update.sh"))


@endpoint("POST", "plugin-manager/plugins/{plugin_id}/delete", "admin")
def delete(api: Api, caller: Caller, request: Request, plugin_id: str) -> Response:
    """A failing uninstall.sh keeps the plugin (assumed: else it could not say no)."""
    refused = _unproven(api, caller, body(request).get("password"))
    if refused is not None:
        return refused
    folder = _folder(api, plugin_id)
    if folder is None:
        return api_error(404, "NOT_FOUND")
    with ONE_AT_A_TIME:
        code, output = _run(folder, "uninstall.sh")
        if code == 0:
            shutil.rmtree(folder)
        return _outcome("uninstall.sh", code, output)


def folders(api: Api) -> List[Path]:
    """The plugins' folders: those with a plugin.conf, sorted."""
    found = sorted((api.disk.da / "plugins").iterdir())
    return [folder for folder in found if not folder.name.startswith(".") and (folder / "plugin.conf").is_file()]


def plugin_shape(folder: Path) -> Dict[str, Any]:
    """A plugin as the API lists it (assumed)."""
    conf = plugin_conf(folder)
    return {
        "id": folder.name,
        "name": conf.get("name", folder.name),
        "author": conf.get("author", ""),
        "version": conf.get("version", ""),
        "active": conf.get("active") == "yes",
        "installed": conf.get("installed") == "yes",
        "updateURL": conf.get("update_url", ""),
    }


def set_conf(folder: Path, **values: str) -> None:
    """Set keys of a plugin.conf; the file is replaced whole, its mode kept."""
    path = folder / "plugin.conf"
    lines = [line for line in path.read_text("utf-8").splitlines() if line.partition("=")[0].strip() not in values]
    lines += [f"{key}={value}" for key, value in values.items()]
    temporary = folder / ".plugin.conf"
    temporary.write_text("\n".join(lines) + "\n", "utf-8")
    shutil.copymode(path, temporary)
    os.replace(temporary, path)


def _unproven(api: Api, caller: Caller, password: Any) -> Optional[Response]:
    """Documented: a session must give the password again. The refusal; None if all is well."""
    if caller.session is None or api.disk.password_is(caller.master, str(password or "")):
        return None
    return api_error(403, "ACCESS_DENIED", "the password is missing or wrong")


def _set_active(api: Api, caller: Caller, request: Request, plugin_id: str, value: str) -> Response:
    refused = _unproven(api, caller, body(request).get("password"))
    if refused is not None:
        return refused
    folder = _folder(api, plugin_id)
    if folder is None:
        return api_error(404, "NOT_FOUND")
    with ONE_AT_A_TIME:
        set_conf(folder, active=value)
    return NOTHING


def _folder(api: Api, plugin_id: str) -> Optional[Path]:
    return next((folder for folder in folders(api) if folder.name == plugin_id), None)


def _install(api: Api, file_name: str, archive: bytes) -> Response:
    """Unpacked, install.sh run, then registered; a failing install.sh leaves it unregistered (documented)."""
    named = FILE_NAME.fullmatch(file_name)
    if named is None:
        raise BadRequest("the file must be called ID.tar.gz, of letters, digits, hyphens and underscores")
    plugin_id = named[1]
    folder = api.disk.da / "plugins" / plugin_id
    with ONE_AT_A_TIME:
        if plugin_conf(folder).get("installed") == "yes":
            return api_error(409, "ALREADY_EXISTS", f"{plugin_id} is installed")
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as temporary:
            fresh = Path(temporary) / plugin_id
            fresh.mkdir()
            _unpack_checked(archive, fresh, plugin_id)
            # What an install that failed left behind makes room.
            if folder.is_dir():
                shutil.rmtree(folder)
            fresh.rename(folder)
        code, output = _run(folder, "install.sh")
        if code == 0:
            set_conf(folder, installed="yes", active="yes")
        return _outcome("install.sh", code, output)


def _unpack_checked(archive: bytes, folder: Path, plugin_id: str) -> None:
    """Unpack a plugin of this id. BadRequest if it is none."""
    try:
        unpack(archive, folder)
    except BadArchive as problem:
        raise BadRequest(str(problem)) from None
    if plugin_conf(folder).get("id") != plugin_id:
        raise BadRequest(f"the archive has no plugin.conf with id={plugin_id}")


def _run(folder: Path, name: str) -> Tuple[int, str]:
    """A script of the plugin's, as whoever runs the sandbox (root, as the panel does): exit code and output.

    A plugin without the script has nothing to do there."""
    script = folder / "scripts" / name
    if not script.is_file():
        return 0, ""
    command = {"env": {"PATH": PATH}, "cwd": folder, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    try:
        done = subprocess.run(
            [str(script)],
            stdout=subprocess.PIPE,
            timeout=SCRIPT_SECONDS,
            check=False,
            **command,  # type: ignore[call-overload]
        )
    except subprocess.TimeoutExpired:
        return 124, "timed out"
    except OSError as error:
        return 126, str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def _outcome(script: str, code: int, output: str) -> Response:
    if code == 0:
        return ok({"output": output})
    return api_error(500, "PLUGIN_SCRIPT_ERROR", f"{script} failed", output=output, exitCode=code, path=script)


def _fetch(url: str) -> bytes:
    """What lies at a web address. BadRequest if it cannot be had."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise BadRequest("the address is none of the web")
    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - the scheme is checked above
            content: bytes = answer.read(MOST_FETCHED + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise BadRequest(f"{url} cannot be fetched: {error}") from None
    if len(content) > MOST_FETCHED:
        raise BadRequest(f"{url} is larger than a plugin may be")
    return content
