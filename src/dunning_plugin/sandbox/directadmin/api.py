"""The /api endpoints of the panel: this module brings them all together."""

from dunning_plugin.sandbox.directadmin import (
    api_accounts,
    api_databases,
    api_keys,
    api_plugins,
    api_server,
    api_sessions,
)
from dunning_plugin.sandbox.directadmin.api_sessions import public_info
from dunning_plugin.sandbox.directadmin.endpoints import ENDPOINTS, Api, ok

MODULES = (api_accounts, api_databases, api_keys, api_plugins, api_server, api_sessions)
"""Importing them registers their endpoints."""

__all__ = ["ENDPOINTS", "MODULES", "Api", "ok", "public_info"]
