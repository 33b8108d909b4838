"""What is wrong with this installation, and how to mend it: the checks behind `dunning doctor`.

Every check reads and reports; only `mend` changes something. A check never raises a DunningError: what went wrong
is its finding.
"""

from datetime import datetime
from pathlib import Path
from typing import Callable, Iterator, Optional, Tuple

from dunning_plugin.config import Config, load
from dunning_plugin.doctor.books import check_books
from dunning_plugin.doctor.finding import Finding, Level, mistakes
from dunning_plugin.doctor.folders import check_config_file, check_state, has_panel_files
from dunning_plugin.doctor.notices import check_notice
from dunning_plugin.doctor.panels import check_panel
from dunning_plugin.errors import DunningError
from dunning_plugin.panels.interface import Panel

__all__ = ["Finding", "Level", "examine", "mend", "read_config"]


def read_config(path: str) -> Tuple[Optional[Config], Tuple[Finding, ...]]:
    """The configuration, None when it has mistakes: each is a finding then."""
    try:
        config = load(path)
    except DunningError as error:
        return None, tuple(mistakes("configuration", error))
    return config, (Finding(Level.OK, "configuration", f"{path} is understood"),)


def examine(config: Config, open_panel: Callable[[str], Panel], now: datetime) -> Iterator[Finding]:
    """All findings, one after the other, as they come. `open_panel` gives the panel of a name; `now` in UTC."""
    yield from check_config_file(config)
    yield from check_state(config.state_dir)
    yield from check_books(config.state_dir, now)
    yield from check_notice(config)
    for name, settings in config.panels.items():
        yield from check_panel(name, settings, config.state_dir, open_panel)


def mend(config: Config) -> Iterator[Finding]:
    """Create the state folder with its parts, and install the hooks on every panel whose files lie here."""
    from dunning_plugin.panels.directadmin import hookfiles

    try:
        hookfiles.prepare_state(config.state_dir)
        yield Finding(Level.OK, "mended", f"{config.state_dir} with its folders is there")
        for name, settings in config.panels.items():
            if settings.kind == "directadmin" and settings.local and has_panel_files(settings.root):
                written: Tuple[Path, ...] = tuple(hookfiles.install(settings.root, config.state_dir))
                yield Finding(Level.OK, "mended", f"{name}: {len(written)} files of the plugin are installed")
    except DunningError as error:
        yield from mistakes("mended", error)
    except OSError as error:
        yield Finding(Level.BAD, "mended", f"{error.filename}: {error.strerror}", "run dunning doctor --mend as root")
