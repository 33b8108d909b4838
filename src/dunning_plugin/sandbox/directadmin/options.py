"""What can be switched on a sandbox panel: open questions answered either way, and faults on request."""

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional


@dataclass
class Options:
    """Where the reference leaves a question open, the sandbox does either. Defaults are what we think likelier."""

    reseller_suspension_marks_users: bool = False
    """Suspending a reseller marks his users suspended, and activating him frees them."""
    unsuspend_toggles: bool = False
    """`suspend=` toggles: Suspend on a suspended account frees it, Unsuspend on an active one suspends it."""
    reason_shown: str = "details"
    """What the lists show as reason: details | code | code: details | none."""
    suspend_success_text: str = "Success"
    """The text of a successful suspension: 'Success' (2012) or 'User suspended' (a Go client)."""
    unauthorized_word: str = "Unauthorized"
    """What the X-DirectAdmin header says to who is not let in: 'Unauthorized' or 'unauthorized', clients differ."""
    login_as_runs_session_hook: bool = False
    """session_create_pre.sh runs for an admin's login-as too, without a password."""
    command_groups: bool = True
    """commands.deny knows the groups that login keys know (ALL_USER), and they bind the /api endpoints too."""
    commands_deny_binds_login_as: bool = False
    """An account's commands.deny binds an admin who logged in as it."""
    suspended_reseller_served_from: str = "creator"
    """Whose suspended page a suspended reseller's own sites show: creator | own."""
    web_server: str = "apache"
    """apache honours .htaccess, nginx does not."""
    brute_force_limit: int = 20
    """Wrong passwords from one address until it is blocked."""
    brute_force_seconds: float = 600.0
    """For how long it stays blocked, seconds."""
    session_seconds: float = 3600.0
    """How long a session lives without use, seconds."""


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


@dataclass
class Faults:
    """The faults that are planned, in order. Deterministic: counted by matching requests."""

    latency: float = 0.0
    """Seconds that every request waits."""
    planned: List[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def plan(self, kind: str, **values: Any) -> None:
        """Plan a fault; see Fault for the fields."""
        if kind not in ("error", "hang", "cut", "half", "logout"):
            raise ValueError(f"no fault '{kind}'")
        with self._lock:
            self.planned.append(Fault(kind, **values))

    def due(self, path: str) -> Optional[Fault]:
        """The fault that this request meets, if any."""
        if self.latency:
            time.sleep(self.latency)
        if not self.planned:
            return None
        with self._lock:
            for fault in self.planned:
                if re.search(fault.path, path):
                    fault.nth -= 1
                    if fault.nth <= 0:
                        fault.times -= 1
                        if fault.times <= 0:
                            self.planned.remove(fault)
                        return fault
        return None

    def set(self, wanted: Dict[str, Any]) -> None:
        """Replace everything from a JSON document: {"latency": seconds, "faults": [{"kind": …}, …]}."""
        self.latency = float(wanted.get("latency", 0.0))
        with self._lock:
            self.planned = [Fault(**fault) for fault in wanted.get("faults", [])]
