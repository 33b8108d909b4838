"""The list of debtors: YAML or CSV, odd or plain; a mistake is named with file, line and field."""

from pathlib import Path
from typing import Any, Dict, Tuple, Union

import pytest

from dunning_plugin.errors import InputError
from dunning_plugin.sources.debtors_file import read_debtors

CSV = "debtor,name,panel,account\n"


def listed(folder: Path, text: Union[str, bytes], name: str = "d.yaml") -> Dict[str, Tuple[Any, ...]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {
        person.debtor.key: (person.debtor.name, *(str(ref) for ref, _ in person.accounts))
        for person in read_debtors(path)
    }


def refusal(folder: Path, text: Union[str, bytes], name: str = "d.yaml") -> str:
    with pytest.raises(InputError) as refused:
        listed(folder, text, name)
    return str(refused.value).replace(f"{folder}/", "")


def test_yaml_and_csv_give_the_same(tmp_path):
    expected = {"a": ("A & Zn", "da1/x", "da1/y"), "b": ("Bé",)}
    text = "- {key: a, name: A & Zn, accounts: [da1/x, da1/y]}\n- key: b\n  name: Bé\n"
    assert listed(tmp_path, text) == expected
    assert listed(tmp_path, f"{CSV}a,A & Zn,da1,x\na,A & Zn,da1,y\nb,Bé,,\n", "d.csv") == expected


@pytest.mark.parametrize(
    "text",
    ["﻿" + CSV + "a,A,da1,x\n", (CSV + "a,A,da1,x\n").replace("\n", "\r\n"), "debtor;name;panel;account\na;A;da1;x\n"],
)
def test_csv_as_spreadsheets_write_it_is_read(tmp_path, text):
    assert listed(tmp_path, text, "d.csv") == {"a": ("A", "da1/x")}


def test_numbers_are_taken_as_they_are_written(tmp_path):
    assert listed(tmp_path, "- {key: 0012, name: 6.0, accounts: [da1/7]}\n") == {"0012": ("6.0", "da1/7")}


def test_anchors_are_followed(tmp_path):
    text = "- {key: a, name: &n Same, email: &e x@y.example}\n- {key: b, name: *n, email: *e}\n"
    assert listed(tmp_path, text) == {"a": ("Same",), "b": ("Same",)}


@pytest.mark.parametrize("nothing", ["", "~", "[]", "null"])
def test_no_accounts_are_no_accounts_however_they_are_written(tmp_path, nothing):
    assert listed(tmp_path, f"- key: a\n  name: A\n  email: ~\n  accounts: {nothing}\n") == {"a": ("A",)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "d.yaml:1: is no list of debtors"),
        ("[]", "d.yaml:1: lists no debtor"),
        ("x", "is no list of debtors"),
        (b"- {key: a\0, name: b}\n", "d.yaml: holds a character that YAML does not allow"),
        (b"# ok\n- {key: \xe9, name: b}\n", "d.yaml:2: is not written in UTF-8"),
        ("- {5: 5, key: a, name: b}\n", "d.yaml:1:5: is no field of a debtor"),
        ("- {? [a] : 5, key: a, name: b}\n", "is no field of a debtor"),
        ("- {? {a: b} : 5, key: a, name: b}\n", "is no field of a debtor"),
        ("- key: [a]\n  name: b\n", "d.yaml:1:key: must be one value"),
        ("- {key: ~, name: b}\n", "d.yaml:1:key: is missing"),
        ("- {key: a, name: }\n", "d.yaml:1:name: is missing"),
        ("- key: a\n  name: b\n  accounts: da1/x\n", "d.yaml:3:accounts: is no list"),
        ("- key: a\n  name: b\n  accounts: {da1: x}\n", "accounts: is no list"),
        ("- {key: a, name: b, accounts: [[da1/x]]}\n", "accounts: must be one value"),
        ("- {key: a, name: b, accounts: [{da1: x}]}\n", "accounts: must be one value"),
        ("- {key: a, name: b, accounts: [~]}\n", "'' is no account"),
        ("- {key: a, name: b, accounts: ['da1/../x']}\n", "is no account"),
        ("- {key: a, name: b, accounts: ['da1/a b']}\n", "is no account"),
        ('- {key: a, name: b, accounts: ["da1/a\\nb"]}\n', "'da1/a?b' is no account"),
        ("- {key: a, name: b, language: klingon}\n", "language: 'klingon' is not one of"),
        ("- key: a\n  key: c\n  name: b\n", "d.yaml:2:key: stands there twice"),
        ('- {key: "a\\x1b[31m", name: b}\n', "key: holds a control character"),
        ('- {key: a, name: "b\\nc"}\n', "name: holds a control character"),
        ("- &a {key: a, name: b}\n- *a\n", "stands in line 1 too"),
        ("- &a {key: a, name: b}\n- {<<: *a, key: z}\n", "<<: is no field"),
        ("&a [*a]", "is no debtor"),
        ("- {key: a, name: b}\n---\n- {key: c, name: d}\n", "is no YAML"),
        ("[" * 3000 + "]" * 3000, "nested too deeply"),
    ],
)
def test_odd_yaml_is_refused_with_its_line_and_field(tmp_path, text, words):
    said = refusal(tmp_path, text)
    assert words in said and said.startswith("d.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "d.csv:1: has not one column debtor"),
        (CSV, "d.csv:1: lists no debtor"),
        ("debtor,name,panel,account,name\na,b,da1,x,y\n", "has not one column name"),
        (CSV + "a\n", "d.csv:2:name: is missing"),
        (CSV + "a,b,da1,x,y\n", "d.csv:2: has more fields than the heading's 4"),
        (CSV + 'a,b,da1,x\n"c,d,da1,y\n', "d.csv:3: is no CSV"),
        (CSV + '"a"x,b,da1,x\n', "d.csv:2: is no CSV"),
        (CSV + "a," + "b" * 200_000 + ",da1,x\n", "d.csv:2: is no CSV"),
        (CSV + '"a","b\nc",da1,x\n', "d.csv:2:name: holds a control character"),
        (CSV + '"a","b",da1,"x\ny"\n', "d.csv:2:accounts: 'da1/x?y' is no account"),
        (CSV + "a,b,,x\n", "'/x' is no account"),
        (CSV + "a,b,da1,x\na,c,da1,y\n", "d.csv:3:name: differs from line 2"),
        (CSV + "a,b,da1,x\nc,d,da1,x\n", "d.csv:3:accounts: da1/x is a's already"),
        (b"debtor,name,panel,account\n\xe9,b,da1,x\n", "d.csv:2: is not written in UTF-8"),
    ],
)
def test_odd_csv_is_refused_with_its_line_and_field(tmp_path, text, words):
    assert words in refusal(tmp_path, text, "d.csv")
