"""Check a YAML document against the schema: every mistake at once, each with its line and the way to it."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

import yaml

from dunning_plugin.config import meaning
from dunning_plugin.errors import InputError
from dunning_plugin.files import printable

SECRETS = re.compile(r"(.*[_-])?(pass(word|wd|phrase)?|pw|secret|key|token|credentials?)", re.IGNORECASE)
MOST = 10**9
"""The largest number that a setting may have where the schema names no `max`."""


@lru_cache(maxsize=1)
def schema() -> Mapping[str, Any]:
    """The schema as data; see schema.yaml."""
    text = Path(__file__).with_name("schema.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


@dataclass
class Checker:
    """Walks a document and collects its mistakes in `errors`."""

    file: str
    errors: List[InputError]

    def section(self, node: Optional[yaml.Node], keys: Mapping[str, Any], path: str, line: int) -> Dict[str, Any]:
        """The values of a section, defaults filled in."""
        given = self._pairs(node, path)
        for name, (key, _) in given.items():
            if name not in keys:
                self._unknown(name, keys, path, key.start_mark.line + 1)
        values: Dict[str, Any] = {}
        for name, rule in keys.items():
            where = f"{path}.{name}" if path else name
            if name in given and not _is_nothing(given[name][1]):
                key, value = given[name]
                values[name] = self.value(value, rule, where, key.start_mark.line + 1)
            elif rule.get("required"):
                example = rule.get("example")
                remedy = f"write {name}: {example}" if example is not None else f"add the section {name}:"
                self._wrong("is missing", where, line, remedy)
            elif rule["type"] == "section":
                values[name] = self.section(None, rule["keys"], where, line)
            else:
                values[name] = rule.get("default", {} if rule["type"] == "sections" else None)
        return values

    def sections(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> Dict[str, Any]:
        """Sections under names of the host's choice, each checked by itself and for what does not go together."""
        found: Dict[str, Any] = {}
        for name, (key, value) in self._pairs(node, path).items():
            where, at = f"{path}.{name}", key.start_mark.line + 1
            if not meaning.NAME.fullmatch(name):
                self._wrong("is no name", where, at, "use letters, digits, '-', '_' and '.'")
            before = len(self.errors)
            found[name] = self.section(value, rule["keys"], where, at)
            if len(self.errors) == before:
                together = {"panels": meaning.of_panel, "sources": meaning.of_source}[path](found[name])
                lines = {word: key.start_mark.line + 1 for word, (key, _) in self._pairs(value, where).items()}
                for setting, what, remedy in together:
                    self._wrong(what, f"{where}.{setting}", lines.get(setting, at), remedy)
        if not found and rule.get("required"):
            self._wrong("names none", path, line, f"give one a name and write {path}.NAME.kind: below it")
        return found

    def value(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> Any:
        """One value by its rule; None if it is wrong (the mistake is noted)."""
        kind = rule["type"]
        if kind == "section":
            return self.section(node, rule["keys"], path, line)
        if kind == "sections":
            return self.sections(node, rule, path, line)
        if kind == "map":
            return self._map(node, rule, path, line)
        if kind == "list":
            return self._list(node, rule, path, line)
        return self._scalar(node, rule, path, line)

    def _scalar(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return self._wrong("must be one value", path, line, f"write it as {rule.get('example')}")
        text, kind = str(node.value), rule["type"]
        # No setting is an address of a line: a control character in one is a slip, or an attack on a terminal.
        if any(letter < " " or letter == "\x7f" for letter in text) and rule.get("check") != "delimiter":
            return self._wrong("holds a control character", path, line, f"write it as {rule.get('example')}")
        may_be_blank = rule.get("check") in ("delimiter", "thousands") or (kind == "text" and not rule.get("required"))
        if not text.strip() and not (may_be_blank and text in ("", " ", "\u00a0", "\u202f", "\t")):
            return self._wrong("is empty", path, line, f"write it as {rule.get('example')}")
        if kind == "flag":
            if text.lower() not in ("true", "false", "yes", "no"):
                return self._wrong(f'"{text}" is neither true nor false', path, line, "write true or false")
            return text.lower() in ("true", "yes")
        if kind in ("number", "seconds"):
            most = rule.get("max", MOST)
            if not (text.isascii() and text.isdecimal() and len(text) < 12 and 0 < int(text) <= most):
                said = f'"{text}" is no whole number from 1 to {most}'
                return self._wrong(said, path, line, f"write {rule['example']}")
            return int(text)
        if kind == "choice" and text not in rule["choices"]:
            choices = ", ".join(str(choice) for choice in rule["choices"])
            return self._wrong(f'"{text}" is not one of: {choices}', path, line, f"write {rule['example']}")
        check = meaning.CHECKS.get(rule.get("check", "path" if kind == "path" else ""))
        problem = check(text) if check and (text or kind != "text" or "default" in rule) else ""
        if problem:
            return self._wrong(_said(text, problem), path, line, f'write "{rule["example"]}"')
        return text

    def _map(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> Dict[str, str]:
        pairs = {name: pair for name, pair in self._pairs(node, path).items() if not _is_nothing(pair[1])}
        for name, (key, value) in pairs.items():
            at = key.start_mark.line + 1
            if name not in rule["allowed"]:
                self._unknown(name, rule["allowed"], path, at)
            elif not isinstance(value, yaml.ScalarNode) or not str(value.value).strip():
                self._wrong("is no heading", f"{path}.{name}", at, "write the heading as it stands in the file")
        for name in rule["needed"]:
            if name not in pairs:
                self._wrong(f"has no {name}", path, line, f"add {name}: and the file's heading for it")
        return {name: str(value.value).strip() for name, (_, value) in pairs.items()}

    def _list(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> List[str]:
        if not isinstance(node, yaml.SequenceNode):
            self._wrong("must be a list", path, line, f"write {rule['example']}")
            return []
        if not all(isinstance(item, yaml.ScalarNode) and not _is_nothing(item) for item in node.value):
            self._wrong("holds what is no plain text", path, line, f"write {rule['example']}")
            return []
        values = [str(item.value) for item in node.value]
        if not values and rule.get("default"):
            self._wrong("is an empty list", path, line, f"write {rule['example']}, or leave the setting out")
        for value in values:
            if values.count(value) > 1:
                self._wrong(f'"{value}" stands there twice', path, line, "keep one")
                break
            if "allowed" in rule and value not in rule["allowed"]:
                self._wrong(
                    f'"{value}" is not one of: {", ".join(rule["allowed"])}', path, line, f"write {rule['example']}"
                )
        return values

    def _pairs(self, node: Optional[yaml.Node], path: str) -> Dict[str, Tuple[yaml.Node, yaml.Node]]:
        if node is None or _is_nothing(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._wrong(
                "must be a section of keys", path or "the file", node.start_mark.line + 1, "indent its keys below it"
            )
            return {}
        pairs: Dict[str, Tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._wrong("a key is no word", path or "the file", key.start_mark.line + 1, "write name: value")
                continue
            if str(key.value) in pairs:
                self._wrong(
                    "stands there twice", f"{path}.{key.value}".lstrip("."), key.start_mark.line + 1, "keep one"
                )
            pairs[str(key.value)] = (key, value)
        return pairs

    def _unknown(self, name: str, known: Any, path: str, line: int) -> None:
        where = f"{path}.{name}" if path else name
        if SECRETS.fullmatch(name):
            self._wrong(
                "secrets do not belong in this file",
                where,
                line,
                "put it into a file of mode 0600 and name that in password_file",
            )
            return
        near = get_close_matches(name, list(known), 1)
        remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        self._wrong("is no setting", where, line, remedy)

    def _wrong(self, what: str, path: str, line: int, remedy: str) -> None:
        self.errors.append(InputError(printable(f"{path}: {what}"), file=self.file, line=line, remedy=remedy))


def _is_nothing(node: yaml.Node) -> bool:
    """`key:` and `key: ~` say nothing: the default holds, and what is required is missing."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _said(text: str, problem: str) -> str:
    """The value with its problem; a value that may hold a password is not repeated."""
    return problem if "password" in problem else f'"{text}" {problem}'
