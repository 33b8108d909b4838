"""DirectAdmin: client (HTTP), decode (its encodings), adapter (the Panel), one module a measure, hooks."""

from pathlib import Path

from dunning_plugin.config.settings import PanelSettings
from dunning_plugin.panels.directadmin.adapter import DirectAdmin
from dunning_plugin.panels.directadmin.client import Client
from dunning_plugin.panels.directadmin.locks import Folder


def open_panel(name: str, settings: PanelSettings, state_dir: Path, guard: bool) -> DirectAdmin:
    """The adapter for one DirectAdmin. `guard`: refuse that a reseller lifts our block of his users."""
    guards = Folder(state_dir / "locks/guard")
    if settings.local:
        guards.switch(guard)
    return DirectAdmin(name, settings, Client(name, settings), Folder(state_dir / "locks/login"), guards)
