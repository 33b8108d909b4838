"""The system's own Chromium: nothing is fetched, and it talks to nobody but the pages that it is led to."""

import os
import shutil
from contextlib import contextmanager
from typing import Any, Iterator, List

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**how())
        yield browser
        browser.close()


def how(*more: str) -> Any:
    """Which program is started, and its arguments; `more` of them."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("no Chromium is here: apt-get install chromium fonts-dejavu-core")
    # Root has no sandbox of Chromium's own to run pages in.
    root: List[str] = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": program, "args": [*ARGUMENTS, *root, *more]}
