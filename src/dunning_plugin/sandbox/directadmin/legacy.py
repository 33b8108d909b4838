"""The old commands of the panel: this module brings them all together."""

from dunning_plugin.sandbox.directadmin import legacy_accounts, legacy_domains, legacy_show
from dunning_plugin.sandbox.directadmin.commands import COMMANDS, Legacy

MODULES = (legacy_accounts, legacy_domains, legacy_show)
"""Importing them registers their commands."""

__all__ = ["COMMANDS", "MODULES", "Legacy"]
