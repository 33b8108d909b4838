"""Which panels there are. A new panel is one entry here, its module beside this file, and its contract test."""

from importlib import import_module
from typing import TYPE_CHECKING, Dict

from dunning_plugin.errors import InputError
from dunning_plugin.panels.interface import Panel

if TYPE_CHECKING:
    from dunning_plugin.config import Config

KINDS: Dict[str, str] = {"directadmin": "dunning_plugin.panels.directadmin"}
"""kind in dunning.yaml -> package with a function open_panel(name, settings, state_dir, guard) -> Panel."""


def open_panel(name: str, config: "Config") -> Panel:
    """The adapter for a configured panel. InputError for a kind that nobody wrote."""
    settings = config.panels[name]
    if settings.kind not in KINDS:
        raise InputError(f"no panel of kind '{settings.kind}'", field=f"panels.{name}.kind", remedy=", ".join(KINDS))
    module = import_module(KINDS[settings.kind])
    panel: Panel = module.open_panel(name, settings, config.state_dir, config.guard_reseller_activate)
    return panel
