"""The overview: figures of the day, jobs, and on a fresh installation what to do first."""

from dunning_plugin import jobs
from dunning_plugin.pages.desk import desk
from dunning_plugin.pages.job import title_of
from dunning_plugin.pages.rendering import render
from dunning_plugin.store import ledger

LAST_JOBS = 5


def show() -> str:
    """The page."""
    installation = desk().installation
    board = desk().boards.now()
    with installation.store.read() as conn:
        has = ledger.holdings(conn)
        last = jobs.newest(conn, LAST_JOBS)
    return render(
        "overview.html.j2",
        "overview",
        has=has,
        ready=has.debtors and has.links and has.invoices,
        panel=next(iter(installation.config.panels)),
        today=installation.today(),
        figures=board.figures,
        trouble=board.panel_trouble,
        jobs=last,
        title_of=title_of,
    )
