"""The journal's page: newest entries first, cut into parts."""

from dunning_plugin import journal
from dunning_plugin.pages.asking import cut_place, part
from dunning_plugin.pages.desk import desk, tongue
from dunning_plugin.pages.rendering import render
from dunning_plugin.pages.story import tell
from dunning_plugin.store import entries

AT_ONCE = 100


def show() -> str:
    """The page."""
    with desk().installation.store.read() as conn:
        place = cut_place(entries.head(conn)[0], part(), AT_ONCE)
        rows = journal.newest(conn, (place.number - 1) * AT_ONCE, AT_ONCE)
    return render("journal.html.j2", "journal", cut=place, sentences=tell(rows, tongue()))
