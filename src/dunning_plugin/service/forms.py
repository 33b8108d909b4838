"""Forms: a token bound to session and form, good once; posting again gives the first outcome.

DirectAdmin's pages can send no redirect, so a reload posts the same form again. A token is
`nonce.time.mac`; the mac covers session, form, nonce and time, so that nothing need be kept until it is used.
"""

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from dunning_plugin.errors import DunningError
from dunning_plugin.store import job_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dunning_plugin.store import Store

LIFETIME = timedelta(hours=2)
AHEAD = timedelta(minutes=5)
"""How far the clock may have been set back since a token was made."""
KEY_FILE = "service.key"
KEY_BYTES = 32
SHAPE = re.compile(r"([A-Za-z0-9_-]{16})\.([0-9]{1,12})\.([0-9a-f]{64})")


class FormRefused(DunningError):
    """The form was not made for this session and purpose, or long ago. Nothing was changed."""

    exit_code = 3


@dataclass(frozen=True)
class Used:
    """What came of a form: `outcome` as its act said; `again` if it had been used before and was not done twice."""

    outcome: str
    again: bool = False


class Forms:
    """Makes tokens and takes them back."""

    def __init__(self, store: "Store", key: bytes, clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc)):
        # The machine's own clock, whatever --now says: a token's age is a matter of security.
        self.store, self.key, self.clock = store, key, clock

    def token(self, session: str, form: str) -> str:
        """A token for one form (a name that says what it does to what, as 'suspend:da1/webbouw') in one session."""
        nonce = secrets.token_urlsafe(12)
        made = str(int(self.clock().timestamp()))
        return f"{nonce}.{made}.{self._mac(session, form, nonce, made)}"

    def accept(self, session: str, form: str, token: str, act: "Callable[[Connection], str]") -> Used:
        """Run `act` once for this token, in one transaction with the memory of it; its text is the outcome.

        FormRefused for a token that is forged, stale, or of another session or form. What `act` raises leaves the
        token unused."""
        self._check(session, form, token)
        with self.store.begin() as conn:
            before = job_rows.form_outcome(conn, token)
            if before is not None:
                return Used(before, again=True)
            outcome = act(conn)
            now = self.clock()
            job_rows.use_form(conn, token, outcome, now, now - 2 * LIFETIME)
        return Used(outcome)

    def _check(self, session: str, form: str, token: str) -> None:
        found = SHAPE.fullmatch(token)
        if found is None:
            raise FormRefused("this form came without its token; open the page anew and try again")
        nonce, made, mac = found.groups()
        if not hmac.compare_digest(mac, self._mac(session, form, nonce, made)):
            raise FormRefused("this form was not made for you or for this; open the page anew and try again")
        age = self.clock() - datetime.fromtimestamp(int(made), timezone.utc)
        if not -AHEAD <= age <= LIFETIME:
            raise FormRefused("this form is too old; open the page anew and try again")

    def _mac(self, session: str, form: str, nonce: str, made: str) -> str:
        text = "\0".join((session, form, nonce, made))
        return hmac.new(self.key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def read_key(state_dir: Path) -> bytes:
    """The key of this installation's tokens, made at first use: root's own, 0600."""
    path = state_dir / KEY_FILE
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return _make_key(path)
    with os.fdopen(descriptor, "rb") as file:
        key = file.read(KEY_BYTES + 1)
    return key if len(key) == KEY_BYTES else _make_key(path)


def _make_key(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return key
