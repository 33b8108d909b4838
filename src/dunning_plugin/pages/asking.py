"""What a request asks for: hostile text read into sane values, long lists cut into parts."""

import re
from dataclasses import dataclass
from typing import Generic, Sequence, Tuple, TypeVar

import flask

from dunning_plugin.model import AccountRef
from dunning_plugin.pages.mistakes import PageMistake

MOST_TEXT = 200
"""Characters that a name, a search or a choice may have."""
MOST_WHY = 500
MOST_NAMES = 500
MOST_BYTES = 128 * 1024
"""A panel hands a form over in one environment variable: no honest one is larger."""
NUMBER = re.compile("[0-9]{1,7}")
CONTROL = re.compile("[\x00-\x1f\x7f]")
Row = TypeVar("Row")


@dataclass(frozen=True)
class Cut(Generic[Row]):
    """One part of a list: its rows, its number, how many parts there are; `first` and `last` count from 1."""

    rows: Sequence[Row]
    number: int
    pages: int
    first: int
    last: int
    total: int


def cut(rows: Sequence[Row], at: int, size: int = 50) -> "Cut[Row]":
    """The part with that number; the nearest there is for an odd one."""
    place = cut_place(len(rows), at, size)
    return Cut(rows[place.first - 1 : place.last], place.number, place.pages, place.first, place.last, place.total)


def cut_place(total: int, at: int, size: int) -> "Cut[None]":
    """Where that part lies in a list of `total`, without the rows."""
    pages = max(1, -(-total // size))
    number = min(max(1, at), pages)
    return Cut((), number, pages, (number - 1) * size + 1 if total else 0, min(number * size, total), total)


def asked(key: str) -> str:
    """A value of the address, '' if absent. PageMistake for one that no page of ours makes."""
    return _sane(flask.request.args.get(key, ""), MOST_TEXT)


def part() -> int:
    """The number of the list's part; 1 for what is no number."""
    text = flask.request.args.get("at", "")
    return int(text) if NUMBER.fullmatch(text) and text.isascii() else 1


def sent(key: str) -> str:
    """A field of the form, '' if absent."""
    return _sane(flask.request.form.get(key, ""), MOST_TEXT)


def why() -> str:
    """The reason given: one line, whatever breaks it had. PageMistake if it is too long."""
    text = " ".join(flask.request.form.get("why", "").split())
    if len(text) > MOST_WHY:
        raise PageMistake("odd", 400)
    return CONTROL.sub("", text)


def refs() -> Tuple[AccountRef, ...]:
    """The accounts that the address names, each once. PageMistake if there is none, too many, or an odd one."""
    names = flask.request.args.getlist("name")
    if len(names) > MOST_NAMES:
        raise PageMistake("too_large", 413)
    found = tuple(dict.fromkeys(_ref(name) for name in names))
    if not found:
        raise PageMistake("no_account", 404)
    return found


def _ref(name: str) -> AccountRef:
    panel, slash, account = _sane(name, MOST_TEXT).partition("/")
    if not (panel and slash and account):
        raise PageMistake("no_account", 404)
    return AccountRef(panel, account)


def _sane(text: str, most: int) -> str:
    if len(text) > most or CONTROL.search(text):
        raise PageMistake("odd", 400)
    return text
