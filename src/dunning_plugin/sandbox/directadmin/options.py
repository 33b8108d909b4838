"""What can be switched on a sandbox panel: open questions answered either way, and faults on request."""

import math
import re
import threading
import time
from dataclasses import dataclass, field, fields
from typing import Any, Dict, List, Optional

YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
KINDS = ("error", "hang", "cut", "half", "logout")


def _one_of(*choices: str) -> Any:
    """A field with these values; the first is the default."""
    return field(default=choices[0], metadata={"choices": choices})


def _at_least(default: Any, least: float) -> Any:
    """A number that may not be smaller."""
    return field(default=default, metadata={"least": least})


@dataclass
class Options:
    """Where the reference leaves a question open, the sandbox does either. Defaults are what we think likelier."""

    reseller_suspension_marks_users: bool = False
    """Suspending a reseller marks his users suspended, and activating him frees them."""
    unsuspend_toggles: bool = False
    """`suspend=` toggles: Suspend on a suspended account frees it, Unsuspend on an active one suspends it."""
    reason_shown: str = _one_of("details", "code", "code: details", "none")
    """What the lists show as reason: details | code | code: details | none."""
    suspend_success_text: str = _one_of("by form", "Success", "User suspended")
    """The text of a successful suspension: 'Success' (a Perl client's tests, 2012, no JSON) or 'User suspended' (a Go
    client, JSON); by form: each in the form in which it was seen."""
    unauthorized_word: str = _one_of("Unauthorized", "unauthorized")
    """What the X-DirectAdmin header says to who is not let in: 'Unauthorized' or 'unauthorized', clients differ."""
    login_as_runs_session_hook: bool = False
    """session_create_pre.sh runs for an admin's login-as too, without a password."""
    command_groups: bool = True
    """commands.deny knows the groups that login keys know (ALL_USER), and they bind the /api endpoints too."""
    commands_deny_binds_login_as: bool = False
    """An account's commands.deny binds an admin who logged in as it."""
    suspended_reseller_served_from: str = _one_of("creator", "own")
    """Whose suspended page a suspended reseller's own sites show: creator | own."""
    web_server: str = _one_of("apache", "nginx")
    """apache honours .htaccess, nginx does not."""
    brute_force_limit: int = _at_least(20, 1)
    """Wrong passwords from one address until it is blocked."""
    brute_force_seconds: float = _at_least(600.0, 0)
    """For how long it stays blocked, seconds."""
    session_seconds: float = _at_least(3600.0, 0)
    """How long a session lives without use, seconds."""

    def set(self, name: str, text: str) -> None:
        """Set an option from text. KeyError: there is no such option; ValueError says what would be a value."""
        kinds = {one.name: one for one in fields(self)}
        about, default = kinds[name].metadata, kinds[name].default
        if isinstance(default, bool):
            if text.lower() not in (*YES, *NO):
                raise ValueError("yes or no is needed")
            setattr(self, name, text.lower() in YES)
        elif "choices" in about:
            if text not in about["choices"]:
                raise ValueError("one of these is needed: " + ", ".join(about["choices"]))
            setattr(self, name, text)
        else:
            setattr(self, name, _number(text, type(default), about["least"]))


def _number(text: str, kind: type, least: float) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not least <= value < math.inf:
        raise ValueError(f"{'a whole number' if kind is int else 'a number'} of at least {least} is needed")
    return value


@dataclass
class Fault:
    """One thing to go wrong: `kind` on the `nth` request (1: the next) whose path matches `path`, `times` times.

    Kinds: error (answers `status`), hang (waits `seconds`, then cuts), cut (does the act, then cuts the connection),
    half (a batch acts on its first `keep` accounts only, then answers 500), logout (ends all sessions first)."""

    kind: str
    path: str = ""
    nth: int = 1
    times: int = 1
    status: int = 500
    seconds: float = 60.0
    keep: int = 1

    def __post_init__(self) -> None:
        """ValueError or TypeError for what cannot be planned: a fault that never comes would make a test pass."""
        if self.kind not in KINDS:
            raise ValueError(f"no fault '{self.kind}'")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from None
        for name, least, most in (("nth", 1, 1e9), ("times", 1, 1e9), ("status", 200, 599), ("keep", 0, 1e9)):
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise ValueError(f"{name} is no whole number that will do")
        self.seconds = _wait(self.seconds)


def _wait(value: Any) -> float:
    """A time to wait, in seconds."""
    seconds = float(value)
    if not 0 <= seconds <= 3600:
        raise ValueError("a time to wait lies between 0 and 3600 seconds")
    return seconds


@dataclass
class Faults:
    """The faults that are planned, in order. Deterministic: counted by matching requests."""

    latency: float = 0.0
    """Seconds that every request waits."""
    planned: List[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def plan(self, kind: str, **values: Any) -> None:
        """Plan a fault; see Fault for the fields."""
        fault = Fault(kind, **values)
        with self._lock:
            self.planned.append(fault)

    def due(self, path: str) -> Optional[Fault]:
        """The fault that this request meets, if any."""
        if self.latency:
            time.sleep(self.latency)
        met: Optional[Fault] = None
        with self._lock:
            # All that match count this request, or 'the second request' would be the third behind another fault.
            for fault in [one for one in self.planned if re.search(one.path, path)]:
                fault.nth -= 1
                if met is None and fault.nth <= 0:
                    met, fault.times = fault, fault.times - 1
                    if fault.times <= 0:
                        self.planned.remove(fault)
        return met

    def set(self, wanted: Dict[str, Any]) -> None:
        """Replace everything from a JSON document: {"latency": seconds, "faults": [{"kind": …}, …]}; all or nothing."""
        unknown = sorted(set(wanted) - {"latency", "faults"})
        if unknown:
            raise ValueError(f"no '{unknown[0]}' can be planned")
        latency, faults = _wait(wanted.get("latency", 0.0)), [Fault(**fault) for fault in wanted.get("faults", [])]
        with self._lock:
            self.latency, self.planned = latency, faults
