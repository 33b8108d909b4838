"""The hooks in DirectAdmin's plugin folder: put there, looked after, never half."""

import os
import pwd
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List

from dunning_plugin.errors import InputError

PLUGINS = "usr/local/directadmin/plugins"
STATE_LINE = "state=/var/lib/dunning"
HOOKS = (
    "session_create_pre.sh",
    "user_activate_pre.sh",
    "user_suspend_post.sh",
    "user_activate_post.sh",
    "user_create_post.sh",
    "user_destroy_post.sh",
)
FOLDERS = ("locks", "locks/login", "locks/guard", "spool", "run")
PAGE_KEYS = ("admin_run_as", "menu_admin", "timeout")
"""What plugin.conf says of the pages, which come with the plugin package alone."""
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be, and how to mend it."""

    what: str
    remedy: str


def source() -> Path:
    """Where the hooks and plugin.conf come from: the checkout, or share/dunning of the installation."""
    for folder in (Path(__file__).resolve().parents[4], Path(sys.prefix) / "share/dunning"):
        if (folder / "plugin/hooks" / HOOKS[0]).is_file():
            return folder
    raise InputError(
        "the hooks are not part of this installation", remedy="install from a checkout or the plugin package"
    )


def prepare_state(state_dir: Path) -> None:
    """The state folder with what hooks and commands need in it; 0700 whatever the umask."""
    for folder in (state_dir, *(state_dir / name for name in FOLDERS)):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)


def install(panel_root: Path, state_dir: Path) -> List[Path]:
    """Put plugin.conf and the hooks into the panel's plugin folder; running it again changes nothing.

    Each file is written under another name and renamed: the panel never runs half a hook."""
    if set(str(state_dir)) - SAFE:
        raise InputError(
            f"'{state_dir}' cannot stand in a shell script", field="state_dir", remedy="use letters, digits, / . _ -"
        )
    folder = panel_root / PLUGINS / "dunning"
    for name in (folder, folder / "hooks"):
        name.mkdir(parents=True, exist_ok=True)
        name.chmod(0o755)
    files = [(folder / "hooks" / name, _hook(name, state_dir), 0o755) for name in HOOKS]
    files.append((folder / "plugin.conf", _manifest(folder, panel_root), 0o644))
    for path, content, mode in files:
        _write(path, content, mode)
    return [path for path, _, _ in files]


def check(panel_root: Path, state_dir: Path) -> List[Problem]:
    """What is missing or out of date; empty if the hooks work."""
    folder = panel_root / PLUGINS / "dunning"
    remedy = "run: dunning doctor --mend"
    problems = [
        Problem(f"{state_dir / name} is missing", remedy) for name in FOLDERS if not (state_dir / name).is_dir()
    ]
    for path, content, mode in ((folder / "hooks" / name, _hook(name, state_dir), 0o755) for name in HOOKS):
        if not path.is_file():
            problems.append(Problem(f"{path} is missing", remedy))
        elif path.read_bytes() != content:
            problems.append(Problem(f"{path} is not the one of this version", remedy))
        elif path.stat().st_mode & 0o777 != mode:
            problems.append(Problem(f"{path} has the wrong mode", remedy))
    conf = folder / "plugin.conf"
    if not conf.is_file() or b"\nactive=yes\n" not in conf.read_bytes():
        problems.append(Problem("the plugin is not active, so the panel does not run its hooks", remedy))
    else:
        problems += _account_problems(folder, panel_root)
    return problems


def _account_problems(folder: Path, panel_root: Path) -> List[Problem]:
    """The pages' account: named by plugin.conf where there are pages, and there."""
    if not (folder / "admin/index.html").is_file():
        return []
    lines = (folder / "plugin.conf").read_text(encoding="ascii", errors="replace").splitlines()
    if not any(line.startswith("admin_run_as=") for line in lines):
        what = "plugin.conf names no account for the pages, so they reach no service"
    elif any(_missing_account(line, panel_root) for line in lines):
        what = "the account that plugin.conf names for the pages does not exist"
    else:
        return []
    return [Problem(what, f"run: {folder}/scripts/install.sh")]


def _hook(name: str, state_dir: Path) -> bytes:
    text = (source() / "plugin/hooks" / name).read_text(encoding="ascii")
    return text.replace(STATE_LINE, f"state={state_dir}", 1).encode("ascii")


def _manifest(folder: Path, panel_root: Path) -> bytes:
    """plugin.conf as the plugin manager leaves it: a folder copied by hand needs active and installed (measured).

    Where the plugin package is installed its own plugin.conf stays, put to work. Without it there are no pages, and
    no account for them: the panel would refuse every page of a plugin whose account does not exist."""
    has_pages, conf = (folder / "admin/index.html").is_file(), folder / "plugin.conf"
    text = (conf if has_pages and conf.is_file() else source() / "plugin.conf").read_text(encoding="ascii")
    for key in ("active", "installed"):
        text = re.sub(rf"^{key}=.*$", f"{key}=yes", text, flags=re.MULTILINE)
    unwanted = () if has_pages else PAGE_KEYS
    lines = [line for line in text.splitlines() if line.partition("=")[0] not in unwanted]
    kept = [line for line in lines if not _missing_account(line, panel_root)]
    return ("\n".join(kept) + "\n").encode("ascii")


def _missing_account(line: str, panel_root: Path) -> str:
    """The account that a line of plugin.conf names for its pages, if there is none of that name; else nothing."""
    key, _, name = line.strip().partition("=")
    if key != "admin_run_as":
        return ""
    if panel_root == Path("/"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            return name
        return ""
    passwd = panel_root / "etc/passwd"
    known = passwd.read_text(encoding="utf-8").splitlines() if passwd.is_file() else []
    return "" if any(entry.startswith(f"{name}:") for entry in known) else name


def _write(path: Path, content: bytes, mode: int) -> None:
    if path.is_file() and path.read_bytes() == content and path.stat().st_mode & 0o777 == mode:
        return
    temporary = path.with_name(f".{path.name}.new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    os.replace(temporary, path)
