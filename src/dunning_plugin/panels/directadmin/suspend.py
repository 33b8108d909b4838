"""The measure `suspend` on DirectAdmin: read, act in chunks, and never trust the answer alone.

There is no /api endpoint that suspends; CMD_API_SELECT_USERS does, routed by its button's name. Some clients say
that the button toggles, so nothing is sent to an account whose state was not read just before.
"""

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from dunning_plugin.errors import DunningError, PanelRefused, PanelUnreachable
from dunning_plugin.model import Account, Answer, Facts, Measure, Seen, Sighting, neutral_reason, reference_in

if TYPE_CHECKING:
    from dunning_plugin.panels.directadmin.adapter import DirectAdmin

COMMAND = "/CMD_API_SELECT_USERS"
FRESH = 5.0
"""Seconds for which a look may be acted on."""


class SuspendLayer:
    """See, lay and lift suspensions; an interface.Layer."""

    measure = Measure.SUSPEND

    def __init__(self, panel: "DirectAdmin") -> None:
        self.panel = panel
        self._looks: Dict[Tuple[str, str], Tuple[float, Sighting]] = {}

    def see(self, names: Iterable[str], case_ref: str) -> Mapping[str, Sighting]:
        """Read all named accounts in a fixed number of requests."""
        wanted = list(names)
        present = self.panel.states(wanted)
        seen = {name: self._sight(name, present.get(name), case_ref) for name in wanted}
        if self.panel.settings.local:
            self.panel.guards.forget_aside([n for n, sight in seen.items() if sight.seen is Seen.FREE], case_ref)
        now = time.monotonic()
        self._looks.update({(name, case_ref): (now, sight) for name, sight in seen.items()})
        return seen

    def _look_before_the_act(self, names: Sequence[str], case_ref: str) -> Mapping[str, Sighting]:
        """What a look of a moment ago showed, good for one act each; the panel is read anew if any is missing.

        A thousand accounts go out in chunks: reading the server again before each would cost more than the act."""
        now = time.monotonic()
        looks = {name: self._looks.pop((name, case_ref), (0.0, None)) for name in names}
        if all(sight is not None and now - at < FRESH for at, sight in looks.values()):
            return {name: sight for name, (_, sight) in looks.items() if sight is not None}
        seen = self.see(names, case_ref)
        for name in names:
            self._looks.pop((name, case_ref), None)
        return seen

    def _sight(self, name: str, account: Optional[Account], case_ref: str) -> Sighting:
        if account is None:
            return Sighting(Seen.GONE, words="no longer on the panel")
        before = {"suspended": account.suspended, "reason": account.reason}
        if not account.suspended:
            return Sighting(Seen.FREE, before, account.owner)
        if self._is_ours(account, case_ref):
            return Sighting(Seen.OURS, before, account.owner)
        return Sighting(Seen.FOREIGN, before, account.owner, f"reason on the panel: {account.reason or 'none shown'}")

    def _is_ours(self, account: Account, case_ref: str) -> bool:
        """Does the suspension bear our reference? A panel that shows no reason of ours is asked by our guard file."""
        found = reference_in(account.reason)
        if found:
            return found == case_ref
        tells_nothing = account.reason.strip().lower() in ("", "other", "none")
        return tells_nothing and self.panel.guards.reference(account.name) == case_ref

    def lay(self, names: Sequence[str], case_ref: str) -> Mapping[str, Answer]:
        """Suspend those of the accounts that are not suspended yet. The guard is up before the act."""
        seen = self._look_before_the_act(names, case_ref)
        free = [name for name in names if seen[name].seen is Seen.FREE]
        answers = {name: Answer(seen[name].seen is Seen.OURS, seen[name].words) for name in names if name not in free}
        self._guard([name for name in names if seen[name].seen in (Seen.FREE, Seen.OURS)], case_ref)
        form = {"suspend": "Suspend", "reason": "other", "details": neutral_reason(case_ref)}
        answers.update(self._select(free, form))
        self._clear_guards([name for name in free if not answers[name].ok], case_ref)
        return answers

    def _clear_guards(self, names: List[str], case_ref: str) -> None:
        """Accounts that could not be suspended keep no guard; while the panel is away it stays, as the only proof."""
        if not names or not self.panel.settings.local:
            return
        try:
            seen = self.see(names, case_ref)
        except DunningError:
            return
        for name in names:
            if seen[name].seen is not Seen.OURS:
                self._unguard(name, case_ref)

    def lift(self, befores: Mapping[str, Facts], case_ref: str) -> Mapping[str, Answer]:
        """Activate those of the accounts whose suspension is still ours; leave the others, and drop their guard."""
        seen = self._look_before_the_act(list(befores), case_ref)
        ours = [name for name in befores if seen[name].seen is Seen.OURS]
        left = [name for name in befores if seen[name].seen is not Seen.OURS]
        for name in left:
            self._unguard(name, case_ref)
        answers = {name: Answer(True, "") for name in left}
        for name in ours:
            # Our own activation would meet the guard. The next look that finds the account free forgets it.
            self._set_guard_aside(name, case_ref)
        try:
            answers.update(self._select(ours, {"suspend": "Unsuspend"}))
        except DunningError:
            self._guard_again(ours, case_ref)
            raise
        self._guard_again([name for name in ours if not answers[name].ok], case_ref)
        return answers

    def _guard_again(self, names: List[str], case_ref: str) -> None:
        """Accounts that are still suspended by us although we tried to lift get their guard back."""
        if not names:
            return
        try:
            seen = self._see_without_guard(names, case_ref)
        except DunningError:
            seen = dict.fromkeys(names, True)
        for name in names:
            if seen[name]:
                self._guard([name], case_ref)
            else:
                self._unguard(name, case_ref)

    def _see_without_guard(self, names: List[str], case_ref: str) -> Dict[str, bool]:
        present = self.panel.states(names)
        return {
            name: name in present and present[name].suspended and reference_in(present[name].reason) in ("", case_ref)
            for name in names
        }

    def facts_of(self, account: Account) -> Facts:
        """{"reason", "details"} of a suspended account. The listings show one of the two or both, so away from the
        panel's host a reason of the panel's own codes is taken as reason, anything else as details."""
        if self.panel.settings.local:
            with suppress(OSError):
                text = (self.panel.user_folder(account.name) / "user.conf").read_text("utf-8", "replace")
                written = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
                return {
                    "reason": written.get("suspended_reason", "none"),
                    "details": written.get("suspended_details", ""),
                }
        code, _, details = account.reason.partition(": ")
        if code.strip() in CODES:
            return {"reason": code.strip(), "details": details}
        return {"reason": "other", "details": account.reason}

    def reinstate(self, befores: Mapping[str, Facts]) -> Mapping[str, Answer]:
        """Suspend again as `facts_of` found it."""
        answers: Dict[str, Answer] = {}
        for name, before in befores.items():
            answers.update(self._select([name], {"suspend": "Suspend", **before}))
        return answers

    def _select(self, names: Sequence[str], form: Mapping[str, str]) -> Dict[str, Answer]:
        """Send one act for these accounts in chunks; a chunk's trouble is that chunk's answer."""
        answers: Dict[str, Answer] = {}
        for chunk in _chunks(names, self.panel.capabilities.chunk):
            selected = {f"select{number}": name for number, name in enumerate(chunk)}
            try:
                self.panel.client.post(COMMAND, {"location": "CMD_SELECT_USERS", **form, **selected})
                answers.update({name: Answer(True) for name in chunk})
            except (PanelRefused, PanelUnreachable) as error:
                answers.update({name: Answer(False, str(error)) for name in chunk})
        return answers

    def _guard(self, names: Sequence[str], case_ref: str) -> None:
        if self.panel.settings.local:
            self.panel.guards.put(names, case_ref)

    def _set_guard_aside(self, name: str, case_ref: str) -> None:
        if self.panel.settings.local:
            self.panel.guards.set_aside(name, case_ref)

    def _unguard(self, name: str, case_ref: str) -> None:
        if self.panel.settings.local:
            self.panel.guards.drop(name, case_ref)


CODES = ("none", "abuse", "billing", "inactive", "other", "spam", "user_bandwidth", "user_quota")


def _chunks(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
