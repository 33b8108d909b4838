"""`dunning overdue`: table and JSON, the host's own day, what hangs on the debtor."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from dunning_plugin.cli.main import cli
from dunning_plugin.errors import InputError

CONFIG = """
host: {name: Host, contact: {name: Desk}, timezone: Europe/Amsterdam}
state_dir: state
panels: {da1: {kind: directadmin}, da2: {kind: directadmin}}
sources:
  invoices:
    kind: csv
    columns: {number: n, debtor: d, issued: i, due: u, amount: a, currency: c}
"""
DEBTORS = "- {key: noord, name: Webbouw Noord, accounts: [da1/noord, da2/noord2]}\n- {key: zuid, name: Zuid}\n"
ROWS = """n,d,i,u,a,c
1,noord,2008-11-14,2008-11-28,100.00,EUR
2,noord,2009-01-01,2009-03-09,50.50,EUR
3,noord,2009-01-01,2009-02-06,7000,JPY
4,zuid,2009-01-01,2009-04-08,10.00,EUR
"""


@pytest.fixture
def host(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dunning.yaml").write_text(CONFIG)
    (tmp_path / "d.yaml").write_text(DEBTORS)
    (tmp_path / "i.csv").write_text(ROWS)
    run("import", "d.yaml", "--no-check")
    run("import", "i.csv")
    return tmp_path


def run(*words, now="2009-04-08T09:00"):
    result = CliRunner().invoke(cli, ["-c", "dunning.yaml", "--now", now, *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def overdue(*words, now="2009-04-08T09:00"):
    return json.loads(run("overdue", "--json", *words, now=now))


def test_json_says_all_per_debtor_and_currency_the_oldest_first(host):
    euro, yen = overdue()
    assert euro == {
        "debtor": "noord",
        "name": "Webbouw Noord",
        "currency": "EUR",
        "minor_digits": 2,
        "overdue_minor": 15050,
        "overdue": "EUR 150.50",
        "open_minor": 15050,
        "open": "EUR 150.50",
        "invoices": 2,
        "oldest_due": "2008-11-28",
        "days_past_due": 131,
        "buckets": {"1-30": 5050, "31-60": 0, "61-90": 0, "90+": 10000},
        "accounts": ["da1/noord", "da2/noord2"],
        "blocks": 0,
    }
    assert (yen["currency"], yen["overdue"], yen["days_past_due"], yen["buckets"]["61-90"]) == (
        "JPY",
        "JPY 7,000",
        61,
        7000,
    )


def test_the_table_shows_debtor_amounts_days_and_buckets(host):
    shown = run("overdue")
    for words in ("Overdue on 2009-04-08", "Webbouw Noord (noord)", "EUR 150.50", "2008-11-28", "131", "1-30", "90+"):
        assert words in shown
    assert "da1/noord" in shown and "JPY 7,000" in shown and "Zuid" not in shown


def test_the_day_changes_at_the_hosts_own_midnight(host):
    assert overdue("zuid", now="2009-04-08T23:59") == []
    assert overdue("zuid", now="2009-04-08T21:59Z") == []
    assert [row["days_past_due"] for row in overdue("zuid", now="2009-04-08T22:00Z")] == [1]
    assert [row["days_past_due"] for row in overdue("zuid", now="2009-04-09T00:00")] == [1]


def test_one_debtor_may_be_asked_for(host):
    assert {row["debtor"] for row in overdue("noord")} == {"noord"}
    assert "zuid has nothing overdue." in run("overdue", "zuid")
    with pytest.raises(InputError, match="no debtor 'nobody'"):
        run("overdue", "nobody")


def test_nothing_overdue_is_said_and_is_an_empty_list(host):
    assert run("overdue", now="2008-11-28T12:00") == "Nothing is overdue.\n"
    assert overdue(now="2008-11-28T12:00") == []


def test_blocks_that_hold_now_are_counted(host):
    with closing(sqlite3.connect(host / "state" / "dunning.db")) as db:
        db.execute(
            "INSERT INTO cases (ref, debtor_key, opened_at) VALUES ('AAAA-AAAA', 'noord', '2009-04-08T07:00:00Z')"
        )
        for name, state in (("noord", "laid"), ("jan", "lifting"), ("piet", "lifted"), ("kees", "left")):
            db.execute(
                "INSERT INTO blocks (case_ref, panel, account, measure, state, before, changed_at)"
                " VALUES ('AAAA-AAAA', 'da1', ?, 'suspend', ?, '{}', '2009-04-08T07:00:00Z')",
                (name, state),
            )
        db.commit()
    assert overdue()[0]["blocks"] == 2


def test_a_name_cannot_move_the_cursor_or_be_read_as_markup(host):
    with closing(sqlite3.connect(host / "state" / "dunning.db")) as db:
        db.execute("UPDATE debtors SET name = char(27) || '[31m[red]x[/red]' WHERE key = 'noord'")
        db.commit()
    shown = run("overdue")
    assert "\x1b" not in shown and "[red]x[/red]" in shown


def test_an_account_that_the_list_no_longer_names_is_his_no_longer(host):
    (host / "d.yaml").write_text("- {key: noord, name: Webbouw Noord, accounts: [da1/noord]}\n")
    assert "1 no longer his" in run("import", "d.yaml", "--no-check")
    assert overdue()[0]["accounts"] == ["da1/noord"]
    (host / "d.yaml").write_text("- {key: noord, name: Webbouw Noord BV}\n")
    run("import", "d.yaml", "--no-check")
    assert overdue()[0]["accounts"] == ["da1/noord"], "a list that says nothing of accounts takes none away"


def test_an_account_may_pass_to_another_debtor(host):
    (host / "d.yaml").write_text(
        "- {key: zuid, name: Zuid, accounts: [da2/noord2]}\n- {key: noord, name: N, accounts: [da1/noord]}\n"
    )
    run("import", "d.yaml", "--no-check")
    assert overdue()[0]["accounts"] == ["da1/noord"]


def test_a_panel_that_nobody_configured_is_refused_even_unchecked(host):
    (host / "d.yaml").write_text("- {key: a, name: A}\n- key: b\n  name: B\n  accounts:\n  - da9/x\n")
    with pytest.raises(InputError, match=r"d\.yaml:5:accounts: no panel 'da9'; configured panels: da1, da2"):
        run("import", "d.yaml", "--no-check")
    with pytest.raises(InputError):
        overdue("a")
