"""Takes the pictures in docs/images/ anew: `python -m tools.screenshots [--out FOLDER]`.

A real browser before the sandbox panel with the built plugin: what is seen is what an admin sees. The names are always
the same; clock, accounts and amounts are the case's."""

import argparse
import os
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence, Tuple

from playwright.sync_api import Page

from tests.browser import clicks
from tests.browser.launch import launched
from tests.browser.world import World, world
from tests.plugin.package import package

OUT = Path(__file__).resolve().parents[1] / "docs/images"
MOST_HEIGHT = 1000
"""Pixels of a page that are shown: long tables go on as they begin."""
WHOLE_CONFIRMATION = 1430
MOST_BYTES = 150_000
FREE, LAID = {"name": "da1/webbouw"}, {"name": "da1/atelier"}
PREVIEW = {"file": "facturen-april.csv", "kind": "invoices", "source": "invoices"}
APRIL = 1_239_174_000
"""2009-04-08T07:00:00Z, when the files of the case were exported."""


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="where the pictures go")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    with launched() as browser, world(package()) as here:
        page = browser.new_page(viewport={"width": 1280, "height": MOST_HEIGHT}, reduced_motion="reduce")
        for name in _story(page, here):
            print(_take(page, out / f"{name}.png"))


def _story(page: Page, here: World) -> Iterator[str]:
    """Go through the pages; the name of the picture each time there is one to take."""
    _export(here)
    clicks.log_in(page, here)
    yield from _before(page, here)
    yield from _suspend(page, here)
    yield from _after(page, here)


def _before(page: Page, here: World) -> Iterator[str]:
    yield from _shown(page, here, ("reseller", "account", FREE), ("import-preview", "import", PREVIEW))
    yield from _shown(page, here, ("lock-login", "confirm", _act("lock_login")))
    page.set_viewport_size({"width": 1280, "height": WHOLE_CONFIRMATION})
    yield from _shown(page, here, ("suspend", "confirm", _act("suspend")))
    page.set_viewport_size({"width": 1280, "height": MOST_HEIGHT})


def _suspend(page: Page, here: World) -> Iterator[str]:
    clicks.open_page(page, here, "confirm", act="suspend", **LAID)
    clicks.confirm(page, "Suspend", "formal notice of 2009-03-30")
    clicks.wait_until_done(page)
    yield "job"
    here.run("suspend", "bytewerk", "--measure", "lock_login", "--scope", "reseller", "--why", "reminder", "--yes")
    page.set_viewport_size({"width": 1280, "height": 480})
    clicks.visit_site(page, here, "atelier01", "en")
    yield "notice"
    page.set_viewport_size({"width": 1280, "height": MOST_HEIGHT})


def _after(page: Page, here: World) -> Iterator[str]:
    yield from _shown(page, here, ("overview", "overview", {}), ("overdue", "overdue", {}))
    yield from _shown(page, here, ("restore", "confirm", _act("restore", LAID)), ("journal", "journal", {}))
    page.emulate_media(color_scheme="dark")
    yield from _shown(page, here, ("overdue-dark", "overdue", {}))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": MOST_HEIGHT})
    yield from _shown(page, here, ("overdue-320", "overdue", {}))
    page.set_viewport_size({"width": 1280, "height": MOST_HEIGHT})
    clicks.open_from_evolution(page, here)
    yield "evolution"
    here.stop_service()
    yield from _shown(page, here, ("service-down", "overview", {}))
    here.start_service()
    here.run("restore", "--all", "--yes")


def _shown(page: Page, here: World, *pages: Tuple[str, str, Any]) -> Iterator[str]:
    for picture, name, query in pages:
        clicks.open_page(page, here, name, **query)
        if page.locator("iframe.notice").count():
            page.frame_locator("iframe.notice").get_by_role("heading").wait_for()
        yield picture


def _act(act: str, whom: Any = None) -> Any:
    return {"act": act, **(whom or FREE)}


def _export(here: World) -> None:
    """Files of that morning: one invoice is new, one was paid."""
    text = (here.folder / "invoices.csv").read_bytes()
    paid = text.replace(b"89,25;89,25", b"89,25;0,00")
    row = b"2009-0402;webbouw-noord;02-04-2009;16-04-2009;178,50;178,50;EUR\r\n"
    here.put("facturen-april.csv", paid + row)
    here.put("debiteuren.yaml", (here.folder / "debtors.yaml").read_bytes())
    for file in here.import_dir.iterdir():
        os.utime(file, (APRIL, APRIL))


def _take(page: Page, path: Path) -> str:
    """Write the picture of what the page shows, without the empty rest below; its name and size."""
    size = page.viewport_size
    height = page.evaluate("(document.querySelector('#dunning-main') || document.body).getBoundingClientRect().bottom")
    assert size is not None
    shown = min(size["height"], max(240, int(height) + 24))
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": size["width"], "height": shown}, animations="disabled")
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path} has {path.stat().st_size} bytes: too large for the docs")
    return f"{path.name}: {path.stat().st_size} bytes"


if __name__ == "__main__":
    main()
