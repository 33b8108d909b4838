"""Every address that a page names, absolute and made here alone: another panel has another base.

Nothing of the session stands in them, and values are quoted.
"""

from typing import Tuple, Union
from urllib.parse import urlencode

from dunning_plugin import __version__

BASE = "/CMD_PLUGINS_ADMIN/dunning"
Value = Union[str, int, Tuple[str, ...]]


def page(name: str, /, **query: Value) -> str:
    """A page's address; empty values are left out, a tuple becomes a repeated key."""
    return f"{BASE}/index.html?{_query(name, query)}"


def data(name: str, /, **query: Value) -> str:
    """The address of the same page's figures, for the script."""
    return f"{BASE}/data.raw?{_query(name, query)}"


def static(kind: str) -> str:
    """The address of our 'css' or 'js'. The version in the name keeps browsers from showing an old one."""
    return f"{BASE}/images/dunning-{__version__}.{kind}"


def _query(name: str, query: "dict[str, Value]") -> str:
    given = {key: value for key, value in query.items() if value not in ("", ())}
    return urlencode({"page": name, **given}, doseq=True)
