"""A case told in words: the journal's entries of one case as sentences, entries of one kind taken together. Pure."""

from dataclasses import dataclass
from datetime import tzinfo
from itertools import groupby
from typing import Any, Iterable, Iterator, List, Mapping, Tuple

from dunning_plugin.store.cases import instant

Row = Mapping[str, Any]
MOST_NAMES = 6

SENTENCES = {
    "case opened": "the case was opened",
    "case closed": "the case was closed: nothing overdue, no block left",
    "intended": "was about to lay {measure} on {accounts}",
    "laid": "laid {measure} on {accounts} and read it back",
    "left": "left {accounts} alone ({measure} by someone else)",
    "lifting": "was about to lift {measure} from {accounts}",
    "lifted": "lifted {measure} from {accounts} and read it back",
    "reinstated": "laid {accounts}' own suspension again, which had gone with the reseller's",
    "failed": "failed at {measure} on {accounts}",
}


@dataclass(frozen=True)
class Sentence:
    """One line of the story: when (host's zone), who, what, and the reason and details given."""

    at: str
    who: str
    what: str
    details: Tuple[str, ...] = ()


def tell(rows: Iterable[Row], zone: tzinfo) -> Iterator[Sentence]:
    """Sentences in order. Neighbours with the same instant, person and act on the same measure are one sentence."""
    for (at, who, act, measure), group in groupby(rows, key=_kind):
        entries = list(group)
        accounts = _names([f"{row['panel']}/{row['account']}" for row in entries if row["account"]])
        what = SENTENCES.get(act, act).format(measure=measure or "a measure", accounts=accounts)
        moment = instant(at).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        yield Sentence(moment, who, what, tuple(_details(entries)))


def _kind(row: Row) -> Tuple[str, str, str, str]:
    return str(row["at"]), str(row["who"]), str(row["act"]), str(row["facts"].get("measure", ""))


def _names(names: List[str]) -> str:
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{len(names)} accounts ({', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more)"


def _details(entries: List[Row]) -> Iterator[str]:
    whys = dict.fromkeys(str(row["why"]) for row in entries if row["why"])
    yield from (f"reason given: {why}" for why in whys)
    for row in entries:
        facts = row["facts"]
        if row["act"] == "case opened" and facts.get("overdue"):
            numbers = facts.get("invoices", [])
            amounts = ", ".join(facts["overdue"])
            yield f"overdue {amounts} on {len(numbers)} invoices, oldest due {facts.get('oldest_due')}"
            yield f"invoices: {', '.join(numbers)}"
        if facts.get("words"):
            yield f"{row['account']}: {facts['words']}"
