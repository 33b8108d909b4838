"""Import: plain files of the configured folder, a preview before anything counts, and just what was previewed."""

import os

import pytest

from dunning_plugin.pages import imports
from tests.pages.host import HEAD, ODD

ROW = "{},jansen,2009-01-01,{},{},{}\n"
PREVIEW = {"file": "new.csv", "kind": "invoices", "source": "books"}


def rows(*numbers, due="2009-02-01", amount="10.00"):
    return HEAD + "".join(ROW.format(number, due, amount, amount) for number in numbers)


def files(page):
    return [row[0] for row in page.rows()]


def figures(page):
    return dict(zip([dt.text for dt in page.every("dt")], [dd.text for dd in page.every("dd")]))


@pytest.fixture
def host(quiet):
    quiet.debtors(("jansen", "Jansen", ()))
    return quiet


def test_without_a_folder_it_says_how_to_set_one(quiet):
    quiet.configure("import_dir: drop\n", "")
    page = quiet.browser().get("import")
    assert page.has_text("No import folder is set") and page.has_text("import_dir: /var/lib/dunning-import")
    assert quiet.browser().get("import", **PREVIEW).status == 400


def test_a_folder_that_is_not_there_is_said(quiet):
    quiet.configure("import_dir: drop", "import_dir: nowhere")
    assert quiet.browser().get("import").has_text("is no folder, or may not be read")
    assert quiet.browser().get("import", **PREVIEW).status == 404


def test_an_empty_folder_says_what_to_put_there(quiet):
    assert quiet.browser().get("import").has_text("The import folder is empty")


def test_it_lists_plain_files_and_passes_over_all_else(quiet):
    quiet.put("a.csv", "x" * 2500)
    quiet.put("b.yaml", "")
    for name in (".hidden.csv", "notes.txt", "a\nb.csv", "tab\t.csv"):
        quiet.put(name, "")
    drop = quiet.folder / "drop"
    (drop / "folder.csv").mkdir()
    os.symlink("/etc/passwd", drop / "link.csv")
    os.link(quiet.folder / "password", drop / "hard.csv")
    os.mkfifo(drop / "pipe.csv")
    (drop / os.fsdecode(b"latin\xe9.csv")).write_text("")
    page = quiet.browser().get("import")
    assert sorted(files(page)) == ["a.csv", "b.yaml"] and page.has_text("2.5 kB")


@pytest.mark.parametrize(
    "name", ["link.csv", "hard.csv", "../password", "/etc/passwd", "sub/x.csv", ".", "", "missing.csv", "folder.csv"]
)
def test_a_name_that_the_listing_has_not_is_refused(quiet, name):
    drop = quiet.folder / "drop"
    os.symlink(quiet.folder / "password", drop / "link.csv")
    os.link(quiet.folder / "password", drop / "hard.csv")
    (drop / "folder.csv").mkdir()
    page = quiet.browser().get("import", file=name, kind="debtors")
    assert "secret" not in page.html and (page.status == 404 or page.heading == "Import")


def test_a_link_that_takes_the_files_place_after_the_listing_is_not_followed(host, monkeypatch):
    path = host.put("new.csv", rows(1))
    seen = imports.listing(host.folder / "drop")
    path.unlink()
    os.symlink(host.folder / "password", path)
    monkeypatch.setattr(imports, "listing", lambda folder: seen)
    for query in (PREVIEW, {**PREVIEW, "kind": "debtors", "source": ""}):
        page = host.browser().get("import", **query)
        assert page.has_text("The file is refused") and "secret" not in page.html


def test_a_preview_counts_and_changes_nothing(host):
    host.put("new.csv", rows(1, 2))
    page = host.browser().get("import").follow("Preview invoices")
    assert page.heading == "Preview of new.csv" and page.has_text("Nothing has changed yet")
    assert figures(page) == {"New": "2", "Changed": "0", "Settled": "0", "Unchanged": "0", "Open amount": "€20.00"}
    assert host.browser().get("overdue").has_text("No invoices yet")


def test_what_was_previewed_is_taken_in_once(host):
    host.put("new.csv", rows(1, 2))
    browser = host.browser()
    address, fields = browser.get("import", **PREVIEW).form()
    page = browser.post(address, fields)
    assert page.heading == "new.csv was taken in" and figures(page)["New"] == "2"
    assert browser.get("overdue").rows()[0][2].startswith("€20.00")
    host.put("new.csv", rows(1, 2, 3))
    again = browser.post(address, fields)
    assert again.has_text("had been taken in already") and figures(again)["New"] == "2"
    assert browser.get("overdue").rows()[0][2].startswith("€20.00")
    assert browser.get("journal").has_text("new.csv: 2 new, 0 changed, 0 settled")


def test_a_file_that_changed_since_its_preview_is_not_taken_in(host):
    host.put("new.csv", rows(1, 2))
    page = host.browser().get("import", **PREVIEW)
    host.put("new.csv", rows(1, 2, 3))
    assert page.send().has_text("has changed since its preview")
    assert host.browser().get("overdue").has_text("No invoices yet")


@pytest.mark.parametrize(
    "text, line, field, what",
    [
        (rows(1, due="31-31-2009"), "2", "due (due)", "is no day"),
        (rows(1) + ROW.format(2, "2009-02-01", "ten", "ten"), "3", "amount (amount)", "'ten' is no amount"),
        (rows(1).replace("jansen", "pietersen"), "2", "debtor (debtor)", "unknown debtor 'pietersen'"),
        (rows(1).replace("jansen", ODD.replace('"', '""').join('""')), "2", "debtor (debtor)", "unknown debtor"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_line_and_field(host, text, line, field, what):
    host.put("new.csv", text)
    page = host.browser().get("import", **PREVIEW)
    told = figures(page)
    assert page.has_text("The file is refused") and (told["Line"], told["Field"]) == (line, field)
    assert what in told["What is wrong"] and told["What to do"]
    assert "<b>O" not in page.html and not page.every("form", method="post")


def test_far_less_than_last_time_needs_a_tick_that_is_shown_only_then(host):
    host.put("new.csv", rows(*range(10)))
    browser = host.browser()
    first = browser.get("import", **PREVIEW)
    assert not first.every("input", type="checkbox")
    first.send()
    host.put("new.csv", rows(1))
    page = browser.get("import", **PREVIEW)
    assert page.has_text("Far less than last time") and figures(page)["Settled"] == "9"
    assert "required" in page.find("input", name="accept_drop").attributes
    refused = page.send()
    assert refused.has_text("The file is refused") and browser.get("overdue").rows()[0][2].startswith("€100.00")
    assert page.send(accept_drop="1").heading == "new.csv was taken in"
    assert browser.get("overdue").rows()[0][2].startswith("€10.00")


def test_a_drop_that_no_box_was_shown_for_cannot_be_accepted(host):
    host.put("new.csv", rows(*range(10)))
    browser = host.browser()
    browser.get("import", **PREVIEW).send()
    host.put("less.csv", rows(1))
    address, fields = browser.get("import", **{**PREVIEW, "file": "less.csv"}).form()
    fields.pop("dropped")
    assert browser.post(address, {**fields, "accept_drop": "1"}).status == 403
    assert browser.get("overdue").rows()[0][2].startswith("€100.00")


def test_nothing_new_is_said_without_a_button(host):
    host.put("new.csv", rows(1))
    host.browser().get("import", **PREVIEW).send()
    page = host.browser().get("import", **PREVIEW)
    assert page.has_text("The file holds nothing new.") and not page.every("form", method="post")


def test_a_token_of_one_file_takes_in_no_other(host):
    host.put("new.csv", rows(1))
    host.put("other.csv", rows(1))
    address, fields = host.browser().get("import", **PREVIEW).form()
    assert host.browser().post(address.replace("new.csv", "other.csv"), fields).status == 403
    assert host.browser("other").post(address, fields).status == 403
    assert host.browser().post(address, {}).status == 200
    assert host.browser().get("overdue").has_text("No invoices yet")


@pytest.mark.parametrize("query", [{"kind": "x"}, {"kind": ""}, {"source": "x"}, {"source": ""}])
def test_a_kind_or_source_that_there_is_not_is_refused(host, query):
    host.put("new.csv", rows(1))
    assert host.browser().get("import", **{**PREVIEW, **query}).status == 400


def test_debtors_and_their_links_are_previewed_checked_against_the_panel_and_taken_in(busy):
    browser = busy.browser()
    busy.put("debtors.yaml", "- key: nieuw\n  name: Nieuw\n  accounts: [da1/nobody]\n")
    page = browser.get("import").follow("Preview debtors")
    assert page.has_text("da1 has no account 'nobody'") and figures(page)["Line"] == "3"
    busy.panel.disk.create("nieuwe", "reseller", "admin", "Pw-nieuwe-2009")
    busy.put("debtors.yaml", "- key: nieuw\n  name: Nieuw\n  accounts: [da1/nieuwe]\n")
    page = browser.get("import").follow("Preview debtors")
    assert figures(page) == {
        "Debtors": "1", "Changed": "1", "Accounts": "1", "Newly linked": "1", "No longer his": "0"
    }  # fmt: skip
    assert browser.get("account", name="da1/nieuwe").has_text("No debtor answers")
    address, fields = page.form()
    assert browser.post(address, fields).heading == "debtors.yaml was taken in"
    assert browser.get("account", name="da1/nieuwe").has_text("Nieuw")
    busy.put("debtors.yaml", "- key: nieuw\n  name: Anders\n  accounts: [da1/nieuwe]\n")
    assert browser.post(address, fields).has_text("had been taken in already")


def test_a_list_of_debtors_that_changed_since_its_preview_is_not_taken_in(busy):
    busy.put("debtors.yaml", "- key: nieuw\n  name: Nieuw\n")
    page = busy.browser().get("import").follow("Preview debtors")
    busy.put("debtors.yaml", "- key: nieuw\n  name: Anders\n")
    assert page.send().has_text("has changed since its preview")


def test_several_sources_are_offered_by_name(host):
    host.configure(
        "sources:\n",
        "sources:\n  old:\n    kind: csv\n    columns: {number: n, debtor: d, issued: i, due: u, amount: a}\n",
    )
    host.put("new.csv", rows(1))
    page = host.browser().get("import")
    assert "(old)" in page.rows()[0][3] and "(books)" in page.rows()[0][3]
