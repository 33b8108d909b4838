"""Who is asking: proven by the panel for every request, remembered for a few seconds, never longer."""

import hashlib
import time
from dataclasses import dataclass
from threading import Lock
from typing import Callable, Dict, Optional, Tuple

from dunning_plugin.errors import DunningError
from dunning_plugin.panels.interface import Sitter

SECONDS = 5.0
"""For how long the panel's yes is believed. A no is never remembered."""
MOST = 200


class NotLetIn(DunningError):
    """No live session of an admin stands behind the request."""

    exit_code = 3


@dataclass(frozen=True)
class Person:
    """An admin of the panel. `master`: who really sits there under login-as, '' else."""

    name: str
    master: str = ""
    language: str = ""

    @property
    def who(self) -> str:
        """For the journal: an admin of the panel, not a login of the machine; and the person behind a login-as."""
        return f"{self.name} (panel, login-as by {self.master})" if self.master else f"{self.name} (panel)"


class People:
    """Asks the panel who a session belongs to."""

    def __init__(
        self, ask: Callable[[str, str], Optional[Sitter]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.ask, self.clock = ask, clock
        self._known: Dict[bytes, Tuple[float, Person]] = {}
        self._lock = Lock()

    def behind(self, session_id: str, session_key: str) -> Person:
        """The admin behind a session. NotLetIn if there is none; the panel's errors if it cannot be asked."""
        # Kept as a hash: what lies in memory here is no session.
        key = hashlib.sha256(f"{session_id}\0{session_key}".encode("utf-8", "replace")).digest()
        with self._lock:
            until, person = self._known.get(key, (0.0, Person("")))
        if self.clock() < until:
            return person
        sitter = self.ask(session_id, session_key)
        if sitter is None:
            self._forget(key)
            raise NotLetIn("the panel knows no such session; log in to the panel and open this page again")
        if sitter.kind != "admin":
            self._forget(key)
            raise NotLetIn("only admins of the panel may use this page")
        person = Person(sitter.login, sitter.master, sitter.language)
        self._remember(key, person)
        return person

    def _remember(self, key: bytes, person: Person) -> None:
        with self._lock:
            now = self.clock()
            self._known = {kept: row for kept, row in self._known.items() if row[0] > now}
            if len(self._known) < MOST:
                self._known[key] = (now + SECONDS, person)

    def _forget(self, key: bytes) -> None:
        with self._lock:
            self._known.pop(key, None)


def session_mark(session_id: str, session_key: str) -> str:
    """What stands for a session in form tokens: nobody can get the session back from it."""
    return hashlib.sha256(f"form\0{session_id}\0{session_key}".encode("utf-8", "replace")).hexdigest()
