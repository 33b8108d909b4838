"""A reseller's page folders, and what of them a new site is filled with (two public scripts; directadmin.md, 4)."""

import contextlib
import os
import shutil
from pathlib import Path


def add(domains: Path, templates: Path) -> None:
    """default, suspended and sharedip below the domains, filled from the templates; what is there stays."""
    for place in ("default", "suspended", "sharedip"):
        folder = domains / place
        if not os.path.lexists(folder):
            shutil.copytree(templates / ("default" if place == "sharedip" else place), folder)


def fill(site: Path, domain: str, default: Path, untouched: Path) -> None:
    """Fill a new site's folder with a copy of its owner's default folder, links as links.

    The panel's own page, as nobody has changed it, becomes one that names the domain: so a visitor of the sandbox can
    tell its sites apart."""
    if default.is_dir() and not default.is_symlink():
        # What cannot be copied, such as a pipe, is left out.
        with contextlib.suppress(shutil.Error):
            shutil.copytree(default, site, symlinks=True, dirs_exist_ok=True)
    page = site / "index.html"
    if not os.path.lexists(page) or (not page.is_symlink() and page.read_bytes() == untouched.read_bytes()):
        page.write_text(f"<html><body><h1>{domain}</h1></body></html>\n", "utf-8")
        page.chmod(0o644)
