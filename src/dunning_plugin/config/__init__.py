"""dunning.yaml: load it, check it against the schema, give it as frozen dataclasses."""

from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union
from zoneinfo import ZoneInfo

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
from dunning_plugin.files import read_text, shown, yaml_error

__all__ = ["Config", "Contact", "CsvSettings", "HostSettings", "NoticeSettings", "PanelSettings", "load"]

MOST_BYTES = 1 << 20
"""No dunning.yaml is larger; /dev/zero would be."""


def load(path: Union[str, Path]) -> Config:
    """The configuration in this file.

    InputError for a file that cannot be read or is no YAML; InputErrors with every mistake, each with its line, the
    way to the key and what to write instead. Relative paths are relative to the file."""
    try:
        file = Path(path).absolute()
    except FileNotFoundError:
        raise InputError(
            "the current folder is gone", remedy="go to another one, or give --config a whole path"
        ) from None
    node = _compose(file)
    checker = Checker(str(path), [])
    values = checker.section(node, schema(), "", 1)
    if checker.errors:
        raise InputErrors(sorted(checker.errors, key=lambda error: error.line or 0))
    return _build(file, values)


def _compose(file: Path) -> Optional[yaml.Node]:
    if not file.exists():
        raise InputError(
            "there is no such file",
            file=shown(file),
            remedy="name yours with --config; docs/configuration.md has a sample",
        )
    try:
        return yaml.compose(read_text(file, MOST_BYTES), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise yaml_error(error, file) from None
    except RecursionError:
        raise InputError("is nested too deeply to be a configuration", file=str(file)) from None


def _build(file: Path, values: Dict[str, Any]) -> Config:
    def path(text: Optional[str]) -> Optional[Path]:
        return None if text is None else (file.parent / text)

    host = values["host"]
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
        HostSettings(host["name"], contact, ZoneInfo(host["timezone"]), host["language"]),
        file.parent / values["state_dir"],
        panels,
        sources,
        NoticeSettings(tuple(notice["languages"]), notice["retry_after"], path(notice["templates"])),
        values["guard_reseller_activate"],
        path(values["import_dir"]),
    )


def _csv(source: Mapping[str, Any]) -> Dict[str, Any]:
    kept = {name: value for name, value in source.items() if name != "kind"}
    return {**kept, "credit_kinds": tuple(kept["credit_kinds"])}
