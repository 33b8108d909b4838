"""The table of overdue resellers: searched, filtered by state, cut into parts; only the rows shown are formatted."""

from functools import lru_cache
from typing import Callable, Dict, Sequence

from markupsafe import Markup

from dunning_plugin.board import Row
from dunning_plugin.overdue import bucket_of
from dunning_plugin.pages.asking import asked, cut, part
from dunning_plugin.pages.desk import desk, tongue
from dunning_plugin.pages.rendering import piece, render
from dunning_plugin.pages.speech import Speech
from dunning_plugin.store import ledger

FILTERS: Dict[str, Callable[[Row], bool]] = {
    "all": lambda row: True,
    "free": lambda row: row.account is not None and not row.blocks and not row.foreign,
    "lock_login": lambda row: "lock_login" in row.states,
    "notice_web": lambda row: "notice_web" in row.states,
    "suspend": lambda row: "suspend" in row.states,
    "foreign": lambda row: row.foreign,
    "paid": lambda row: row.days_past_due <= 0,
    "unfinished": lambda row: row.working,
    "unlinked": lambda row: row.account is None,
}


def show() -> str:
    """The page."""
    installation = desk().installation
    board = desk().boards.now()
    query, state = asked("q").strip(), asked("state")
    state = state if state in FILTERS else "all"
    rows = chosen(board.rows, query, state)
    shown = cut(rows, part())
    can_pick = any(row.blocks for row in shown.rows)
    speech = tongue()
    return render(
        "overdue.html.j2",
        "overdue",
        begun=bool(board.rows) or _has_invoices(),
        total=len(board.rows),
        today=installation.today(),
        as_of=board.as_of,
        trouble=board.panel_trouble,
        q=query,
        state=state,
        filters=tuple(FILTERS),
        filtered=bool(query) or state != "all",
        cut=shown,
        can_pick=can_pick,
        row_html=lambda row: _row(row, speech, can_pick),
    )


@lru_cache(maxsize=1024)
def _row(row: Row, speech: Speech, can_pick: bool) -> Markup:
    """A row's markup: it is the same until the row changes, and most of the page."""
    html = piece("overdue_row.html.j2", speech, row=row, can_pick=can_pick, bucket=bucket_of, age=age)
    return Markup(html)  # noqa: S704 - a template made it and escaped all that is in it


def _has_invoices() -> bool:
    with desk().installation.store.read() as conn:
        return ledger.holdings(conn).invoices


def chosen(rows: Sequence[Row], query: str, state: str) -> Sequence[Row]:
    """The rows that fit; all of them, untouched, if nothing is asked."""
    if state != "all":
        fits = FILTERS[state]
        rows = [row for row in rows if fits(row)]
    if query:
        wanted = query.casefold()
        rows = [row for row in rows if wanted in f"{row.account or ''}\n{row.debtor_name}\n{row.debtor_key}".casefold()]
    return rows


def age(days: int) -> str:
    """The ageing bucket as a word for the style sheet."""
    return bucket_of(days).replace("+", "plus").replace("-", "to")
