"""The list of debtors and their panel accounts, from YAML or CSV: written by the host, once."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, NoReturn, Optional, Tuple

import yaml

from dunning_plugin.errors import InputError
from dunning_plugin.model import AccountRef, Debtor

FIELDS = ("key", "name", "email", "language", "accounts")
HEADINGS = ("debtor", "name", "panel", "account")


@dataclass(frozen=True)
class ListedDebtor:
    """One debtor of the file with his accounts, each with the line it stands in."""

    debtor: Debtor
    accounts: Tuple[Tuple[AccountRef, int], ...]
    line: int


def read_debtors(path: Path) -> Tuple[ListedDebtor, ...]:
    """The debtors in a .yaml or .csv file. InputError with file, line and field for the first mistake."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from None
    except UnicodeDecodeError:
        raise InputError("is not written in UTF-8", file=str(path), remedy="save it as UTF-8") from None
    listed = _from_csv(path, text) if path.suffix.lower() == ".csv" else _from_yaml(path, text)
    _check_once(path, listed)
    return listed


def _from_yaml(path: Path, text: str) -> Tuple[ListedDebtor, ...]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"is no YAML: {error.problem}", file=str(path), line=line) from None
    if not isinstance(root, yaml.SequenceNode):
        _fail(path, 1, None, "is no list of debtors", "begin each debtor with '- key: …'")
    return tuple(_yaml_debtor(path, node) for node in root.value)


def _yaml_debtor(path: Path, node: yaml.Node) -> ListedDebtor:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        _fail(path, line, None, "is no debtor", "write key:, name: and accounts: below one another")
    values: Dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in FIELDS:
            _fail(path, key.start_mark.line + 1, key.value, "is no field of a debtor", f"known: {', '.join(FIELDS)}")
        values[key.value] = value
    texts = {name: str(value.value) for name, value in values.items() if isinstance(value, yaml.ScalarNode)}
    for name in ("key", "name"):
        if not texts.get(name, "").strip():
            _fail(path, line, name, "is missing", f"write {name}: below the debtor")
    accounts = values.get("accounts")
    items = accounts.value if isinstance(accounts, yaml.SequenceNode) else []
    refs = tuple((_ref(path, item.start_mark.line + 1, str(item.value)), item.start_mark.line + 1) for item in items)
    debtor = Debtor(texts["key"].strip(), texts["name"].strip(), texts.get("email", ""), texts.get("language", ""))
    return ListedDebtor(debtor, refs, line)


def _from_csv(path: Path, text: str) -> Tuple[ListedDebtor, ...]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    missing = [name for name in HEADINGS if name not in (reader.fieldnames or ())]
    if missing:
        _fail(
            path,
            1,
            None,
            f"has no column {', '.join(missing)}",
            f"the headings are {','.join(HEADINGS)}[,email,language]",
        )
    people: Dict[str, Debtor] = {}
    lines: Dict[str, int] = {}
    accounts: Dict[str, List[Tuple[AccountRef, int]]] = {}
    for row in reader:
        values = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        for name in ("debtor", "name"):
            if not values[name]:
                _fail(path, reader.line_num, name, "is missing", "every row names the debtor")
        person = Debtor(values["debtor"], values["name"], values.get("email", ""), values.get("language", ""))
        if people.setdefault(person.key, person) != person:
            _fail(path, reader.line_num, "name", f"differs from line {lines[person.key]}", "one debtor has one name")
        lines.setdefault(person.key, reader.line_num)
        if values["account"]:
            ref = _ref(path, reader.line_num, f"{values['panel']}/{values['account']}")
            accounts.setdefault(person.key, []).append((ref, reader.line_num))
    return tuple(ListedDebtor(person, tuple(accounts.get(key, ())), lines[key]) for key, person in people.items())


def _ref(path: Path, line: int, text: str) -> AccountRef:
    panel, slash, name = text.strip().partition("/")
    if not (panel and slash and name):
        _fail(path, line, "accounts", f"'{text}' is no account", "write panel/account, as da1/webbouw")
    return AccountRef(panel, name)


def _check_once(path: Path, listed: Tuple[ListedDebtor, ...]) -> None:
    keys: Dict[str, int] = {}
    holders: Dict[AccountRef, str] = {}
    for person in listed:
        if person.debtor.key in keys:
            _fail(
                path,
                person.line,
                "key",
                f"'{person.debtor.key}' stands in line {keys[person.debtor.key]} too",
                "keep one",
            )
        keys[person.debtor.key] = person.line
        for ref, line in person.accounts:
            if holders.setdefault(ref, person.debtor.key) != person.debtor.key:
                _fail(path, line, "accounts", f"{ref} is {holders[ref]}'s already", "an account belongs to one debtor")


def _fail(path: Path, line: int, field: Optional[str], what: str, remedy: str) -> NoReturn:
    raise InputError(what, file=str(path), line=line, field=field, remedy=remedy)
