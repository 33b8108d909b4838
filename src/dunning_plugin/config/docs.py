"""docs/configuration.md from the schema: `python -m dunning_plugin.config.docs [FILE]` writes or prints it."""

import sys
from pathlib import Path
from typing import Any, Iterator, Mapping

from dunning_plugin.config.check import schema

HEAD = """# dunning.yaml

Generated from the schema that also checks the file; `make docs` writes it anew. dunning looks for
`/etc/dunning/dunning.yaml`; `--config` or `DUNNING_CONFIG` name another. Paths are relative to the file. All mistakes
are listed at once, each with its line and what to write instead. Secrets never stand in it: a panel's password or
login key lies in a file of mode 0600 that `password_file` names.

## A sample

```yaml
{sample}```

## Every setting
"""


def page() -> str:
    """The whole page."""
    return HEAD.format(sample="".join(_sample(schema(), 0))) + "".join(_reference(schema(), ""))


def _sample(keys: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, rule in keys.items():
        if rule["type"] == "section":
            yield f"{indent}{name}:\n"
            yield from _sample(rule["keys"], depth + 1)
        elif rule["type"] == "sections":
            yield f"{indent}{name}:\n{indent}  {'da1' if name == 'panels' else 'invoices'}:\n"
            yield from _sample(rule["keys"], depth + 2)
        else:
            yield f"{indent}{name}: {as_yaml(rule['example'])}\n"


def _reference(keys: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, rule in keys.items():
        where = f"{path}.{name}" if path else name
        if rule["type"] in ("section", "sections"):
            below = f"{where}.NAME" if rule["type"] == "sections" else where
            yield f"\n### {below}\n\n{rule['description']}\n\n"
            yield from _reference(rule["keys"], below)
        else:
            need = "required" if rule.get("required") else f"default {as_yaml(rule.get('default'))}"
            yield f"- `{where}` ({_type(rule)}, {need}): {rule['description']}.\n"


def _type(rule: Mapping[str, Any]) -> str:
    if rule["type"] == "choice":
        return " | ".join(str(choice) for choice in rule["choices"])
    return {"map": "field: heading", "number": "whole number"}.get(str(rule["type"]), str(rule["type"]))


def as_yaml(value: Any) -> str:
    """A value as one would write it in the file."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(str(item) for item in value) + "]"
    text = str(value)
    plain = text and text[0] not in "{[%@&*!|>'\"" and text not in (",", ";", ".", "+") and not text.startswith("+")
    return text if plain or text.startswith("{") else f'"{text}"'


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
