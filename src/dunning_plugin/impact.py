"""Who would be hit by a measure: pure, from the panel's listing and our blocks."""

from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Iterable, Optional, Tuple

from dunning_plugin.model import Account, AccountKind, AccountRef, Measure


@dataclass(frozen=True)
class Impact:
    """Accounts that a measure would hit, and those that are left alone. `mailboxes` is None if the panel said none."""

    hit: Tuple[Account, ...]
    ours: Tuple[Account, ...]
    foreign: Tuple[Account, ...]

    @property
    def resellers(self) -> int:
        return sum(account.kind is AccountKind.RESELLER for account in self.hit)

    @property
    def users(self) -> int:
        return sum(account.kind is AccountKind.USER for account in self.hit)

    @property
    def domains(self) -> int:
        return sum(len(account.domains) for account in self.hit)

    @property
    def mailboxes(self) -> Optional[int]:
        known = [account.mailboxes for account in self.hit if account.mailboxes is not None]
        return sum(known) if known or not self.hit else None

    def as_data(self) -> Dict[str, Any]:
        """JSON-able: the numbers, and the names behind them."""
        return {
            "resellers": self.resellers,
            "users": self.users,
            "domains": self.domains,
            "mailboxes": self.mailboxes,
            "already_blocked_by_us": [str(account.ref) for account in self.ours],
            "left_alone": [
                {
                    "account": str(account.ref),
                    "owner": account.owner,
                    "reason": account.reason,
                    "domains": list(account.domains),
                }
                for account in self.foreign
            ],
            "accounts": [
                {
                    "account": str(account.ref),
                    "kind": account.kind.value,
                    "owner": account.owner,
                    "domains": list(account.domains),
                    "mailboxes": account.mailboxes,
                }
                for account in self.hit
            ],
        }


def impact_of(
    accounts: Iterable[Account],
    blocked_by_us: FrozenSet[AccountRef],
    measure: Measure = Measure.SUSPEND,
    unfinished: FrozenSet[AccountRef] = frozenset(),
) -> Impact:
    """Sort accounts into hit, blocked by us already (with this measure), and blocked by someone else (left alone).

    Somebody else's suspension keeps off ours only: a login is locked whether or not its account is suspended. Whose
    block of ours is `unfinished`, because it failed or was broken off, would be hit: asking again finishes it."""
    hit, ours, foreign = [], [], []
    for account in accounts:
        if account.ref in unfinished:
            hit.append(account)
        elif account.ref in blocked_by_us:
            ours.append(account)
        elif account.suspended and measure is Measure.SUSPEND:
            foreign.append(account)
        else:
            hit.append(account)
    return Impact(tuple(hit), tuple(ours), tuple(foreign))
