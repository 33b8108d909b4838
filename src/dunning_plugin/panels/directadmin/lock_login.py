"""The measure `lock_login` on DirectAdmin: panel login, API and login keys out, sessions ended; sites and mail stay up.

Three parts, laid in this order and lifted in reverse:
1. commands.deny of the account: it also binds API use and login keys, which create no session (docs, customizing
   workflow). What stood there is kept and comes back byte for byte.
2. the lock file that session_create_pre.sh tests: it is also the proof that the lock is ours, so it is laid after
   commands.deny and goes before it.
3. running sessions end: data/sessions/sess_* of that account.
"""

import base64
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Optional, Sequence

from dunning_plugin.model import Answer, Facts, Measure, Seen, Sighting

if TYPE_CHECKING:
    from dunning_plugin.panels.directadmin.adapter import DirectAdmin

DENY = "commands.deny"
SESSIONS = "usr/local/directadmin/data/sessions"
MOST = 1 << 20
DENIED = Path(__file__).with_name("denied_commands.txt")


class LockLoginLayer:
    """See, lay and lift login locks; an interface.Layer. Only on the panel's own host."""

    measure = Measure.LOCK_LOGIN

    def __init__(self, panel: "DirectAdmin") -> None:
        self.panel = panel

    def see(self, names: Iterable[str], case_ref: str) -> Mapping[str, Sighting]:
        """One request or two for who is there; the lock itself is a file."""
        wanted = list(names)
        present = self.panel.states(wanted)
        found: Dict[str, Sighting] = {}
        for name in wanted:
            held_by = self.panel.logins.reference(name)
            if name not in present:
                found[name] = Sighting(Seen.GONE, words="no longer on the panel")
            elif held_by and held_by != case_ref:
                found[name] = Sighting(Seen.FOREIGN, owner=present[name].owner, words=f"locked in case {held_by}")
            else:
                seen = Seen.OURS if held_by else Seen.FREE
                found[name] = Sighting(seen, {"deny": self._kept(name)}, present[name].owner)
        return found

    def lay(self, names: Sequence[str], case_ref: str) -> Mapping[str, Answer]:
        """Deny, lock, end sessions; account by account."""
        answers: Dict[str, Answer] = {}
        for name in names:
            try:
                # Raises for a link or a pipe: what cannot be given back exactly is not replaced.
                _read(self.panel.user_folder(name))
                _replace(self.panel.user_folder(name), _denied_text())
                self.panel.logins.put([name], case_ref)
                answers[name] = Answer(True)
            except (OSError, ValueError) as error:
                answers[name] = Answer(False, f"its login cannot be locked: {error}")
        self._end_sessions([name for name in names if answers[name].ok])
        return answers

    def lift(self, befores: Mapping[str, Facts], case_ref: str) -> Mapping[str, Answer]:
        """Unlock, and put back the commands.deny that stood there; one that somebody changed since is left."""
        answers: Dict[str, Answer] = {}
        for name, before in befores.items():
            try:
                if self.panel.logins.reference(name) not in ("", case_ref):
                    answers[name] = Answer(True, "locked in another case by now")
                    continue
                words = self._give_back(name, before.get("deny"))
                self.panel.logins.drop(name, case_ref)
                answers[name] = Answer(True, words)
            except (OSError, ValueError) as error:
                answers[name] = Answer(False, f"its login cannot be unlocked: {error}")
        return answers

    def _give_back(self, name: str, kept: Optional[Mapping[str, Any]]) -> str:
        folder = self.panel.user_folder(name)
        if not folder.is_dir():
            return ""
        now = _read(folder)
        if (now and now["content"]) != _encoded(_denied_text()):
            same = (now and now["content"]) == (kept and kept["content"])
            return "" if same else "its commands.deny was changed by someone meanwhile and is left so"
        if kept is None:
            (folder / DENY).unlink()
            _sync(folder)
            return ""
        _replace(folder, base64.b64decode(kept["content"]), kept)
        return ""

    def _kept(self, name: str) -> Optional[Dict[str, Any]]:
        """What stands in commands.deny now, None if there is none: to be given back exactly.

        Our own text is what is left of a lock whose file somebody removed: it is nobody's to be given back."""
        try:
            found = _read(self.panel.user_folder(name))
        except (OSError, ValueError):
            return None
        return None if found and found["content"] == _encoded(_denied_text()) else found

    def _end_sessions(self, names: Sequence[str]) -> None:
        """Remove the session files of these accounts. An admin's login-as into one has his own name as master."""
        folder = self.panel.settings.root / SESSIONS
        try:
            files = [entry for entry in os.listdir(folder) if entry.startswith("sess_")]
        except OSError:
            return
        wanted = set(names)
        for entry in files:
            values = _session(folder / entry)
            if values.get("username") in wanted and not values.get("master"):
                (folder / entry).unlink(missing_ok=True)


def _denied_text() -> bytes:
    return DENIED.read_bytes()


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _read(folder: Path) -> Optional[Dict[str, Any]]:
    """Content, mode, owner and time of commands.deny; None if it is not there. A link is not followed."""
    try:
        descriptor = os.open(folder / DENY, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        content = file.read(MOST + 1)
    if not stat.S_ISREG(status.st_mode) or len(content) > MOST:
        raise ValueError(f"{folder / DENY} is no ordinary file")
    return {
        "content": _encoded(content),
        "mode": stat.S_IMODE(status.st_mode),
        "uid": status.st_uid,
        "gid": status.st_gid,
        "mtime_ns": status.st_mtime_ns,
    }


def _replace(folder: Path, content: bytes, like: Optional[Mapping[str, Any]] = None) -> None:
    """Write commands.deny anew: new file, fsync, rename. `like`: mode, owner and time of the one to bring back."""
    temporary = folder / f".{DENY}.dunning"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if like is not None:
            if os.geteuid() == 0:
                os.fchown(file.fileno(), like["uid"], like["gid"])
            os.fchmod(file.fileno(), like["mode"])
            os.utime(file.fileno(), ns=(like["mtime_ns"], like["mtime_ns"]))
        os.fsync(file.fileno())
    os.replace(temporary, folder / DENY)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _session(path: Path) -> Dict[str, str]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return {}
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        lines: List[str] = file.read(MOST).splitlines()
    return {key: value for key, _, value in (line.partition("=") for line in lines)}
