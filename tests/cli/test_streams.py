"""What a user meets at night: closed, full and broken streams, odd arguments and places; one sentence, no traceback."""

import os
import subprocess
import sys
from pathlib import Path
from typing import List, Optional

import pytest

CONFIG = """\
host: {name: Host, contact: {name: Desk}}
state_dir: state
panels: {da1: {kind: directadmin, url: "https://127.0.0.1:1", local: false, password_file: pw}}
sources: {i: {kind: csv, columns: {number: n, debtor: d, issued: i, due: u, amount: a}}}
"""
LISTING = ["overdue", "journal show --json", "--help"]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("host")
    (folder / "dunning.yaml").write_text(CONFIG)
    (folder / "d.yaml").write_text("- {key: noord, name: Webbouw Noord é}\n")
    (folder / "i.csv").write_text("n,d,i,u,a\nF1,noord,2008-01-01,2008-01-15,10\n")
    assert shell(folder, "{} import d.yaml && {} import i.csv").returncode == 0
    return folder


def shell(folder: Path, script: str, *, code: Optional[int] = None, **env: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a bash script in which {} is dunning with its configuration."""
    dunning = f"{sys.executable} -m dunning_plugin -c dunning.yaml"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUNNING_", "_DUNNING"))}
    done = subprocess.run(
        ["bash", "-c", "set -o pipefail; " + script.replace("{}", dunning)],
        cwd=folder,
        env={**kept, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    for sign in (b"Traceback", b"Exception ignored", b"Warning"):
        assert sign not in done.stderr, done.stderr.decode(errors="replace")
    if code is not None:
        assert done.returncode == code, done.stderr
    return done


def lines(done: "subprocess.CompletedProcess[bytes]") -> List[str]:
    return done.stderr.decode().splitlines()


@pytest.mark.parametrize("command", LISTING)
def test_an_output_that_is_full_is_said_in_one_sentence(host, command):
    said = lines(shell(host, f"{{}} {command} > /dev/full", code=1))
    assert len(said) == 1 and said[0].startswith("dunning: standard output cannot be written (No space left")


@pytest.mark.parametrize("command", LISTING)
def test_a_reader_who_goes_away_or_an_output_that_is_closed_is_no_failure(host, command):
    for script in (f"{{}} {command} | true", f"{{}} {command} >&-", f"{{}} {command} 2>&-", f"{{}} {command} <&-"):
        assert lines(shell(host, script, code=0)) == []


def test_the_store_is_never_written_to_by_a_print(host):
    # With descriptor 1 closed the next file that is opened would get its number.
    shell(host, "{} overdue >&- <&- 2>&-; {} import i.csv >&- <&- 2>&-", code=0)
    assert b"The journal holds" in shell(host, "{} journal verify", code=0).stdout


def test_a_lost_report_does_not_undo_the_work(host):
    (host / "late.yaml").write_text("- {key: late, name: Late}\n")
    shell(host, "{} import late.yaml > /dev/full", code=1)
    shell(host, "{} overdue late", code=0)


@pytest.mark.parametrize(
    "words",
    [
        "overdue $'caf\\xe9'",
        "case $'\\xff'",
        "restore --all --why $'\\xff'",
        "status $'\\xff'",
        "journal show --case $'\\xff'",
    ],
)
def test_an_argument_that_is_no_utf_8_is_wrong_use(host, words):
    said = lines(shell(host, "{} " + words, code=2))
    assert len(said) == 1 and "is not written in UTF-8" in said[0]


def test_a_file_whose_name_is_no_utf_8_is_taken_in_all_the_same(host):
    script = "cp i.csv $'caf\\xe9.csv'; {} import $'caf\\xe9.csv'; code=$?; rm $'caf\\xe9.csv'; exit $code"
    assert "1 unchanged" in shell(host, script, code=0).stdout.decode("utf-8")
    missing = lines(shell(host, "{} import $'caf\\xe9.csv'", code=2))
    assert "caf\ufffd.csv" in missing[0]


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    ],
)
def test_a_plain_locale_prints_odd_letters_rather_than_failing(host, env):
    for command in ("overdue", "overdue --json", "notice preview --language de"):
        shell(host, f"{{}} {command}", code=0, **env)


def test_no_home_no_path_and_no_environment_do_no_harm(host):
    assert b"noord" in shell(host, "env -i {} overdue --json", code=0).stdout


def test_a_current_folder_that_is_gone_is_said(host):
    said = shell(host, "mkdir gone; cd gone; rmdir ../gone; {} overdue", code=2)
    assert "the current folder is gone" in lines(said)[0]


@pytest.mark.parametrize("place", ["/", "/dev/null", "/dev/zero", "pipe", "nowhere"])
def test_a_configuration_that_is_no_file_is_wrong_use(host, place):
    shell(host, "test -p pipe || mkfifo pipe")
    said = shell(host, f"{sys.executable} -m dunning_plugin overdue", code=2, DUNNING_CONFIG=place)
    assert place in said.stderr.decode()


@pytest.mark.parametrize("now", ["nan", "2009", "0001-01-01T00:00+05:00", "99999-01-01", "2009-04-08T09:00+25:00"])
def test_an_instant_that_no_clock_shows_is_wrong_use(host, now):
    said = lines(shell(host, f"{{}} --now {now} overdue", code=2))
    assert len(said) == 1 and "--now" in said[0] and "write it as 2009-04-08T09:00" in said[0]


ODD = [
    "journal show --last 0",
    "restore --all --wait -1",
    "restore --all --wait nan",
    "restore --all --wait inf",
    "suspend noord --wait x",
    "import",
    "import /",
    "import -- ''",
    "restore",
    "suspend",
    "impact",
    "case ''",
    "overdue ''",
    "man /dev/null/x",
    "man d.yaml",
    "notice preview --output d.yaml",
    "notice preview --output /",
    "notice lint /",
    "notice lint nowhere",
    "restore --file /",
    "restore --file nowhere",
    "restore --file pipe",
    "restore nobody --yes",
    "restore / --yes",
    "suspend xx/noord --yes",
    "import i.csv --source other",
    "impact /",
]


def test_odd_words_are_wrong_use_and_change_nothing(host):
    shell(host, "test -p pipe || mkfifo pipe")
    before = shell(host, "{} journal show").stdout
    for words in ODD:
        assert lines(shell(host, "{} " + words, code=2)), words
    assert shell(host, "{} journal show").stdout == before


def test_more_entries_than_there_can_be_are_simply_all(host):
    shown = shell(host, "{} journal show --last 99999999999999999999", code=0).stdout
    assert shown == shell(host, "{} journal show", code=0).stdout != b""


def test_a_password_file_that_is_missing_open_or_no_file_is_said_with_its_remedy(host):
    for script, words in (
        ("rm -rf pw", "write the password into it"),
        ("mkdir pw", "is no file"),
        ("rmdir pw; echo secret > pw; chmod 644 pw", "chmod 600"),
    ):
        said = lines(shell(host, f"{script}; {{}} impact noord2", code=2))
        assert len(said) == 1 and words in said[0] and "secret" not in said[0]


def test_certificate_authorities_that_are_not_there_are_said(host):
    text = CONFIG.replace("password_file: pw", "password_file: pw2, ca_file: none.pem")
    (host / "ca.yaml").write_text(text)
    said = shell(host, "echo x > pw2; chmod 600 pw2; {} -c ca.yaml impact noord2", code=2)
    assert "panels.da1.ca_file: there is no file" in lines(said)[0]
