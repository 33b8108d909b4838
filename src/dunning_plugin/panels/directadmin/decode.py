"""DirectAdmin's answers decoded: url-encoded to excess, JSON with and without `error`, HTML where none was meant."""

import html
import json
import re
from typing import Any, Dict, List
from urllib.parse import parse_qs, quote

from dunning_plugin.errors import PanelChanged, PanelRefused

# Old versions write entities without the semicolon: &#39 &#45 &#64 &#95 &#58 (four public clients).
# Only these five without one: in 'ref K7QM&#452XHB' a longer number would swallow the digit after the hyphen.
BARE_ENTITY = re.compile(r"&#(39|45|58|64|95)(?!\d*;)")
ENTITY = re.compile(r"&#\d{1,7};")
MOST_WORDS = 200
PAIRS = re.compile(r"[A-Za-z0-9_%.\[\]-]+=")


def plain(text: str) -> str:
    """Text without entities, with or without their semicolon."""
    return html.unescape(BARE_ENTITY.sub(r"&#\1;", text))


def pairs(text: str) -> Dict[str, str]:
    """key=value&…, keys and values decoded however much was encoded."""
    # An entity's ampersand would end the value.
    whole = BARE_ENTITY.sub(r"&#\1;", text.strip())
    guarded = ENTITY.sub(lambda found: quote(html.unescape(found.group(0)), safe=""), whole)
    return {key: plain(values[-1]) for key, values in parse_qs(guarded, keep_blank_values=True).items()}


def names(text: str) -> List[str]:
    """list[]=a&list[]=b (brackets encoded or not), or list=a,b as very old versions write."""
    found = parse_qs(text.strip(), keep_blank_values=False)
    if "list[]" in found:
        return found["list[]"]
    return [name for value in found.get("list", []) for name in value.split(",") if name]


def document(panel: str, what: str, text: str) -> Any:
    """An answer's content: JSON, or from an API command the url-encoding of versions that know no json=yes there
    (a list for list[]=…).

    PanelChanged if it is neither, with no more than its beginning."""
    try:
        return json.loads(text)
    except ValueError:
        if what.startswith("/CMD_API_") and PAIRS.match(text):
            return names(text) if text.startswith(("list=", "list[]=", "list%5B%5D=")) else pairs(text)
        begin = " ".join(text.split())[:60]
        raise PanelChanged(
            f"{panel} answered {what} in a form that this version does not know ({begin!r}). "
            "Nothing was concluded from it"
        ) from None


def refused(panel: str, what: str, answer: Any) -> None:
    """Raise PanelRefused in the panel's own words if a JSON answer says no (`error` is not there on success)."""
    if isinstance(answer, dict) and answer.get("error") not in (None, "", "0", 0):
        keys = ("text", "details") if "text" in answer else ("error", "result", "details")
        words = " ".join(str(answer[key]) for key in keys if answer.get(key))
        raise PanelRefused(f"{panel} refused {what}: {plain(words).strip()}")


def words(text: str) -> str:
    """The panel's own words in a refusal, as ' (words)' for a sentence of ours; '' if it said nothing readable."""
    try:
        answer = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    said = next((str(answer[key]) for key in ("message", "error", "type") if answer.get(key)), "")
    said = " ".join("".join(char if char.isprintable() else " " for char in plain(said)).split())
    return f" ({said[:MOST_WORDS]})" if said else ""
