"""Check a YAML document against the schema: every mistake at once, each with its line and the way to it."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

import yaml

from dunning_plugin.errors import InputError

SECRETS = ("password", "passwd", "secret", "key", "login_key", "token")


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
            if name in given:
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

    def value(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> Any:
        """One value by its rule; None if it is wrong (the mistake is noted)."""
        kind = rule["type"]
        if kind == "section":
            return self.section(node, rule["keys"], path, line)
        if kind == "sections":
            pairs = self._pairs(node, path)
            return {
                name: self.section(value, rule["keys"], f"{path}.{name}", key.start_mark.line + 1)
                for name, (key, value) in pairs.items()
            }
        if kind == "map":
            return self._map(node, rule, path, line)
        if kind == "list":
            return self._list(node, rule, path, line)
        return self._scalar(node, rule, path, line)

    def _scalar(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return self._wrong("must be one value", path, line, f"write it as {rule.get('example')}")
        text, kind = str(node.value), rule["type"]
        if kind == "flag":
            if text.lower() not in ("true", "false", "yes", "no"):
                return self._wrong(f'"{text}" is neither true nor false', path, line, "write true or false")
            return text.lower() in ("true", "yes")
        if kind in ("number", "seconds"):
            if not text.isdecimal() or not 0 < int(text) < 10**9:
                return self._wrong(f'"{text}" is no whole number above 0', path, line, f"write {rule['example']}")
            return int(text)
        if kind == "choice" and text not in rule["choices"]:
            choices = ", ".join(str(choice) for choice in rule["choices"])
            return self._wrong(f'"{text}" is not one of: {choices}', path, line, f"write {rule['example']}")
        return text

    def _map(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> Dict[str, str]:
        pairs = self._pairs(node, path)
        for name, (key, _) in pairs.items():
            if name not in rule["allowed"]:
                self._unknown(name, rule["allowed"], path, key.start_mark.line + 1)
        for name in rule["needed"]:
            if name not in pairs:
                self._wrong(f"has no {name}", path, line, f"add {name}: and the file's heading for it")
        return {name: str(value.value) for name, (_, value) in pairs.items() if isinstance(value, yaml.ScalarNode)}

    def _list(self, node: yaml.Node, rule: Mapping[str, Any], path: str, line: int) -> List[str]:
        if not isinstance(node, yaml.SequenceNode):
            self._wrong("must be a list", path, line, f"write {rule['example']}")
            return []
        values = [str(item.value) for item in node.value]
        for value in values:
            if "allowed" in rule and value not in rule["allowed"]:
                self._wrong(
                    f'"{value}" is not one of: {", ".join(rule["allowed"])}', path, line, f"write {rule['example']}"
                )
        return values

    def _pairs(self, node: Optional[yaml.Node], path: str) -> Dict[str, Tuple[yaml.Node, yaml.Node]]:
        if node is None or (isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._wrong(
                "must be a section of keys", path or "the file", node.start_mark.line + 1, "indent its keys below it"
            )
            return {}
        pairs: Dict[str, Tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if str(key.value) in pairs:
                self._wrong(
                    "stands there twice", f"{path}.{key.value}".lstrip("."), key.start_mark.line + 1, "keep one"
                )
            pairs[str(key.value)] = (key, value)
        return pairs

    def _unknown(self, name: str, known: Any, path: str, line: int) -> None:
        where = f"{path}.{name}" if path else name
        if name in SECRETS:
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
        self.errors.append(InputError(f"{path}: {what}", file=self.file, line=line, remedy=remedy))
