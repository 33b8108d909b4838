"""The list of debtors and their panel accounts, from YAML or CSV: written by the host, once."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, NoReturn, Optional, Tuple

import yaml

from dunning_plugin.errors import InputError
from dunning_plugin.files import printable, read_text, shown, yaml_error
from dunning_plugin.model import AccountRef, Debtor

MOST_BYTES = 64 << 20
NOTHING = "tag:yaml.org,2002:null"
LANGUAGES = ("", "nl", "en", "de", "fr")
ACCOUNT = re.compile(r"[^\s/:\x00-\x1f\x7f]+")
CSV_TEXTS = ("debtor", "name", "email", "language")
FIELDS = ("key", "name", "email", "language", "accounts")
HEADINGS = ("debtor", "name", "panel", "account")


@dataclass(frozen=True)
class ListedDebtor:
    """One debtor of the file with his accounts, each with the line it stands in."""

    debtor: Debtor
    accounts: Tuple[Tuple[AccountRef, int], ...]
    line: int
    lists_accounts: bool = True
    """The file says which accounts are his: a link that it does not name is his no longer."""


def read_debtors(path: Path, follow: bool = True) -> Tuple[ListedDebtor, ...]:
    """The debtors in a .yaml or .csv file. InputError with file, line and field for the first mistake."""
    text = read_text(path, MOST_BYTES, follow)
    listed = _from_csv(path, text) if path.suffix.lower() == ".csv" else _from_yaml(path, text)
    if not listed:
        _fail(path, 1, None, "lists no debtor", "begin each debtor with '- key: …'")
    _check_once(path, listed)
    return listed


def _from_yaml(path: Path, text: str) -> Tuple[ListedDebtor, ...]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise yaml_error(error, path) from None
    except RecursionError:
        raise InputError("is nested too deeply to be a list of debtors", file=shown(path)) from None
    if not isinstance(root, yaml.SequenceNode):
        _fail(path, 1, None, "is no list of debtors", "begin each debtor with '- key: …'")
    return tuple(_yaml_debtor(path, node) for node in root.value)


def _yaml_debtor(path: Path, node: yaml.Node) -> ListedDebtor:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        _fail(path, line, None, "is no debtor", "write key:, name: and accounts: below one another")
    values: Dict[str, yaml.Node] = {}
    for key, value in node.value:
        name, at = key.value if isinstance(key, yaml.ScalarNode) else "?", key.start_mark.line + 1
        if name not in FIELDS:
            _fail(path, at, name, "is no field of a debtor", f"known: {', '.join(FIELDS)}")
        if name in values:
            _fail(path, at, name, "stands there twice", "keep one")
        values[name] = value
    texts = {name: _scalar(path, name, value) for name, value in values.items() if name != "accounts"}
    person = _debtor(path, line, texts)
    accounts = values.get("accounts")
    refs = () if accounts is None else tuple(_yaml_refs(path, accounts))
    return ListedDebtor(person, refs, line, accounts is not None)


def _scalar(path: Path, name: str, node: yaml.Node) -> str:
    """A node's text, '' for `key:` and `key: ~`."""
    if not isinstance(node, yaml.ScalarNode):
        _fail(path, node.start_mark.line + 1, name, "must be one value", f"write {name}: and a text behind it")
    return "" if node.tag == NOTHING else str(node.value)


def _yaml_refs(path: Path, node: yaml.Node) -> Iterator[Tuple[AccountRef, int]]:
    if isinstance(node, yaml.ScalarNode) and node.tag == NOTHING:
        return
    if not isinstance(node, yaml.SequenceNode):
        _fail(path, node.start_mark.line + 1, "accounts", "is no list", "write accounts: [da1/webbouw]")
    for item in node.value:
        line = item.start_mark.line + 1
        yield _ref(path, line, _scalar(path, "accounts", item)), line


def _debtor(path: Path, line: int, texts: Dict[str, str], key: str = "key") -> Debtor:
    """A debtor from the texts of his row; `key` is what the file calls the field."""
    values = {name: text.strip() for name, text in texts.items()}
    for name in (key, "name"):
        if not values.get(name):
            _fail(path, line, name, "is missing", f"every debtor needs his {name}")
    for name, text in values.items():
        if not text.isprintable():
            _fail(path, line, name, "holds a control character", "write it on one line, without any")
    if values.get("language", "") not in LANGUAGES:
        _fail(path, line, "language", f"'{values['language']}' is not one of: nl, en, de, fr", "leave it empty")
    return Debtor(values[key], values["name"], values.get("email", ""), values.get("language", ""))


def _from_csv(path: Path, text: str) -> Tuple[ListedDebtor, ...]:
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=";" if ";" in first else ",")
    begins = 0
    try:
        names = list(reader.fieldnames or ())
        missing = [name for name in HEADINGS if names.count(name) != 1]
        if missing:
            _fail(
                path,
                1,
                None,
                f"has not one column {', '.join(missing)}",
                f"the headings are {','.join(HEADINGS)}[,email,language]",
            )
        begins = reader.line_num
        people: Dict[str, Debtor] = {}
        lines: Dict[str, int] = {}
        accounts: Dict[str, List[Tuple[AccountRef, int]]] = {}
        for row in reader:
            line, begins = begins + 1, reader.line_num
            if None in row:
                _fail(path, line, None, f"has more fields than the heading's {len(names)}", "quote fields with commas")
            values = {name: value or "" for name, value in row.items()}
            person = _debtor(path, line, {name: values[name] for name in values if name in CSV_TEXTS}, "debtor")
            if people.setdefault(person.key, person) != person:
                _fail(path, line, "name", f"differs from line {lines[person.key]}", "one debtor has one name")
            lines.setdefault(person.key, line)
            if values["account"].strip():
                ref = _ref(path, line, f"{values['panel'].strip()}/{values['account'].strip()}")
                accounts.setdefault(person.key, []).append((ref, line))
    except csv.Error as error:
        _fail(path, begins + 1, None, f"is no CSV: {error}", "mind the quotes from this line on")
    return tuple(
        ListedDebtor(person, tuple(accounts.get(key, ())), lines[key], key in accounts)
        for key, person in people.items()
    )


def _ref(path: Path, line: int, text: str) -> AccountRef:
    panel, slash, name = text.strip().partition("/")
    if not (panel and slash and ACCOUNT.fullmatch(name)):
        _fail(path, line, "accounts", f"'{printable(text)}' is no account", "write panel/account, as da1/webbouw")
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
    raise InputError(what, file=shown(path), line=line, field=field, remedy=remedy)
