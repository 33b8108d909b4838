"""The part of Apache 2.4's .htaccess that a notice needs: strict, so that what Apache refuses is refused here.

Directives: IfModule, DirectoryIndex, ErrorDocument, Header, RewriteEngine, RewriteCond, RewriteRule, Options. Anything
else answers 500, as Apache does for what it does not know; so do rewrite flags other than L, END and an error status.
Only the file in the document root is read. Compared with Debian's Apache by tests/services.
"""

import re
import shlex
from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Optional, Tuple

MODULES = ("mod_headers.c", "mod_rewrite.c", "mod_alias.c", "mod_mime.c", "mod_dir.c")


class Misconfigured(Exception):
    """Apache would answer 500 and write this into its error log."""


@dataclass
class Rule:
    """One RewriteRule with the conditions before it."""

    pattern: str
    target: str
    flags: Dict[str, str]
    conditions: List[Tuple[str, str, bool]]


@dataclass
class Htaccess:
    """What a .htaccess asks for."""

    index: List[str] = field(default_factory=lambda: ["index.html", "index.php"])
    errors: Dict[int, str] = field(default_factory=dict)
    headers: List[Tuple[str, str, str, str]] = field(default_factory=list)
    rewrite: bool = False
    rules: List[Rule] = field(default_factory=list)

    def with_headers(self, given: Mapping[str, str], status: int) -> Dict[str, str]:
        """The answer's headers once `Header` was applied; `always` holds for errors too, `onsuccess` for 2xx only."""
        found = dict(given)
        for condition, action, name, value in self.headers:
            if condition == "onsuccess" and status >= 300:
                continue
            for old in [key for key in found if key.lower() == name.lower()]:
                if (action == "unset" and condition == "always") or (action in ("set", "unset") and old in given):
                    del found[old]
            if action == "set":
                found[name] = value
        return found


def parse(text: str) -> Htaccess:
    """Read a .htaccess. Misconfigured names what Apache would not take."""
    found = Htaccess()
    conditions: List[Tuple[str, str, bool]] = []
    skipping: List[bool] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        opened = re.fullmatch(r"<IfModule\s+(!?)([\w.]+)>", line, re.IGNORECASE)
        if opened:
            skipping.append((opened.group(2) in MODULES) == bool(opened.group(1)))
        elif line.lower() == "</ifmodule>":
            if not skipping:
                raise Misconfigured(f"line {number}: </IfModule> without <IfModule>")
            skipping.pop()
        elif not any(skipping):
            _directive(found, conditions, _words(line, number), number)
    if skipping:
        raise Misconfigured("<IfModule> is not closed")
    return found


def _words(line: str, number: int) -> List[str]:
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
        lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
        return list(lexer)
    except ValueError as error:
        raise Misconfigured(f"line {number}: {error}") from None


def _directive(found: Htaccess, conditions: List[Tuple[str, str, bool]], words: List[str], number: int) -> None:
    name, values = words[0].lower(), words[1:]
    if name == "directoryindex":
        found.index = values
    elif name == "errordocument" and len(values) == 2 and values[0].isdecimal():
        found.errors[int(values[0])] = values[1]
    elif name == "options":
        return
    elif name == "header":
        found.headers.append(_header(values, number))
    elif name == "rewriteengine":
        found.rewrite = [value.lower() for value in values] == ["on"]
    elif name == "rewritecond" and len(values) >= 2:
        negated = values[1].startswith("!")
        conditions.append((values[0], _pattern(values[1][1:] if negated else values[1], number), negated))
    elif name == "rewriterule" and len(values) in (2, 3):
        found.rules.append(Rule(_pattern(values[0], number), values[1], _flags(values[2:], number), list(conditions)))
        conditions.clear()
    else:
        raise Misconfigured(f"line {number}: Invalid command '{words[0]}', perhaps misspelled")


def _header(values: List[str], number: int) -> Tuple[str, str, str, str]:
    condition = values.pop(0).lower() if values and values[0].lower() in ("always", "onsuccess") else "onsuccess"
    if len(values) not in (2, 3) or values[0].lower() not in ("set", "unset"):
        raise Misconfigured(f"line {number}: Header takes set or unset, a name and a value")
    return condition, values[0].lower(), values[1], values[2] if len(values) == 3 else ""


def _pattern(text: str, number: int) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise Misconfigured(f"line {number}: cannot compile regular expression '{text}': {error}") from None
    return text


def _flags(words: List[str], number: int) -> Dict[str, str]:
    pairs = (part.partition("=") for part in words[0].strip("[]").split(",")) if words else ()
    flags = {key.strip().upper(): value for key, _, value in pairs}
    if flags.keys() - {"L", "END", "R"} or ("R" in flags and not re.fullmatch("[45][0-9][0-9]", flags["R"])):
        raise Misconfigured(f"line {number}: only the flags L, END and R=4xx or R=5xx are known here")
    return flags


@dataclass
class Rewritten:
    """What the rules made of a request: a status to answer at once, or the path to serve."""

    path: str
    status: Optional[int] = None


def rewrite(rules: Htaccess, path: str, variables: Mapping[str, str]) -> Rewritten:
    """Apply the rules to a path below the folder ('/' first), as per-directory rules see it (without that '/')."""
    if not rules.rewrite:
        return Rewritten(path)
    here = path.lstrip("/")
    for rule in rules.rules:
        groups = _match(rule, here, variables)
        if groups is None:
            continue
        status = rule.flags.get("R")
        if status and int(status) >= 400:
            return Rewritten(path, int(status))
        if rule.target != "-":
            here = _filled(rule.target, groups).lstrip("/")
        if "L" in rule.flags or "END" in rule.flags:
            break
    return Rewritten("/" + here)


def _filled(target: str, groups: List[str]) -> str:
    """The target with %1… replaced by the groups of the last condition."""
    return re.sub(r"%(\d)", lambda found: groups[int(found.group(1))], target)


def _match(rule: Rule, here: str, variables: Mapping[str, str]) -> Optional[List[str]]:
    """The groups of the last condition that matched, for %1…; None if the rule does not apply."""
    if re.search(rule.pattern, here) is None:
        return None
    groups: List[str] = [""] * 10
    for test, pattern, negated in rule.conditions:
        text = re.sub(r"%\{([^}]+)\}", lambda found: variables.get(found.group(1), ""), test)
        found = re.search(pattern, text)
        if (found is None) != negated:
            return None
        if found is not None:
            groups = [found.group(0), *(group or "" for group in found.groups()), *[""] * 9]
    return groups
