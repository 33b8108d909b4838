"""The lint of public text: nothing that visitors see may speak of debt, payment, invoices or the debtor.

Why: a page that says who did not pay is an unlawful blacklist (Rb. Amsterdam 12-9-2014, ECLI:NL:RBAMS:2014:5938), and
on a reseller's sites it would name the wrong party. Every language's words are refused in every language.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Sequence, Set, Tuple

import yaml

from dunning_plugin.errors import InputError, InputErrors
from dunning_plugin.notice.plain import plain, readings, words_of

SUFFIXES = frozenset(["bv", "nv", "vof", "cv", "bvba", "gmbh", "ag", "kg", "ug", "ohg", "ev", "sarl", "sas", "sa"])
SUFFIXES |= {"eurl", "srl", "ltd", "limited", "llc", "plc", "inc", "corp"}
"""Forms of companies: the name says who it is without them too."""


@dataclass(frozen=True)
class Finding:
    """A word that may not stand there: the line (from 1), the word as it reads, and why."""

    line: int
    word: str
    why: str


@dataclass(frozen=True)
class _Rules:
    """One pattern for all words, and what is allowed all the same; both for plain text."""

    forbidden: "re.Pattern[str]"
    allowed: Tuple[str, ...]


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    data: Dict[str, List[str]] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    allowed = tuple(plain(word) for word in data.pop("allowed"))
    patterns = sorted({_pattern(word) for language in data.values() for word in language})
    return _Rules(re.compile("|".join(patterns)), allowed)


def _pattern(word: str) -> str:
    """For a line of plain words with a space before and after each."""
    kind = word[0] if word[0] in "*=" else ""
    stem = re.escape(" ".join(words_of(plain(word[len(kind) :]))))
    return "(?<= )" + {"*": f"[^ ]*{stem}", "=": f"{stem}(?= )", "": stem}[kind]


def lint(text: str, names: Iterable[str] = ()) -> List[Finding]:
    """Findings in a text or a page, in order. `names`: the debtor's and his accounts', refused as whole phrases.

    A page is read as its visitor reads it (a tag, a soft hyphen or a look-alike letter in a word hides nothing), and
    its source besides: attributes, comments and style sheets."""
    found: Dict[Tuple[int, str], Finding] = {}
    phrases = [(name, phrase) for name in names for phrase in _phrases(name)]
    searched: Set[Tuple[int, str, str]] = set()
    for reading in readings(text):
        lines = [words_of(line) for line in reading.split("\n")]
        for number, line in enumerate(lines, 1):
            following = _following(lines, number)
            # Most lines read the same in every reading.
            key = (number, " ".join(line), " ".join(following))
            if key in searched:
                continue
            searched.add(key)
            for finding in _findings(number, line, following, phrases):
                found.setdefault((number, finding.word), finding)
    return sorted(found.values(), key=lambda finding: (finding.line, finding.word))


def _following(lines: Sequence[Sequence[str]], number: int) -> Sequence[str]:
    """The words after line `number`: a phrase may go on there, since a page's line ends are no more than spaces."""
    return next((line[:8] for line in lines[number:] if line), ())


def _findings(
    number: int, line: Sequence[str], following: Sequence[str], phrases: Sequence[Tuple[str, "re.Pattern[str]"]]
) -> Iterator[Finding]:
    """What begins in one line."""
    if not line:
        return
    flat = f" {' '.join([*line, *following])} "
    end = len(" ".join(line)) + 1
    for match in _rules().forbidden.finditer(flat):
        if match.start() < end and not flat.startswith(_rules().allowed, match.start()):
            word = flat[match.start() : flat.index(" ", match.end())]
            yield Finding(number, word, "speaks of debt or payment")
    for name, phrase in phrases:
        standing = phrase.search(flat)
        if standing and standing.start() < end:
            yield Finding(number, name, "names the debtor")


def _phrases(name: str) -> List["re.Pattern[str]"]:
    """How a name may be written: with or without the form of the company, its words joined or apart."""
    words = words_of(re.sub(r"\b(\w)\.", r"\1", plain(name)))
    core = [word for word in words if word not in SUFFIXES] or words
    return [re.compile(f"(?<= ){' ?'.join(map(re.escape, core))}(?= )")] if core else []


def check_or_raise(text: str, where: str, names: Sequence[str] = ()) -> None:
    """InputErrors with every finding, each with `where` and its line, if the text may not be published."""
    findings = lint(text, names)
    if findings:
        raise InputErrors(
            [
                InputError(
                    f"'{finding.word}' may not stand in a public notice: it {finding.why}",
                    file=where,
                    line=finding.line,
                    remedy="a notice speaks of administrative reasons and of nothing else",
                )
                for finding in findings
            ]
        )
