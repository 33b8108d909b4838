"""dunning.yaml: every mistake at once, each with file, line, key and remedy; nothing wrong gets through to fail later."""

import re
from pathlib import Path
from typing import List

import pytest

from dunning_plugin.config import load
from dunning_plugin.errors import InputError

GOOD = """\
host:
  name: Host
  contact: {name: Desk}
state_dir: state
panels:
  da1:
    kind: directadmin
    url: https://127.0.0.1:2222
sources:
  invoices:
    kind: csv
    columns: {number: Nr, debtor: Deb, issued: Datum, due: Verval, amount: Bedrag}
"""
SOURCE, PANEL = "    kind: csv\n", "    kind: directadmin\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "dunning.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> List[str]:
    """The lines of the error, without the path of the file."""
    path = written(folder, text)
    with pytest.raises(InputError) as refused:
        load(path)
    assert refused.value.exit_code == 2
    return str(refused.value).replace(f"{path}", "dunning.yaml").splitlines()


def test_what_is_left_out_has_its_default(tmp_path):
    config = load(written(tmp_path, GOOD))
    assert str(config.host.zone) == "UTC" and config.panels["da1"].chunk == 200 and config.panels["da1"].verify_tls
    assert config.sources["invoices"].date_format == "%Y-%m-%d" and config.notice.languages == ("nl", "en", "de", "fr")
    assert config.state_dir == tmp_path / "state"


@pytest.mark.parametrize("empty", ["timezone:", "timezone: ~", "timezone: null"])
def test_a_key_without_a_value_has_its_default_too(tmp_path, empty):
    config = load(written(tmp_path, GOOD.replace("  name: Host\n", f"  name: Host\n  {empty}\n")))
    assert str(config.host.zone) == "UTC"


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path):
    found = mistakes(
        tmp_path,
        "hosst: x\n"
        "host: {nam: x, contact: {}, timezone: Mars, language: xx}\n"
        "panels: {da1: {kind: plesk, timeout: 0}}\n"
        "sources: {a: {kind: xml, delimiter: ;;, encoding: nope, date_format: x, currency: EURO}}\n"
        "notice: {retry_after: never, languages: [xx]}\n",
    )
    assert len(found) >= 14
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == sorted(lines) and set(lines) == {1, 2, 3, 4, 5}


def test_a_mistake_is_file_line_way_to_the_key_and_remedy(tmp_path):
    assert mistakes(tmp_path, GOOD.replace(SOURCE, SOURCE + "    delimeter: ';'\n")) == [
        "dunning.yaml:12: sources.invoices.delimeter: is no setting; did you mean delimiter?"
    ]


def test_a_missing_section_names_what_to_add(tmp_path):
    found = "\n".join(mistakes(tmp_path, "state_dir: state\n"))
    assert "host: is missing" in found and "panels: is missing" in found and "add the section" in found


@pytest.mark.parametrize(
    "key", ["password", "Passwd", "secret", "key", "login_key", "token", "api_key", "admin-password"]
)
def test_a_secret_is_refused_and_not_repeated(tmp_path, key):
    (said,) = mistakes(tmp_path, GOOD.replace(PANEL, PANEL + f"    {key}: hunter2\n"))
    assert f"dunning.yaml:8: panels.da1.{key}: secrets do not belong" in said and "password_file" in said
    assert "hunter2" not in said


def test_a_password_within_an_address_is_refused_and_not_repeated(tmp_path):
    (said,) = mistakes(tmp_path, GOOD.replace("https://127", "https://admin:hunter2@127"))
    assert "panels.da1.url" in said and "hunter2" not in said


@pytest.mark.parametrize(
    ("section", "key", "values"),
    [
        ("source", "delimiter", ["''", ";;", "'\\t'", "'\"'", '"\\n"', "[a]", "{a: b}"]),
        (
            "source",
            "encoding",
            ["nope", "''", "base64", "hex", "rot13", "zlib", "undefined", "idna", "é", '"a\\0b"', "[x]"],
        ),
        (
            "source",
            "date_format",
            ["''", "x", "'%d'", "'%'", "'%Q'", "'%d-%m'", "'%d-%d-%Y'", "'%Y'", "'%-d-%m-%Y'", "[a]"],
        ),
        ("source", "currency", ["EURO", "eur", "'€'", "E1R", "'EU '", "ABC", "''", "[EUR]"]),
        ("source", "decimal", ["';'", "''", "[]"]),
        ("source", "thousands", ["'..'", "'1'", "'-'", "'.'", "[x]"]),
        ("source", "max_drop", ["0", "-1", "101", "30.5", "1e1", "'٣'", "many", "[3]"]),
        ("source", "complete", ["maybe", "1", "on", "[]"]),
        ("source", "credit_kinds", ["Creditnota", "[[a]]", "[{a: b}]", "[~]", "[a, a]", "{a: b}", "[Creditnota]"]),
        ("source", "columns", ["[]", "x", "{}", "{number: Nr}"]),
        ("panel", "timeout", ["0", "-1", "x", "0.5", "99999999999", "3601", "[]"]),
        ("panel", "chunk", ["0", "x", "1e3", "10001"]),
        ("panel", "verify_tls", ["perhaps", "0"]),
        ("panel", "root", ["''", "~/panel", '"a\\0b"']),
        ("panel", "username", ['"a\\nb"', "[a]"]),
        ("notice", "retry_after", ["never", "0", "-1", "1.5", "[]"]),
        ("notice", "languages", ["[]", "nl", "[xx]", "[nl, nl]", "[[nl]]", "{nl: x}"]),
        ("host", "timezone", ["Mars/Olympus", "''", "Europe", "../../etc/passwd", "/etc/passwd", "é", '"a\\0b"', "[]"]),
        ("host", "language", ["xx", "[nl]"]),
    ],
)
def test_a_value_that_would_fail_when_it_is_used_is_refused_when_it_is_read(tmp_path, section, key, values):
    places = {
        "source": (SOURCE, f"sources.invoices.{key}"),
        "panel": (PANEL, f"panels.da1.{key}"),
        "host": ("host:\n", f"host.{key}"),
        "notice": ("state_dir: state\n", f"notice.{key}"),
    }
    before, where = places[section]
    indent = "  " if section in ("host", "notice") else "    "
    for value in values:
        head = "notice:\n" if section == "notice" else ""
        text = re.sub(rf"^    {key}:.*\n", "", GOOD, flags=re.MULTILINE)
        found = mistakes(tmp_path, text.replace(before, f"{before}{head}{indent}{key}: {value}\n"))
        assert any(f" {where}" in line and "; " in line for line in found), (value, found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("delimiter", '"\\t"'),
        ("delimiter", "'|'"),
        ("encoding", "cp1252"),
        ("encoding", "utf-16"),
        ("encoding", "Latin-1"),
        ("date_format", "'%d/%m/%y'"),
        ("date_format", "'%Y%m%d'"),
        ("date_format", "'%d-%b-%Y'"),
        ("currency", "JPY"),
        ("thousands", "' '"),
        ("thousands", '"\'"'),
        ("thousands", "''"),
        ("max_drop", "100"),
        ("complete", "no"),
    ],
)
def test_what_exports_really_use_is_taken(tmp_path, key, value):
    load(written(tmp_path, GOOD.replace(SOURCE, f"{SOURCE}    {key}: {value}\n")))


@pytest.mark.parametrize(
    "url",
    [
        "x",
        "127.0.0.1:2222",
        "ftp://x",
        "https://",
        "https://h:99999",
        "https://h:x",
        "https://[::1",
        "https://h/path",
        "http://da1.example",
    ],
)
def test_an_address_that_cannot_be_used_or_would_tell_the_password_is_refused(tmp_path, url):
    (said,) = mistakes(tmp_path, GOOD.replace("https://127.0.0.1:2222", url))
    assert "panels.da1.url" in said and "https://" in said


def test_plain_http_needs_verification_to_be_switched_off_by_hand(tmp_path):
    text = GOOD.replace("https://127.0.0.1:2222", "http://da1.example\n    verify_tls: false")
    assert not load(written(tmp_path, text)).panels["da1"].verify_tls


@pytest.mark.parametrize(
    ("key", "value"), [("url", "'javascript:alert(1)'"), ("url", "5"), ("email", "nobody"), ("phone", "call us")]
)
def test_a_contact_that_no_visitor_could_use_is_refused(tmp_path, key, value):
    (said,) = mistakes(tmp_path, GOOD.replace("{name: Desk}", f"{{name: Desk, {key}: {value}}}"))
    assert f"host.contact.{key}" in said


@pytest.mark.parametrize("name", ["''", "a/b", '"a\\nb"', "'-x'"])
def test_a_panel_may_not_have_a_name_that_is_no_word(tmp_path, name):
    assert "is no name" in mistakes(tmp_path, GOOD.replace("  da1:\n", f"  {name}:\n"))[0]


@pytest.mark.parametrize("panels", ["panels: {}\n", "panels:\n"])
def test_at_least_one_panel_is_needed(tmp_path, panels):
    text = GOOD[: GOOD.index("panels:")] + panels + GOOD[GOOD.index("sources:") :]
    assert "panels" in mistakes(tmp_path, text)[0]


def columns(more: str, below: str = "") -> str:
    return GOOD.replace("amount: Bedrag}", f"amount: Bedrag, {more}}}{below}")


def test_columns_must_be_ours_and_have_headings(tmp_path):
    assert "columns.opn: is no setting; did you mean open?" in mistakes(tmp_path, columns("opn: Open"))[0]
    for heading in ("''", "[a]", "{a: b}"):
        assert "columns.open: is no heading" in mistakes(tmp_path, columns(f"open: {heading}"))[0]


def test_a_source_cannot_have_both_what_is_open_and_what_is_paid(tmp_path):
    assert "both open and paid" in mistakes(tmp_path, columns("open: O, paid: P"))[0]


def test_a_kind_column_needs_the_values_that_mean_a_credit_note(tmp_path):
    assert "credit_kinds: is missing" in mistakes(tmp_path, columns("kind: Soort"))[0]
    load(written(tmp_path, columns("kind: Soort", "\n    credit_kinds: [Creditnota]")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "host: is missing"),
        ("- a\n", "must be a section"),
        ("a\n", "must be a section"),
        ("host: [\n", "is no YAML"),
        ("host:\n\tname: x\n", "is no YAML"),
        ("host: \x01\n", "does not allow (U+0001)"),
        ("host: *nope\n", "is no YAML"),
        ("a: 1\n---\na: 2\n", "is no YAML"),
        ("? [a, b]\n: c\n", "a key is no word"),
        ("? {a: b}\n: c\n", "a key is no word"),
        ("5: c\n", "5: is no setting"),
        ("host: &a {name: *a}\n", "host.name: must be one value"),
        ("a: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        (GOOD + "state_dir: x\n", "state_dir: stands there twice; keep one"),
        (GOOD + "notice: {<<: {languages: [nl]}}\n", "<<: is no setting"),
    ],
)
def test_odd_yaml_is_a_mistake_with_its_place_and_never_a_traceback(tmp_path, text, words):
    found = mistakes(tmp_path, text)
    assert any(words in line for line in found) and all(line.startswith("dunning.yaml") for line in found)


def test_a_tag_is_never_carried_out(tmp_path):
    text = GOOD.replace("name: Host", f"name: !!python/object/apply:os.mkdir [{tmp_path}/made]")
    assert "host.name: must be one value" in mistakes(tmp_path, text)[0]
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_not_written_in_utf_8_is_told_with_its_line(tmp_path):
    path = tmp_path / "dunning.yaml"
    path.write_bytes(b"a: b\nhost: caf\xe9\n")
    with pytest.raises(InputError, match=r"dunning\.yaml:2: is not written in UTF-8"):
        load(path)


@pytest.mark.parametrize("what", ["folder", "pipe", "device"])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, what):
    import os

    path = tmp_path / "dunning.yaml"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path = Path("/dev/zero")
    with pytest.raises(InputError, match=f"is a {what}"):
        load(path)
