"""`dunning import`: everything or nothing, with file, line and field; the same again changes nothing."""

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
panels: {da1: {kind: directadmin, url: "https://127.0.0.1:1"}}
sources:
  invoices:
    kind: csv
    columns: {number: Nr, debtor: Deb, issued: Datum, due: Verval, amount: Bedrag, open: Open, currency: Valuta}
    delimiter: ";"
    encoding: cp1252
    decimal: ","
    thousands: "."
    date_format: "%d-%m-%Y"
  plain:
    kind: csv
    columns: {number: number, debtor: debtor, issued: issued, due: due, amount: amount, kind: kind, credits: credits}
    credit_kinds: [credit]
  changes:
    kind: csv
    columns: {number: number, debtor: debtor, issued: issued, due: due, amount: amount, paid: paid}
    complete: false
"""
HEAD = "Nr;Deb;Datum;Verval;Bedrag;Open;Valuta\n"
ROW = "F1;webbouw;14-11-2008;28-11-2008;1.234,56;1.234,56;EUR\n"
ROWS = HEAD + "".join(ROW.replace("F1", f"F{n}") for n in range(1, 12))


@pytest.fixture
def host(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dunning.yaml").write_text(CONFIG)
    (tmp_path / "debtors.yaml").write_text(
        "- {key: webbouw, name: Webbouw Noord, accounts: [da1/webbouw]}\n- {key: café, name: 'Café & Zn'}\n"
    )
    run("import", "debtors.yaml", "--no-check")
    return tmp_path


def run(*words):
    result = CliRunner().invoke(cli, ["-c", "dunning.yaml", "--now", "2009-04-08T09:00", *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def take_in(host, text, *more, source="invoices", encoding="cp1252"):
    (host / "i.csv").write_bytes(text.encode(encoding))
    return json.loads(run("import", "i.csv", "--source", source, "--json", *more))


def ledger(host):
    with closing(sqlite3.connect(host / "state" / "dunning.db")) as db:
        return {
            row[0]: row[1:] for row in db.execute("SELECT number, gross_minor, open_minor, currency, due FROM invoices")
        }


def test_amounts_days_and_currencies_are_taken_in_exactly(host):
    assert take_in(host, HEAD + ROW)["new"] == 1
    assert ledger(host) == {"F1": (123456, 123456, "EUR", "2008-11-28")}


def test_the_same_file_again_changes_nothing(host):
    take_in(host, ROWS)
    before, journal = ledger(host), run("journal", "show", "--json")
    done = take_in(host, ROWS)
    assert (done["new"], done["changed"], done["settled"], done["unchanged"]) == (0, 0, 0, 11)
    assert (ledger(host), run("journal", "show", "--json")) == (before, journal)


def test_a_part_payment_changes_what_is_open_and_nothing_else(host):
    take_in(host, ROWS)
    done = take_in(host, ROWS.replace("1.234,56;EUR", "234,56;EUR", 1))
    assert done["changed"] == 1 and ledger(host)["F1"] == (123456, 23456, "EUR", "2008-11-28")


def test_an_invoice_that_a_complete_file_no_longer_lists_is_settled(host):
    take_in(host, ROWS)
    assert take_in(host, ROWS.replace(ROW, "", 1))["settled"] == 1
    assert ledger(host)["F1"][1] == 0


def test_a_file_of_changes_settles_nothing_that_it_does_not_list(host):
    rows = "number,debtor,issued,due,amount,paid\n{}"
    take_in(
        host,
        rows.format("P1,webbouw,2009-01-01,2009-01-15,10,\nP2,webbouw,2009-01-01,2009-01-15,10,2.50\n"),
        source="changes",
    )
    take_in(host, rows.format("P2,webbouw,2009-01-01,2009-01-15,10,10\n"), source="changes")
    assert {number: row[1] for number, row in ledger(host).items()} == {"P1": 1000, "P2": 0}


def test_a_credit_note_lowers_the_invoice_that_it_names_and_the_rest_stays_credit(host):
    rows = (
        "number,debtor,issued,due,amount,kind,credits\n"
        "A,webbouw,2009-01-01,2009-01-15,100.00,invoice,\n"
        "B,webbouw,2009-02-01,2009-02-15,30.00,credit,A\n"
        "C,webbouw,2009-02-01,2009-02-15,-90.00,invoice,A\n"
    )
    take_in(host, rows, source="plain")
    assert {number: row[1] for number, row in ledger(host).items()} == {"A": 0, "B": 0, "C": -2000}


def test_a_byte_order_mark_is_understood(host):
    rows = "﻿number,debtor,issued,due,amount,kind,credits\nA,café,2009-01-01,2009-01-15,1.00,,\n"
    assert take_in(host, rows, source="plain", encoding="utf-8")["new"] == 1


def test_cp1252_is_understood(host):
    assert take_in(host, HEAD + ROW.replace("webbouw", "café"))["new"] == 1


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (HEAD + ROW.replace("webbouw", "nobody"), "i.csv:2:debtor", "unknown debtor 'nobody'"),
        (HEAD + ROW.replace("1.234,56;1", "12x;1"), "i.csv:2:amount", "is no amount"),
        (HEAD + ROW.replace("28-11", "31-02"), "i.csv:2:due", "is no day"),
        (HEAD + ROW + ROW.replace("28-11-2008", "28-11-2007").replace("F1", "F2"), "i.csv:3:due", "before issued"),
        (HEAD + ROW + ROW.replace("1.234,56;1.234,56", "9,00;9,00"), "i.csv:3:number", "line 2 with other contents"),
        (HEAD + ROW.replace("1.234,56;EUR", "9.234,56;EUR"), "i.csv:2:open", "no part of the amount"),
        (HEAD + ROW.replace("EUR", "EURO"), "i.csv:2:currency", "no currency code"),
        (HEAD + "F1;webbouw\n", "i.csv:2", "2 fields"),
        (HEAD.replace("Bedrag", "Amount") + ROW, "i.csv:1:amount", "no column 'Bedrag'"),
        ("", "i.csv", "is empty"),
        (HEAD + ROW.replace("F1", ""), "i.csv:2:number", "missing"),
        (HEAD + ROW.replace("F1", '"F1'), "i.csv", "no CSV"),
    ],
)
def test_a_mistake_is_refused_with_file_line_and_field_and_nothing_is_changed(host, text, place, words):
    take_in(host, HEAD + ROW.replace("F1", "F0"))
    before = ledger(host)
    with pytest.raises(InputError) as refused:
        take_in(host, text, "--accept-drop")
    assert str(refused.value).startswith(place) and words in str(refused.value)
    assert refused.value.exit_code == 2 and ledger(host) == before


def test_an_issued_invoice_may_not_come_back_with_other_contents(host):
    take_in(host, HEAD + ROW)
    with pytest.raises(InputError, match=r"i\.csv:2:amount.*imported before with amount 123456"):
        take_in(host, HEAD + ROW.replace("1.234,56;1.234,56", "1.234,57;1.234,57"))
    assert ledger(host)["F1"][0] == 123456


def test_the_same_row_twice_in_a_file_is_one_invoice(host):
    assert take_in(host, HEAD + ROW + ROW)["new"] == 1


def test_half_an_export_is_refused_unless_accepted(host):
    take_in(host, ROWS)
    before = ledger(host)
    half = HEAD + "".join(ROW.replace("F1", f"F{n}") for n in range(1, 6))
    with pytest.raises(InputError, match="--accept-drop"):
        take_in(host, half)
    assert ledger(host) == before
    assert take_in(host, half, "--accept-drop")["settled"] == 6


def test_a_far_smaller_sum_is_refused_although_the_rows_are_as_many(host):
    take_in(host, ROWS)
    others = ROWS.replace(";F", ";").replace("\nF", "\nG").replace("1.234,56;1.234,56", "1,00;1,00")
    with pytest.raises(InputError, match="EUR 11.00"):
        take_in(host, others)


def test_invoices_that_are_paid_but_still_listed_are_no_drop(host):
    take_in(host, ROWS)
    assert take_in(host, ROWS.replace("1.234,56;EUR", "0,00;EUR"))["changed"] == 11


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(host):
    assert take_in(host, ROWS, "--dry-run")["new"] == 11
    assert ledger(host) == {}


def test_a_wrong_encoding_names_the_remedy(host):
    with pytest.raises(InputError, match="not written in utf-8.*encoding"):
        take_in(
            host, "number,debtor,issued,due,amount,kind,credits\nA,café,2009-01-01,2009-01-15,1.00,,\n", source="plain"
        )


def test_a_missing_file_is_one_clear_error(host):
    with pytest.raises(InputError, match="none.csv: cannot be read"):
        run("import", "none.csv", "--source", "invoices")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- {name: X}\n", "key: is missing"),
        ("- {key: a, name: X, acounts: [da1/x]}\n", "acounts: is no field"),
        ("- {key: a, name: X, accounts: [x]}\n", "'x' is no account"),
        ("- {key: a, name: X}\n- {key: a, name: Y}\n", "stands in line 1 too"),
        ("- {key: a, name: X, accounts: [da1/x]}\n- {key: b, name: Y, accounts: [da1/x]}\n", "is a's already"),
        ("key: a\n", "no list of debtors"),
        ("- {key: a, name: [\n", "is no YAML"),
    ],
)
def test_a_mistake_in_the_list_of_debtors_is_named_with_its_line(host, text, words):
    (host / "d.yaml").write_text(text)
    with pytest.raises(InputError) as refused:
        run("import", "d.yaml", "--no-check")
    assert words in str(refused.value) and "d.yaml:" in str(refused.value)


def test_debtors_come_from_csv_too(host):
    (host / "d.csv").write_text("debtor,name,panel,account\nnew,New BV,da1,a\nnew,New BV,da1,b\n")
    assert "1 debtors, 1 changed; 2 accounts, 2 newly linked" in run("import", "d.csv", "--debtors", "--no-check")
