"""The first day: an empty installation leads to its first import, its first link of a debtor, and its first figures."""

import pytest
from playwright.sync_api import expect

from dunning_plugin.sandbox.directadmin import case
from tests.browser import axe
from tests.browser.clicks import count_of, menu, open_page

WORLD = {"only": "atelier", "take_in": False}
DEBTORS = f"- key: {case.DEBTOR}\n  name: Webbouw Noord\n  accounts: [da1/atelier]\n- key: zuidhost\n  name: Zuidhost\n"
MORE = 60
"""More debtors than a page of the list holds."""


@pytest.fixture
def books(here):
    """The files of the first day in the import folder."""
    small = [f"klant{number:03d}" for number in range(1, MORE + 1)]
    entries = "".join(f"- key: {key}\n  name: Klant {key[-3:]}\n" for key in ("bakkerij", *small))
    rows = "".join(f"K-{key};{key};02-03-2009;16-03-2009;12,10;12,10;EUR\r\n" for key in small)
    here.put("debiteuren.yaml", (DEBTORS + entries).encode())
    here.put("facturen.csv", case.write_invoices(here.folder).read_bytes() + rows.encode("cp1252"))
    here.put("half.csv", b"Factuurnummer;Debiteur\r\n1;2\r\n")


def take_in(page, file, kind):
    """From the list of files by its preview to what came of it; the preview's first figure."""
    menu(page, "Import")
    page.get_by_role("row").filter(has_text=file).get_by_role("link", name=f"Preview {kind} {file}").click()
    expect(page.get_by_text("Nothing has changed yet.")).to_be_visible()
    figure = page.locator("dl.figures dd").first.inner_text()
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("It counts from now on.")).to_be_visible()
    return figure


def test_an_empty_installation_leads_by_its_pages_to_the_first_figures(page, here, books):
    page.emulate_media(reduced_motion="reduce")
    for name, words in (
        ("overview", "First steps"),
        ("overdue", "No invoices yet"),
        ("jobs", "No jobs yet"),
        ("journal", "Nothing has happened yet"),
    ):
        open_page(page, here, name)
        expect(page.get_by_text(words)).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert axe.violations(page) == [], name
    open_page(page, here, "overview")
    page.get_by_role("link", name="Go to the import").click()
    page.get_by_role("link", name="Preview invoices half.csv").click()
    expect(page.get_by_role("alert")).to_contain_text("The file is refused")
    assert page.get_by_role("button", name="Take in").count() == 0
    assert take_in(page, "debiteuren.yaml", "debtors") == str(MORE + 3)
    assert here.ask_store("SELECT count(*) FROM debtor_accounts") == 1
    menu(page, "Import")
    page.get_by_role("link", name="Preview invoices facturen.csv").click()
    assert count_of(page, "New") == str(MORE + 15) and here.ask_store("SELECT count(*) FROM invoices") == 0
    take_in(page, "facturen.csv", "invoices")
    page.get_by_role("link", name="To the overview").click()
    assert count_of(page, "Resellers that hang on it") == "1"
    # The list has more rows than a page holds.
    menu(page, "Overdue")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text(f"51 to {MORE + 2} of {MORE + 2}")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(MORE + 2 - 50)
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_role("link", name="atelier", exact=True)).to_be_visible()
    # Taken in once more, nothing is new, and there is nothing to confirm.
    menu(page, "Import")
    page.get_by_role("link", name="Preview invoices facturen.csv").click()
    expect(page.get_by_text("The file holds nothing new.")).to_be_visible()
    assert page.get_by_role("button", name="Take in").count() == 0


def test_a_file_that_changes_after_its_preview_is_not_taken_in(page, here, books):
    open_page(page, here, "import", file="debiteuren.yaml", kind="debtors")
    button = page.get_by_role("button", name="Take in")
    if button.count() == 0:
        here.put("debiteuren.yaml", DEBTORS.replace("Zuidhost", "Zuidhost N.V.").encode())
        open_page(page, here, "import", file="debiteuren.yaml", kind="debtors")
    here.put("debiteuren.yaml", DEBTORS.replace("Zuidhost", "Somebody else").encode())
    button.click()
    expect(page.get_by_text("The file has changed since its preview.")).to_be_visible()
    assert here.ask_store("SELECT count(*) FROM debtors WHERE name = 'Somebody else'") == 0
