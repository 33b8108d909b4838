"""From an overdue invoice to everything back, by command line, on the sandbox panel."""

import json
import subprocess
import sys

import pytest

from dunning_plugin.sandbox.directadmin.options import Options
from tests.e2e.world import NOW, world

OPEN_QUESTIONS = [
    {},
    {"reseller_suspension_marks_users": True},
    {"reseller_suspension_marks_users": True, "unsuspend_toggles": True},
    {"reason_shown": "none"},
    {"reason_shown": "code: details", "unsuspend_toggles": True},
    {"suspended_reseller_served_from": "own", "suspend_success_text": "User suspended"},
]


@pytest.mark.parametrize("options", OPEN_QUESTIONS, ids=lambda options: "+".join(options) or "as we think")
def test_a_suspended_reseller_comes_back_exactly_whatever_the_open_questions(tmp_path, options):
    with world(tmp_path, Options(**options), only="atelier") as here:
        before, foreign = here.panel.state_without_times(), here.suspended()
        here.run("suspend", "atelier", "--yes")
        assert here.suspended() == {"atelier", *here.filled.users}
        here.run("restore", "atelier", "--yes")
        assert here.suspended() == foreign and here.panel.state_without_times() == before


def test_a_second_suspend_and_a_second_restore_change_nothing(tmp_path):
    with world(tmp_path, only="atelier") as here:
        for command in ("suspend", "restore"):
            here.run(command, "atelier", "--yes")
            state, journal = here.panel.state_without_times(), here.run("journal", "show").stdout
            here.run(command, "atelier", "--yes")
            assert (here.panel.state_without_times(), here.run("journal", "show").stdout) == (state, journal)


def test_what_others_did_meanwhile_is_left_and_said(tmp_path):
    with world(tmp_path, only="atelier") as here:
        lifted, again, abused = here.filled.users
        disk = here.panel.disk
        here.run("suspend", "atelier", "--yes")
        disk.set_suspended(lifted, False)
        disk.set_suspended(again, True, "spam", "spam")
        said = {row["account"]: row["words"] for row in here.json("restore", "atelier", "--yes")}
        assert "lifted by someone else" in said[f"da1/{lifted}"] and "blocked by someone else" in said[f"da1/{again}"]
        assert here.suspended() == {again, abused} and disk.config(again)["suspended_details"] == "spam"


def test_a_deleted_and_a_moved_account_hold_up_no_other(tmp_path):
    with world(tmp_path, only="atelier") as here:
        deleted, moved, abused = here.filled.users
        here.panel.disk.create("zuid", "reseller", "admin", "pw")
        here.run("suspend", "atelier", "--yes")
        here.panel.disk.delete(deleted)
        here.panel.disk.move(moved, "zuid")
        said = {row["account"]: row["words"] for row in here.json("restore", "atelier", "--yes")}
        assert "no longer on the panel" in said[f"da1/{deleted}"]
        assert "moved from atelier to zuid" in said[f"da1/{moved}"]
        assert here.suspended() == {abused} and here.json("status") == []


def test_a_single_user_is_suspended_and_restored_by_himself(tmp_path):
    with world(tmp_path, only="atelier") as here:
        user, _other, abused = here.filled.users
        here.run("suspend", user, "--yes")
        assert here.suspended() == {user, abused}
        here.run("restore", user, "--yes")
        assert here.suspended() == {abused}


def test_restore_paid_frees_him_who_paid_and_nobody_else(tmp_path):
    from dunning_plugin.sandbox.directadmin import case

    with world(tmp_path, only="atelier") as here:
        here.run("suspend", "atelier", "--yes")
        assert here.json("restore", "--paid", "--yes") == []
        case.write_invoices(tmp_path, paid=True)
        here.run("import", str(tmp_path / "invoices.csv"))
        assert {row["outcome"] for row in here.json("restore", "--paid", "--yes")} == {"restored"}
        assert "(closed)" in here.run("case", "webbouw-noord").stdout


def test_restore_takes_names_from_a_file_and_names_its_mistakes(tmp_path):
    with world(tmp_path, only="atelier") as here:
        here.run("suspend", "atelier", "--yes")
        (tmp_path / "names").write_text("# all of them\natelier\natelir\n")
        wrong = here.run("restore", "--file", str(tmp_path / "names"), "--yes", code=2)
        assert f"{tmp_path}/names:3" in wrong.stderr and len(here.suspended()) == 4
        (tmp_path / "names").write_text("atelier  # the reseller\n")
        here.run("restore", "--file", str(tmp_path / "names"), "--yes")
        assert len(here.suspended()) == 1


def test_nothing_is_laid_on_a_debtor_with_nothing_overdue(tmp_path):
    with world(tmp_path, only="atelier") as here:
        refused = here.run("suspend", "atelier", "--yes", code=3, now="2008-11-20T09:00")
        assert "nothing overdue" in refused.stderr and len(here.suspended()) == 1
        here.run("suspend", "atelier", "--yes", "--without-overdue", code=2, now="2008-11-20T09:00")
        here.run("suspend", "atelier", "--yes", "--without-overdue", "--why", "his own wish", now="2008-11-20T09:00")
        assert len(here.suspended()) == 4


def test_without_a_terminal_and_without_yes_nothing_is_done(tmp_path):
    with world(tmp_path, only="atelier") as here:
        refused = here.run("suspend", "atelier", code=3, stdin=subprocess.DEVNULL)
        assert "--yes" in refused.stderr and len(here.suspended()) == 1


@pytest.mark.parametrize("command", ["suspend", "restore"])
def test_a_dry_run_changes_nothing(tmp_path, command):
    with world(tmp_path, only="atelier") as here:
        if command == "restore":
            here.run("suspend", "atelier", "--yes")
        before, journal = here.panel.state_without_times(), here.run("journal", "show").stdout
        here.run(command, "atelier", "--dry-run")
        assert (here.panel.state_without_times(), here.run("journal", "show").stdout) == (before, journal)


def test_an_unknown_name_a_wrong_panel_and_a_broken_configuration_are_one_clear_error(tmp_path):
    with world(tmp_path, only="atelier") as here:
        for words in (
            ("suspend", "nobody", "--yes"),
            ("suspend", "xx/atelier", "--yes"),
            ("restore", "nobody", "--yes"),
        ):
            done = here.run(*words, code=2)
            assert done.stderr.startswith("dunning: ") and done.stderr.count("\n") == 1
        here.config.write_text("host: [\n")
        assert "dunning.yaml" in here.run("overdue", code=2).stderr


def test_a_panel_that_is_away_changes_nothing_and_is_said(tmp_path):
    with world(tmp_path, only="atelier") as here:
        here.panel.stop()
        away = here.run("suspend", "atelier", "--yes", code=4)
        assert "gave no answer" in away.stderr and here.json("status") == []


def test_a_batch_that_the_panel_half_applied_is_known_by_reading_back_and_finished(tmp_path):
    with world(tmp_path, only="atelier") as here:
        here.panel.faults.plan("half", path="SELECT_USERS", keep=1)
        first = {row["outcome"] for row in here.json("suspend", "atelier", "--yes", code=1)}
        assert "failed" in first
        here.run("suspend", "atelier", "--yes")
        assert len(here.suspended()) == 4


def test_two_processes_at_once_on_one_case_one_works_and_the_other_says_who(tmp_path):
    with world(tmp_path, only="atelier") as here:
        here.panel.faults.latency = 0.4
        first = subprocess.Popen(
            here.command("suspend", "atelier", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        while not list((here.state / "run").glob("case-*")):
            assert first.poll() is None
        second = here.run("suspend", "atelier", "--yes", code=None)
        assert first.wait(60) == 0
        first.communicate()
        # Whoever came second was told who works, or came when all was done.
        assert second.returncode in (0, 3)
        if second.returncode == 3:
            assert f"process {first.pid}" in second.stderr
        here.run("suspend", "atelier", "--yes", "--wait", "30")
        assert len(here.suspended()) == 4


def test_the_reseller_who_lifts_a_user_by_hand_in_the_panel_is_in_the_journal(tmp_path):
    with world(tmp_path, only="atelier") as here:
        user = here.filled.users[0]
        from dunning_plugin.sandbox.directadmin.auth import Caller

        here.panel.accounts.suspend(Caller("atelier", "reseller", "atelier"), [user], "none", "his own reason")
        here.run("suspend", "atelier", "--yes", "--scope", "reseller", "--no-notice")
        shown = json.loads(here.run("journal", "show", "--json").stdout)
        assert [row["account"] for row in shown if row["act"] == "seen suspended"] == [user]


def test_the_demo_ends_as_it_should():
    done = subprocess.run([sys.executable, "-m", "dunning_plugin", "demo"], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "Everything is back exactly as it was." in done.stdout and NOW in done.stdout
