"""DirectAdmin's answers decoded: url-encoded to excess, JSON with and without `error`, HTML where none was meant."""

import html
import json
import re
from typing import Any, Dict, List
from urllib.parse import parse_qs

from dunning_plugin.errors import PanelChanged, PanelRefused

# Old versions write entities without the semicolon: &#39 &#45 &#64 &#95 &#58 (four public clients).
BARE_ENTITY = re.compile(r"&#(\d{2,3});?")


def plain(text: str) -> str:
    """Text without entities, with or without their semicolon."""
    return html.unescape(BARE_ENTITY.sub(lambda found: chr(int(found.group(1))), text))


def pairs(text: str) -> Dict[str, str]:
    """key=value&…, keys and values decoded however much was encoded."""
    guarded = BARE_ENTITY.sub(lambda found: f"%{int(found.group(1)):02X}", text.strip())
    return {key: plain(values[-1]) for key, values in parse_qs(guarded, keep_blank_values=True).items()}


def names(text: str) -> List[str]:
    """list[]=a&list[]=b (brackets encoded or not), or list=a,b as very old versions write."""
    found = parse_qs(text.strip(), keep_blank_values=False)
    if "list[]" in found:
        return found["list[]"]
    return [name for value in found.get("list", []) for name in value.split(",") if name]


def document(panel: str, what: str, text: str) -> Any:
    """JSON of an answer. PanelChanged if it is none, with no more than its beginning."""
    try:
        return json.loads(text)
    except ValueError:
        begin = " ".join(text.split())[:60]
        raise PanelChanged(
            f"{panel} answered {what} in a form that this version does not know ({begin!r}). "
            "Nothing was concluded from it"
        ) from None


def refused(panel: str, what: str, answer: Any) -> None:
    """Raise PanelRefused in the panel's own words if a JSON answer says no (`error` is not there on success)."""
    if isinstance(answer, dict) and answer.get("error") not in (None, "", "0", 0):
        words = " ".join(str(answer.get(key, "")) for key in ("error", "result", "details") if answer.get(key))
        raise PanelRefused(f"{panel} refused {what}: {plain(words).strip()}")
