"""The journal told to an admin in his language: entries of one kind taken together, one sentence each."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Iterable, Iterator, List, Mapping, Sequence, Tuple

from dunning_plugin.model import Measure
from dunning_plugin.pages.speech import Speech
from dunning_plugin.store.cases import instant

Row = Mapping[str, Any]
MOST_NAMES = 6
MOST_DETAILS = 8
MONEY = re.compile(r"([A-Z]{3}) (-?)([0-9,.]+)")
MEASURES = frozenset(measure.value for measure in Measure)


@dataclass(frozen=True)
class Sentence:
    """One line of the story. `at` in UTC; `details` may hold others' words as they are."""

    at: datetime
    who: str
    what: str
    details: Tuple[str, ...] = ()


def tell(rows: Iterable[Row], speech: Speech) -> Tuple[Sentence, ...]:
    """Sentences in the rows' order. Neighbours with the same instant, person, act and measure are one."""
    return tuple(_sentence(list(group), speech) for _, group in groupby(rows, key=_kind))


def _kind(row: Row) -> Tuple[str, ...]:
    number = "" if row["account"] else str(row["seq"])
    return str(row["at"]), str(row["who"]), str(row["act"]), str(row["facts"].get("measure", "")), number


def _sentence(rows: Sequence[Row], speech: Speech) -> Sentence:
    first = rows[0]
    key = "act." + str(first["act"]).replace(" ", "_")
    accounts = _names(sorted(f"{row['panel']}/{row['account']}" for row in rows if row["account"]), speech)
    measure = str(first["facts"].get("measure", ""))
    measure = speech.text(f"measure.{measure}").lower() if measure in MEASURES else measure
    what = speech.text(key, measure=measure, accounts=accounts) if speech.known(key) else str(first["act"])
    return Sentence(instant(str(first["at"])), str(first["who"]), what, tuple(_details(rows, speech)))


def _names(names: List[str], speech: Speech) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return speech.text("journal.names_more", names=shown, more=speech.number(more)) if more > 0 else shown


def _details(rows: Sequence[Row], speech: Speech) -> Iterator[str]:
    whys = dict.fromkeys(str(row["why"]) for row in rows if row["why"])
    yield from (speech.text("journal.reason", why=why) for why in whys)
    words = [
        f"{row['account']}: {row['facts']['words']}" for row in rows if row["account"] and row["facts"].get("words")
    ]
    yield from words[:MOST_DETAILS]
    facts = rows[0]["facts"]
    if rows[0]["act"] == "case opened" and facts.get("overdue"):
        yield _opened(facts, speech)
    elif rows[0]["act"] == "import":
        yield _imported(facts, speech)
    elif "accounts" in facts and "failed" in facts and "job" in facts:
        counts = {key: speech.number(int(facts[key])) for key in ("accounts", "failed")}
        yield speech.text("journal.job_facts", **counts)
    if not rows[0]["account"] and facts.get("words"):
        yield str(facts["words"])


def _opened(facts: Row, speech: Speech) -> str:
    amounts = ", ".join(_money(str(text), speech) for text in facts["overdue"])
    oldest = str(facts.get("oldest_due", ""))
    return speech.text(
        "journal.opened_facts",
        amounts=amounts,
        count=speech.number(len(facts.get("invoices", ()))),
        day=speech.day(date.fromisoformat(oldest)) if oldest else "?",
    )


def _money(text: str, speech: Speech) -> str:
    """The journal's 'EUR 1,234.50', which has all decimals of its currency, as this admin writes it."""
    found = MONEY.fullmatch(text)
    if found is None:
        return text
    currency, sign, figure = found.groups()
    return speech.money(int(sign + re.sub("[,.]", "", figure)), currency)


def _imported(facts: Row, speech: Speech) -> str:
    file = str(facts.get("file", "")).rpartition("/")[2]
    if "debtors" in facts:
        counts = {key: speech.number(len(facts.get(key, ()))) for key in ("debtors", "accounts")}
        return speech.text("journal.import_debtors", file=file, **counts)
    counts = {key: speech.number(int(facts.get(key, 0))) for key in ("new", "changed", "settled")}
    return speech.text("journal.import_invoices", file=file, **counts)
