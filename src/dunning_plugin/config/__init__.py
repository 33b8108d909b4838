"""dunning.yaml: load it, check it against the schema, give it as frozen dataclasses."""

from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from dunning_plugin.config.check import Checker, schema
from dunning_plugin.config.settings import (
    Config,
    Contact,
    CsvSettings,
    HostSettings,
    NoticeSettings,
    PanelSettings,
)
from dunning_plugin.errors import InputError, InputErrors

__all__ = ["Config", "Contact", "CsvSettings", "HostSettings", "NoticeSettings", "PanelSettings", "load"]


def load(path: Union[str, Path]) -> Config:
    """The configuration in this file.

    InputError for a file that cannot be read or is no YAML; InputErrors with every mistake, each with its line, the
    way to the key and what to write instead. Relative paths are relative to the file."""
    file = Path(path).absolute()
    node = _compose(file)
    checker = Checker(str(path), [])
    values = checker.section(node, schema(), "", 1)
    config = None if checker.errors else _build(file, values, checker)
    if checker.errors or config is None:
        raise InputErrors(sorted(checker.errors, key=lambda error: error.line or 0))
    return config


def _compose(file: Path) -> Optional[yaml.Node]:
    try:
        return yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise InputError(
            "there is no such file",
            file=str(file),
            remedy="name yours with --config; docs/configuration.md has a sample",
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(file)) from None
    except UnicodeDecodeError:
        raise InputError("is not written in UTF-8", file=str(file), remedy="save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(
            f"is no YAML: {error.problem}", file=str(file), line=line, remedy="mind the indentation"
        ) from None


def _build(file: Path, values: Dict[str, Any], checker: Checker) -> Optional[Config]:
    def path(text: Optional[str]) -> Optional[Path]:
        return None if text is None else (file.parent / text)

    host = values["host"]
    try:
        zone = ZoneInfo(host["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        checker.errors.append(
            InputError(
                f'host.timezone: "{host["timezone"]}" is no time zone', file=str(file), remedy="write Europe/Amsterdam"
            )
        )
        return None
    contact = Contact(**{name: value or "" for name, value in host["contact"].items()})
    panels = {
        name: PanelSettings(
            **{
                **panel,
                **{key: path(panel[key]) for key in ("password_file", "ca_file", "root")},
                "url": panel["url"] or "",
            }
        )
        for name, panel in values["panels"].items()
    }
    sources = {name: CsvSettings(**_csv(source)) for name, source in values["sources"].items()}
    notice = values["notice"]
    return Config(
        file,
        HostSettings(host["name"], contact, zone, host["language"]),
        file.parent / values["state_dir"],
        panels,
        sources,
        NoticeSettings(tuple(notice["languages"]), notice["retry_after"], path(notice["templates"])),
        values["guard_reseller_activate"],
    )


def _csv(source: Mapping[str, Any]) -> Dict[str, Any]:
    kept = {name: value for name, value in source.items() if name != "kind"}
    return {**kept, "credit_kinds": tuple(kept["credit_kinds"])}
