"""`dunning restore`: what may be named, the bar on a terminal, interruption and resuming, the table at the end."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from typing import Iterator, List, Tuple

import pytest

from tests.e2e.world import World, world


@pytest.fixture
def here(tmp_path) -> Iterator[World]:
    """One reseller with three users, one of them suspended for abuse; the rest suspended by us."""
    with world(tmp_path, only="atelier") as made:
        made.run("suspend", "atelier", "--yes")
        yield made


def on_a_terminal(here: World, *words: str, answer: bytes = b"") -> Tuple["subprocess.Popen[bytes]", int]:
    """A command whose three streams are a terminal; answers the process and our end."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        here.command(*words),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(its)
    if answer:
        os.write(ours, answer)
    return process, ours


def read_until(terminal: int, sign: bytes, seconds: float = 60) -> bytes:
    """What is shown until `sign` is there, or until the process is gone."""
    shown, end = b"", time.monotonic() + seconds
    while sign not in shown or not sign:
        if not select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
            raise AssertionError(f"{sign!r} did not come: {shown!r}")
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    return shown


def outcomes(here: World, *words: str, code: int = 0) -> List[Tuple[str, str]]:
    return [(row["account"], row["outcome"]) for row in here.json("restore", *words, "--yes", code=code)]


def test_a_user_a_panels_name_and_a_debtor_may_be_named(here):
    user = here.filled.users[0]
    assert outcomes(here, user) == [(f"da1/{user}", "restored")]
    assert ("da1/atelier", "restored") in outcomes(here, "da1/atelier", "--measure", "suspend")
    outcomes(here, "webbouw-noord")
    assert here.json("status") == []


def test_a_file_of_names_is_read_whatever_editor_wrote_it(here):
    names = here.folder / "names"
    names.write_bytes("\ufeff# who paid\r\n\r\n  atelier # the reseller\r\n".encode())
    assert ("da1/atelier", "restored") in outcomes(here, "--file", str(names))


def test_an_unknown_name_is_named_with_file_and_line_and_nothing_is_lifted(here):
    names, before = here.folder / "names", here.suspended()
    names.write_bytes(b"# x\r\natelier\r\n\r\nateleir\r\n")
    said = here.run("restore", "--file", str(names), "--yes", code=2).stderr
    assert said.startswith(f"dunning: {names}:4: 'ateleir' is no account") and said.count("\n") == 1
    names.write_bytes(b"atelier\ncaf\xe9\n")
    assert f"{names}:2: is not written in UTF-8" in here.run("restore", "--file", str(names), "--yes", code=2).stderr
    assert here.suspended() == before


def test_all_lifts_everything_of_ours_and_nothing_else(here):
    abused = here.filled.users[-1]
    assert {outcome for _, outcome in outcomes(here, "--all")} == {"restored"}
    assert here.suspended() == {abused} and here.json("status") == []
    assert here.run("restore", "--all", "--yes").stdout == "Nothing of ours to do.\n"


def test_a_dry_run_lists_what_would_be_lifted_and_lifts_nothing(here):
    before = here.suspended()
    would = here.json("restore", "--all", "--dry-run")
    assert would["dry_run"] and {row["account"] for row in would["would_lift"]} >= {"da1/atelier"}
    assert here.suspended() == before


def test_on_a_terminal_it_asks_shows_a_bar_and_ends_with_a_table(here):
    process, terminal = on_a_terminal(here, "restore", "--all", answer=b"y\n")
    shown = read_until(terminal, b"\0never").decode()
    os.close(terminal)
    assert process.wait(60) == 0
    assert "Lift " in shown and "[y/N]" in shown
    assert re.search(r"restoring.*\[#+.*\].*100%", shown, re.DOTALL), shown
    assert "suspend: restored 3" in shown and "what came of it" in shown


def test_a_no_on_the_terminal_changes_nothing(here):
    before = here.suspended()
    process, terminal = on_a_terminal(here, "restore", "--all", answer=b"n\n")
    assert b"nothing more was begun" in read_until(terminal, b"\0never")
    os.close(terminal)
    assert process.wait(60) == 1 and here.suspended() == before


def test_interrupted_with_ctrl_c_it_is_resumed_by_running_it_again(here):
    here.panel.faults.latency = 0.3
    process, terminal = on_a_terminal(here, "restore", "--all", "--yes")
    read_until(terminal, b"restoring")
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    shown = read_until(terminal, b"\0never")
    os.close(terminal)
    assert process.wait(60) == 1 and b"nothing more was begun" in shown and b"Traceback" not in shown
    here.panel.faults.latency = 0.0
    here.run("restore", "--all", "--yes")
    assert here.suspended() == {here.filled.users[-1]} and here.json("status") == []
    here.run("journal", "verify")


def test_a_panel_that_is_away_is_exit_code_4_or_1_and_nothing_is_lost(here):
    before = here.suspended()
    here.panel.stop()
    said = here.run("restore", "--all", "--yes", code=None)
    assert said.returncode in (1, 4) and "gave no answer" in said.stdout + said.stderr
    assert here.suspended() == before and here.json("status") != []


def test_impact_of_a_reseller_a_user_and_a_debtor_tells_ours_from_foreign(here):
    user, abused = here.filled.users[0], here.filled.users[-1]
    here.run("restore", user, "--yes")
    whole = here.json("impact", "atelier")
    assert [row["account"] for row in whole["accounts"]] == [f"da1/{user}"] and whole["users"] == 1
    assert "da1/atelier" in whole["already_blocked_by_us"] and whole["resellers"] == 0
    assert [row["account"] for row in whole["left_alone"]] == [f"da1/{abused}"]
    assert here.json("impact", "da1/atelier") == whole == here.json("impact", "atelier", user)
    assert here.json("impact", user)["domains"] == len(here.panel.disk.domains(user))
    table = here.run("impact", "atelier", "--accounts").stdout
    assert "left alone (blocked by someone else)" in table and abused in table and f"da1/{user}" in table


def test_the_case_is_told_in_words_with_who_why_and_the_facts(here):
    here.run("restore", "atelier", "--yes", "--why", "paid by phone")
    told = here.run("case", "webbouw-noord").stdout
    for words in ("the case was opened", "overdue EUR", "oldest due 2008-11-28", "laid suspend on", "and read it back"):
        assert words in told, told
    assert "reason given: paid by phone" in told and re.search(r"2009-04-08 09:00  \S+", told)
    entries = here.json("case", "webbouw-noord")
    assert here.json("case", entries[0]["case_ref"].lower()) == entries
