"""What a panel can be asked. Read this file, write one module beside it, and a new panel works.

Batches in, one result an account out. Every call may raise PanelUnreachable (try later), PanelRefused
(the panel's own words) or PanelChanged (an answer we do not understand: stop). Inside a batch, one
account's trouble is that account's Answer and never stops the others.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import FrozenSet, Iterable, Mapping, Optional, Protocol, Sequence, Tuple

from dunning_plugin.model import Account, Answer, Facts, Measure, Sighting


class Layer(Protocol):
    """One measure on one panel: how to see it, lay it and lift it."""

    measure: Measure

    def see(self, names: Iterable[str], case_ref: str) -> Mapping[str, Sighting]:
        """Read the panel now. One Sighting for every name asked, Seen.GONE for those it does not know.

        `before` of a FREE account is what `lift` will need later; it must be JSON-able."""

    def lay(self, names: Sequence[str], case_ref: str) -> Mapping[str, Answer]:
        """Lay the measure on accounts that were seen FREE. Laying again what is ours must be harmless."""

    def lift(self, befores: Mapping[str, Facts], case_ref: str) -> Mapping[str, Answer]:
        """Lift our measure and bring back exactly the state in `befores` (name -> what `see` gave).

        Looks again before it acts. Lifting again what was lifted already must be harmless. An account that is
        gone or whose measure is not ours (any more) is left alone; only our own leftovers about it (guard and
        lock files) are cleared away."""


@dataclass(frozen=True)
class Capabilities:
    """What an adapter can do. `chunk` is the number of accounts that one acting request carries."""

    measures: FrozenSet[Measure]
    chunk: int


@dataclass(frozen=True)
class Identity:
    """Who we are on the panel and what it is; for `dunning doctor`."""

    login: str
    kind: str
    version: str


@dataclass(frozen=True)
class Sitter:
    """Who sits behind a session of the panel's own pages, as the panel itself says.

    `master` is who really sits there under login-as, '' else; `language` as his settings have it."""

    login: str
    kind: str
    language: str = ""
    master: str = ""


class Panel(ABC):
    """One server's control panel."""

    name: str
    capabilities: Capabilities

    @abstractmethod
    def identity(self) -> Identity:
        """Ask the panel who we are."""

    @abstractmethod
    def resellers(self) -> Tuple[str, ...]:
        """Names of all resellers, sorted."""

    @abstractmethod
    def reseller_accounts(self, reseller: str) -> Tuple[Account, ...]:
        """The reseller himself first, then his users sorted by name, with state, domains and mailboxes.

        Costs a number of requests that does not grow with his users. PanelRefused if there is no such reseller."""

    @abstractmethod
    def accounts(self, names: Iterable[str]) -> Mapping[str, Account]:
        """The named accounts with state; names that the panel does not know are absent from the answer."""

    @abstractmethod
    def everybody(self) -> Iterable[Account]:
        """All resellers and users with state and domains, in no order; a fixed number of requests."""

    @abstractmethod
    def layers(self) -> Mapping[Measure, Layer]:
        """The measures that the panel itself can lay, by measure."""

    @abstractmethod
    def suspensions(self, accounts: Sequence[Account]) -> Mapping[str, Facts]:
        """What it takes to suspend each of these suspended accounts again just as it is now (`accounts` as listed)."""

    @abstractmethod
    def reinstate(self, befores: Mapping[str, Facts]) -> Mapping[str, Answer]:
        """Suspend again, with their own reason, accounts that somebody else had suspended and that a lift of ours
        freed along with their reseller. `befores` as `suspensions` gave them before the lift."""

    @abstractmethod
    def sitter(self, session_id: str, session_key: str) -> Optional[Sitter]:
        """Ask the panel whose session this is; None if it is no live one. Nothing of it is kept, logged or shown."""

    @abstractmethod
    def close(self) -> None:
        """End pooled connections."""
