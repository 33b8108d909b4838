"""The lint of public text: nothing that visitors see may speak of debt, payment, invoices or the debtor.

Why: a page that says who did not pay is an unlawful blacklist (Rb. Amsterdam 12-9-2014, ECLI:NL:RBAMS:2014:5938), and
on a reseller's sites it would name the wrong party. Every language's words are refused in every language.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Iterable, List, Optional, Sequence, Tuple

import yaml

from dunning_plugin.errors import InputError, InputErrors

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u180e]")
# Letters of other scripts that look like Latin ones.
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһьαοερτυνκιΑΒΕΗΙΚΜΝΟΡΤΧАВЕКМНОРСТХı０", "aeopcyxijsdqwhbaoeptuvkiABEHIKMNOPTXABEKMHOPCTXi0"
)
TAG = re.compile(r"<[^>]*>")
STYLE = re.compile(r"<style\b.*?</style>", re.IGNORECASE | re.DOTALL)
WORD = re.compile(r"[^\W_]+", re.UNICODE)


@dataclass(frozen=True)
class Finding:
    """A word that may not stand there: the line, the word, and what it speaks of."""

    line: int
    word: str
    why: str


@lru_cache(maxsize=1)
def words() -> Tuple[Tuple[str, ...], Tuple[str, ...], Tuple[str, ...]]:
    """(beginnings, parts, allowed beginnings), plain."""
    data = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    allowed = tuple(plain(word) for word in data.pop("allowed"))
    every = [str(word) for language in data.values() for word in language]
    begins = tuple(sorted({plain(word) for word in every if not word.startswith("*")}))
    parts = tuple(sorted({plain(word[1:]) for word in every if word.startswith("*")}))
    return begins, parts, allowed


def plain(text: str) -> str:
    """Lower case, without accents, look-alikes and invisible characters."""
    text = INVISIBLE.sub("", text).translate(LOOKALIKES)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def lint(text: str, names: Iterable[str] = ()) -> List[Finding]:
    """Findings in a text or a page, in order. `names`: the debtor's name and the like, refused as whole phrases.

    A page is read as its visitor reads it (tags taken out, so that none can hide in the middle of a word), and once
    more with its tags, so that attributes and comments are read too. Style sheets are passed over."""
    without_style = STYLE.sub(lambda found: "\n" * found.group(0).count("\n"), text)
    seen = TAG.sub(lambda found: "\n" * found.group(0).count("\n"), without_style)
    found = {finding: None for version in (seen, without_style) for finding in _lines(html.unescape(version), names)}
    return sorted(found, key=lambda finding: (finding.line, finding.word))


def _lines(text: str, names: Iterable[str]) -> Iterable[Finding]:
    phrases = [(name, " ".join(WORD.findall(plain(name)))) for name in names]
    for number, line in enumerate(text.split("\n"), 1):
        clean = plain(line)
        for word in WORD.findall(clean):
            why = _forbidden(word)
            if why:
                yield Finding(number, word, f"begins or holds '{why}'")
        flat = " " + " ".join(WORD.findall(clean)) + " "
        for name, phrase in phrases:
            if phrase and f" {phrase} " in flat:
                yield Finding(number, name, "names the debtor")


def _forbidden(word: str) -> Optional[str]:
    begins, parts, allowed = words()
    if word.startswith(allowed):
        return None
    return next((part for part in begins if word.startswith(part)), None) or next((p for p in parts if p in word), None)


def check_or_raise(text: str, where: str, names: Sequence[str] = ()) -> None:
    """InputErrors with every finding if the text may not be published."""
    findings = lint(text, names)
    if findings:
        raise InputErrors(
            [
                InputError(
                    f"'{finding.word}' may not stand in a public notice ({finding.why})",
                    file=where,
                    line=finding.line,
                    remedy="a notice speaks of administrative reasons and of nothing else",
                )
                for finding in findings
            ]
        )
