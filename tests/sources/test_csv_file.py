"""A CSV export: encodings, line numbers, part payments; what it cannot be is refused with file, line and field."""

import os
from pathlib import Path
from typing import Any, List, Union

import pytest

from dunning_plugin.config.settings import CsvSettings
from dunning_plugin.errors import InputError
from dunning_plugin.sources.csv_file import CsvFile

COLUMNS = {"number": "Nr", "debtor": "Deb", "issued": "Datum", "due": "Verval", "amount": "Bedrag"}
HEAD = "Nr;Deb;Datum;Verval;Bedrag"
ROW = "F1;café;2008-11-14;2008-11-28;100,00"


def rows(
    folder: Path, text: Union[str, bytes], written_in: str = "utf-8", more: str = "", **settings: Any
) -> List[Any]:
    """The rows that a file gives; `more` names further columns as field=Heading."""
    path = folder / "i.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(written_in))
    columns = {**COLUMNS, **dict(pair.split("=") for pair in more.split())}
    wanted = {"delimiter": ";", "decimal": ",", "thousands": ".", **settings}
    return list(CsvFile("invoices", path, CsvSettings(columns, **wanted), {"café"}).rows())


def refusal(folder: Path, text: Union[str, bytes], **settings: Any) -> str:
    with pytest.raises(InputError) as refused:
        rows(folder, text, **settings)
    return str(refused.value).replace(f"{folder}/", "")


def test_a_row_is_line_number_debtor_days_and_exact_amounts(tmp_path):
    assert rows(tmp_path, f"{HEAD}\n{ROW}\n") == [
        (2, "F1", "café", "2008-11-14", "2008-11-28", "EUR", 10000, 10000, "")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
def test_every_encoding_that_is_declared_is_read(tmp_path, encoding):
    assert rows(tmp_path, f"{HEAD}\n{ROW}\n", encoding, encoding=encoding)[0][2] == "café"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_believed_before_the_setting(tmp_path, encoding):
    assert rows(tmp_path, f"{HEAD}\n{ROW}\n", encoding, encoding="cp1252")[0][2] == "café"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_and_the_last_may_be_missing(tmp_path, end):
    assert len(rows(tmp_path, end.join([HEAD, ROW, ROW.replace("F1", "F2")]))) == 2


def test_empty_lines_are_passed_over_before_and_after_the_heading(tmp_path):
    assert [row[0] for row in rows(tmp_path, f"\n\n{HEAD}\n\n{ROW}\n\n\n{ROW}\n")] == [5, 8]


def test_a_row_with_a_line_break_in_quotes_is_named_by_the_line_that_it_begins_in(tmp_path):
    text = f'{HEAD};Note\n{ROW};"two\nlines"\n{ROW};"three\n\nlines"\n{ROW.replace("11-28", "02-31")};x\n'
    assert refusal(tmp_path, text).startswith("i.csv:7:due (Verval): '2008-02-31' is no day")
    bad = text.replace("11-28", "02-31", 1)
    assert refusal(tmp_path, bad).startswith("i.csv:2:due (Verval)")


def test_bytes_of_another_encoding_are_named_with_their_very_line(tmp_path):
    good = f"{HEAD}\n".encode() + f"{ROW}\n".encode() * 5000
    assert refusal(tmp_path, good + "F2;é".encode("cp1252") + b"\n").startswith("i.csv:5002: is not written in utf-8;")
    good = good.decode().encode("cp1252")
    assert refusal(tmp_path, good + b"F\x81;x\n", encoding="cp1252").startswith("i.csv:5002: is not written in cp1252;")


def test_a_file_that_is_no_utf_16_is_told_so(tmp_path):
    assert "is not written in utf-16" in refusal(tmp_path, f"{HEAD}\n{ROW}\n", encoding="utf-16")


@pytest.mark.parametrize("text", ["", "\n\n", "﻿"])
def test_an_empty_file_is_refused(tmp_path, text):
    assert refusal(tmp_path, text).startswith("i.csv: is empty; export")


def test_a_wrong_delimiter_shows_what_the_heading_looks_like(tmp_path):
    said = refusal(tmp_path, f"{HEAD}\n{ROW}\n".replace(";", ","))
    assert "no column 'Nr'" in said and "Nr,Deb,Datum" in said and "delimiter" in said


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("F1;café", "i.csv:2: has 2 fields, the heading 5; quote fields"),
        (ROW + ";x", "i.csv:2: has 6 fields, the heading 5"),
        (ROW.replace("100,00", "9" * 18 + ",00"), "i.csv:2:amount (Bedrag): '999999999999999999,00' is larger"),
        (ROW.replace("100,00", "9" * 40 + ",00"), "is larger than any invoice"),
        (ROW.replace("100,00", "9" * 6000 + ",00"), "is larger than any invoice"),
        (ROW.replace("100,00", "€ 100,00"), "i.csv:2:amount (Bedrag): '€ 100,00' is no amount"),
        (ROW.replace("100,00", ""), "'' is no amount"),
        (ROW.replace("F1", "F\x1b[31m"), "i.csv:2:number (Nr): holds a control character"),
        (ROW.replace("F1", "F\x001"), "i.csv:2"),
        (ROW.replace("F1", " "), "i.csv:2:number (Nr): is missing"),
        (ROW.replace("F1", '"F1'), "i.csv:2: is no CSV with ';' between fields"),
        (ROW.replace("F1", '"F"1'), "i.csv:2: is no CSV with ';' between fields"),
        (ROW.replace("F1", "F" * 200_000), "i.csv:2: is no CSV"),
    ],
)
def test_what_cannot_be_an_invoice_is_refused_with_its_place(tmp_path, row, words):
    said = refusal(tmp_path, f"{HEAD}\n{row}\n")
    assert words in said and len(said) < 600


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("EUR", "1.234,56", 123456), ("JPY", "1.234", 1234), ("KWD", "1,234", 1234), ("kwd", "1,2", 1200)],
)
def test_each_currency_has_its_own_digits(tmp_path, currency, amount, minor):
    row = rows(tmp_path, f"{HEAD};Cur\n{ROW.replace('100,00', amount)};{currency}\n", more="currency=Cur")[0]
    assert row[5:7] == (currency.upper(), minor)


@pytest.mark.parametrize("currency", ["", "EURO", "€", "EUT", "E R"])
def test_what_is_no_currency_code_is_refused(tmp_path, currency):
    said = refusal(tmp_path, f"{HEAD};Cur\n{ROW};{currency}\n", more="currency=Cur")
    assert said.startswith("i.csv:2:currency (Cur):")


@pytest.mark.parametrize(
    ("column", "amount", "value", "left"),
    [
        ("open", "100,00", "100,00", 10000),
        ("open", "100,00", "0,01", 1),
        ("open", "100,00", "0,00", 0),
        ("open", "100,00", "-5,00", 0),
        ("open", "-100,00", "-40,00", -4000),
        ("open", "-100,00", "40,00", -4000),
        ("paid", "100,00", "", 10000),
        ("paid", "100,00", " ", 10000),
        ("paid", "100,00", "30,00", 7000),
        ("paid", "100,00", "100,00", 0),
        ("paid", "100,00", "130,00", 0),
        ("paid", "-100,00", "-30,00", -7000),
    ],
)
def test_a_part_payment_leaves_the_rest_open_and_what_was_paid_too_much_leaves_nothing(
    tmp_path, column, amount, value, left
):
    text = f"{HEAD};X\n{ROW.replace('100,00', amount)};{value}\n"
    assert rows(tmp_path, text, more=f"{column}=X")[0][7] == left


def test_more_open_than_billed_is_refused(tmp_path):
    assert refusal(tmp_path, f"{HEAD};X\n{ROW};100,01\n", more="open=X").startswith("i.csv:2:open (X): what is open")


@pytest.mark.parametrize(
    ("amount", "kind", "gross"), [("30,00", "CN", -3000), ("-30,00", "CN", -3000), ("30,00", "F", 3000)]
)
def test_a_credit_note_is_negative_whichever_sign_the_file_writes(tmp_path, amount, kind, gross):
    text = f"{HEAD};Kind;Ref\n{ROW.replace('100,00', amount)};{kind};F0\n"
    row = rows(tmp_path, text, more="kind=Kind credits=Ref", credit_kinds=("CN",))[0]
    assert row[6] == gross and row[8] == ("F0" if gross < 0 else "")


@pytest.mark.parametrize("what", ["folder", "pipe", "device"])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, what):
    path = Path("/dev/zero") if what == "device" else tmp_path / "x.csv"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputError, match=f"is a {what}"):
        list(CsvFile("invoices", path, CsvSettings(COLUMNS), set()).rows())
