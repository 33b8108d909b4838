"""Who may read and write what dunning keeps: the state folder with its parts, dunning.yaml, password files."""

import os
import stat
from pathlib import Path
from typing import Iterator, Optional

from dunning_plugin.config import Config
from dunning_plugin.doctor.finding import Finding, Level
from dunning_plugin.errors import InputError

PARTS = ("locks", "locks/login", "locks/guard", "spool", "run")
"""Below the state folder: login locks, guards, events of the panel's hooks, and who works on what."""

PANEL_FILES = "usr/local/directadmin/conf/directadmin.conf"
MEND = "run: dunning doctor --mend"


def check_state(state_dir: Path) -> Iterator[Finding]:
    """The state folder and its parts: there, folders (no links), ours, and nobody else's to enter."""
    wrong = list(_wrong_folders(state_dir))
    yield from wrong or [Finding(Level.OK, "state folder", f"{state_dir} and its parts are ours alone")]


def _wrong_folders(state_dir: Path) -> Iterator[Finding]:
    parts = PARTS if _status(state_dir) is not None else ()
    for folder in (state_dir, *(state_dir / part for part in parts)):
        topic = "state folder" if folder == state_dir else f"{folder.relative_to(state_dir)} folder"
        status = _status(folder)
        if status is None:
            yield Finding(Level.BAD, topic, f"{folder} is not there", MEND)
        elif not stat.S_ISDIR(status.st_mode):
            yield Finding(Level.BAD, topic, f"{folder} is no folder", f"move it away, then {MEND}")
        elif status.st_uid != os.geteuid():
            yield Finding(Level.BAD, topic, f"{folder} belongs to uid {status.st_uid}", f"chown -R {_me()} {folder}")
        elif stat.S_IMODE(status.st_mode) & 0o077:
            yield Finding(Level.BAD, topic, f"others may enter {folder} ({_mode(status)})", f"chmod 700 {folder}")


def check_config_file(config: Config) -> Iterator[Finding]:
    """Whoever can write dunning.yaml decides what root does; and an ordinary user can do little on a real panel."""
    status = _status(config.path)
    if status is not None and stat.S_IMODE(status.st_mode) & 0o022:
        yield Finding(Level.BAD, "configuration", f"others may write {config.path}", f"chmod go-w {config.path}")
    if status is not None and status.st_uid not in (0, os.geteuid()):
        what = f"{config.path} belongs to uid {status.st_uid}, who so decides what is done here"
        yield Finding(Level.BAD, "configuration", what, f"chown {_me()} {config.path}")
    if os.geteuid() != 0 and any(panel.local and panel.root == Path("/") for panel in config.panels.values()):
        yield Finding(Level.WARN, "rights", "you are not root, so hooks and notices cannot be kept", "run it as root")


def password_problem(path: Path) -> Optional[Finding]:
    """What is wrong with a password file: absent, no plain file, somebody else's, or readable by others."""
    status = _status(path)
    if status is None:
        return Finding(Level.BAD, "password file", f"{path} is not there", "write the login key into it, mode 600")
    if not stat.S_ISREG(status.st_mode):
        return Finding(Level.BAD, "password file", f"{path} is no plain file", "name the file itself")
    if status.st_uid not in (0, os.geteuid()):
        return Finding(Level.BAD, "password file", f"{path} belongs to uid {status.st_uid}", f"chown {_me()} {path}")
    if stat.S_IMODE(status.st_mode) & 0o077:
        return Finding(Level.BAD, "password file", f"others may read {path} ({_mode(status)})", f"chmod 600 {path}")
    return None


def has_panel_files(root: Path) -> bool:
    """Whether DirectAdmin's own files lie below this root."""
    return (root / PANEL_FILES).is_file()


def existing_store(state_dir: Path) -> bool:
    """Whether there is a store already. InputError when the state folder cannot be entered."""
    try:
        return (state_dir / "dunning.db").is_file()
    except PermissionError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(state_dir), remedy="run as root") from None


def _status(path: Path) -> Optional[os.stat_result]:
    try:
        return path.lstat()
    except OSError:
        return None


def _mode(status: os.stat_result) -> str:
    return f"mode {stat.S_IMODE(status.st_mode):o}"


def _me() -> str:
    return "root" if os.geteuid() == 0 else str(os.geteuid())
