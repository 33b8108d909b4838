"""The old commands of the panel: this module brings them all together."""

from dunning_plugin.sandbox.directadmin import (
    legacy_accounts,
    legacy_change,
    legacy_databases,
    legacy_dns,
    legacy_domains,
    legacy_keys,
    legacy_mail,
    legacy_none,
    legacy_packages,
    legacy_server,
    legacy_show,
)
from dunning_plugin.sandbox.directadmin.commands import COMMANDS, Legacy

MODULES = (
    *(legacy_accounts, legacy_change, legacy_databases, legacy_dns, legacy_domains, legacy_keys, legacy_mail),
    *(legacy_none, legacy_packages, legacy_server, legacy_show),
)
"""Importing them registers their commands."""

__all__ = ["COMMANDS", "MODULES", "Legacy"]
