"""What the confirmation of a restore shows, and the wish that comes of it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Tuple

from dunning_plugin.enforce.wishes import Chosen, RestoreWish, plan_restore
from dunning_plugin.model import AccountRef, Block, BlockState
from dunning_plugin.pages.confirm_suspend import Draft
from dunning_plugin.pages.desk import desk
from dunning_plugin.store import blocks as block_rows
from dunning_plugin.store import ledger


@dataclass(frozen=True)
class Group:
    """The accounts of one case that would be freed, each with the measures that are lifted from it."""

    case_ref: str
    debtor: str
    accounts: Tuple[Tuple[AccountRef, Tuple[str, ...]], ...]


def wish(draft: Draft, reason: str) -> RestoreWish:
    """The wish that the form sent."""
    return RestoreWish(names=tuple(str(ref) for ref in draft.refs), why=reason)


def subjects(draft: Draft) -> Iterable[str]:
    """The blocks that the form is about."""
    return _subjects(plan_restore(desk().installation, wish(draft, "")))


def _subjects(chosen: Chosen) -> List[str]:
    return [str(block.id) for _, blocks in chosen for block in blocks]


def values(draft: Draft) -> Tuple[Dict[str, Any], Iterable[str]]:
    """What the template needs, and the subjects."""
    chosen = plan_restore(desk().installation, wish(draft, ""))
    counts = Counter(block.measure.value for _, blocks in chosen for block in blocks)
    groups = _groups(chosen)
    found = {
        "groups": groups,
        "counts": sorted(counts.items()),
        "names_total": sum(len(group.accounts) for group in groups),
        "left": _left(draft, chosen),
        "may_go_on": bool(chosen),
    }
    return found, _subjects(chosen)


def _groups(chosen: Chosen) -> List[Group]:
    groups = []
    with desk().installation.store.read() as conn:
        for case, blocks in chosen:
            debtor = ledger.debtor(conn, case.debtor_key)
            accounts: Dict[AccountRef, List[str]] = {}
            for block in blocks:
                accounts.setdefault(block.account, []).append(block.measure.value)
            rows = tuple((ref, tuple(measures)) for ref, measures in accounts.items())
            groups.append(Group(case.ref, debtor.name if debtor else case.debtor_key, rows))
    return groups


def _left(draft: Draft, chosen: Chosen) -> List[Block]:
    """Whom others had blocked when these blocks were laid, and who stays so; the newest word on each."""
    named = set(draft.refs)
    lifted = {block.account for _, blocks in chosen for block in blocks}
    found: Dict[AccountRef, Block] = {}
    with desk().installation.store.read() as conn:
        for case, _ in chosen:
            for block in block_rows.of_case(conn, case.ref):
                owner = AccountRef(block.account.panel, str(block.before.get("owner", "")))
                if block.state is BlockState.LEFT and (block.account in named or owner in named):
                    found[block.account] = block
    return [block for ref, block in found.items() if ref not in lifted]
