"""The table of overdue resellers: sorted, searched, filtered, cut into parts, ticked for a batch restore."""

import pytest

from dunning_plugin.sandbox.directadmin import case
from dunning_plugin.store.intake import take_in
from dunning_plugin.taking_in import csv_source
from tests.pages.browser import query_of
from tests.pages.host import ODD


def many(host, count):
    """`count` debtors with a reseller each; the higher the number, the longer overdue."""
    host.debtors(*((f"d{n:03}", f"Debtor {n:03}", (f"da1/r{n:03}",)) for n in range(1, count + 1)))
    host.invoices(
        *((f"i{n:03}", f"d{n:03}", f"2009-0{1 + (count - n) // 28}-{1 + (count - n) % 28:02}", "10.00")
          for n in range(1, count + 1))
    )  # fmt: skip


def names(page):
    return [head.text.split()[0] for head in page.every("th", role="rowheader")]


def test_the_longest_overdue_comes_first_with_amount_age_and_state(quiet):
    quiet.debtors(("new", "New B.V.", ("da1/fresh",)), ("old", "Old B.V.", ("da1/stale",)))
    quiet.invoices(
        ("1", "new", "2009-04-01", "99.50"), ("2", "old", "2008-12-09", "1234.56"), ("3", "old", "2009-04-20", "1.00")
    )
    rows = quiet.browser().get("overdue").rows()
    assert rows[0] == ["stale da1Old B.V.", "120 90+ days", "€1,234.56one invoice", "unknown", "Active"]
    assert rows[1] == ["fresh da1New B.V.", "7 1-30 days", "€99.50one invoice", "unknown", "Active"]


def test_amounts_of_several_currencies_stand_apart(quiet):
    quiet.configure("open: open}", "open: open, currency: currency}")
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    file = quiet.folder / "two.csv"
    file.write_text(
        "number,debtor,issued,due,amount,open,currency\n"
        "1,jansen,2009-01-01,2009-02-01,1234.56,1234.56,EUR\n2,jansen,2009-01-01,2009-02-01,5000,5000,JPY\n"
    )
    take_in(quiet.installation.store, csv_source(quiet.installation, file), quiet.installation.now(), "root")
    cell = quiet.browser().get("overdue").every("td", data_label="Owed by debtor")[0]
    assert cell.text == "€1,234.56JPY 5,0002 invoices"


def test_fifty_rows_are_shown_at_once_and_the_rest_is_one_link_away(quiet):
    many(quiet, 62)
    first = quiet.browser().get("overdue")
    second = first.follow("Next")
    assert names(first) == [f"r{n:03}" for n in range(62, 12, -1)]
    assert names(second) == [f"r{n:03}" for n in range(12, 0, -1)]
    assert first.has_text("1 to 50 of 62") and second.has_text("51 to 62 of 62")
    assert names(second.follow("Previous")) == names(first)


@pytest.mark.parametrize("odd", ["0", "-1", "1e9", "٣", "nan", "", "2; drop", "99999999999999999999", "1.5"])
def test_an_odd_number_of_a_part_is_the_nearest_part(quiet, odd):
    many(quiet, 51)
    page = quiet.browser().get("overdue", at=odd)
    assert page.status == 200 and len(page.rows()) == 50


def test_a_part_beyond_the_end_is_the_last(quiet):
    many(quiet, 51)
    assert len(quiet.browser().get("overdue", at="9999").rows()) == 1


@pytest.mark.parametrize("query", ["R00", "debtor 00", "D007", "da1/r009"])
def test_search_finds_resellers_and_debtors_by_any_part_of_their_name(quiet, query):
    many(quiet, 12)
    found = names(quiet.browser().get("overdue", q=query))
    assert found and len(found) < 12 and all(query.lower()[-1] in name for name in found)


def test_a_search_without_a_find_says_so_and_leads_back(quiet):
    many(quiet, 2)
    page = quiet.browser().get("overdue", q="nobody <b>")
    assert (
        page.has_text("No row fits this search")
        and page.find("input", type="search").attributes["value"] == "nobody <b>"
    )
    assert len(page.follow("Show all").rows()) == 2


def test_search_and_filter_stay_while_one_pages_through(quiet):
    many(quiet, 120)
    page = quiet.browser().get("overdue", q="debtor", state="free")
    assert query_of(page.link("Next")) == {"page": ["overdue"], "at": ["2"], "q": ["debtor"], "state": ["free"]}


def test_the_table_is_filtered_by_state(busy):
    browser = busy.browser()
    browser.get("confirm", act="lock_login", name="da1/atelier").send(why="a reminder unanswered")
    busy.work()
    got = {state: names(browser.get("overdue", state=state)) for state in ("lock_login", "suspend", "free", "unlinked")}
    assert got == {"lock_login": ["atelier"], "suspend": [], "free": ["odd"], "unlinked": ["Link"]}
    assert names(browser.get("overdue", state="made up")) == ["atelier", "Link", "odd"]


def test_who_paid_and_is_still_blocked_is_found_by_a_filter(busy):
    browser = busy.browser()
    browser.get("confirm", act="suspend", name="da1/odd").send(why="formal notice")
    busy.work()
    paid = csv_source(busy.installation, case.write_invoices(busy.folder))
    take_in(busy.installation.store, paid, busy.installation.now(), "root", accept_drop=True)
    page = browser.get("overdue", state="paid")
    assert names(page) == ["odd"] and "Nothing overdue any more" in page.rows()[0][2]


def test_it_says_how_many_users_and_domains_hang_below(busy):
    rows = busy.browser().get("overdue").rows()
    assert rows[0][3].startswith("3 users") and rows[0][3].endswith("domains")


def test_a_debtor_without_a_reseller_leads_to_the_link(busy):
    page = busy.browser().get("overdue")
    assert page.rows()[1][0].startswith("Link a reseller") and page.follow("Link a reseller").heading == "Import"


def test_rows_with_blocks_can_be_ticked_and_are_restored_together(busy):
    browser = busy.browser()
    assert not browser.get("overdue").every("input", type="checkbox")
    for name in ("da1/atelier", "da1/odd"):
        browser.get("confirm", act="suspend", name=name).send(why="formal notice")
    busy.work()
    table = browser.get("overdue")
    boxes = [box.attributes["value"] for box in table.every("input", type="checkbox")]
    assert boxes == ["da1/atelier", "da1/odd"]
    confirm = browser.get("confirm", act="restore", name=boxes)
    assert confirm.heading == "Restore 2 accounts?"
    confirm.send()
    assert busy.work()[0].state == "done" and busy.suspended() == {"atelier03"}


def test_whom_we_have_just_restored_is_not_called_suspended_by_someone_else(busy):
    browser = busy.browser()
    browser.get("confirm", act="suspend", name="da1/atelier").send(why="formal notice")
    busy.work()
    # The panel is listed now, while he is suspended, and not again for a minute.
    assert browser.get("overdue").rows()[0][-1].startswith("Suspended")
    browser.get("confirm", act="restore", name="da1/atelier").send()
    busy.work()
    assert browser.get("overdue").rows()[0][-1] == "Active"


def test_the_reseller_leads_to_his_page(busy):
    assert busy.browser().get("overdue").follow("atelier").heading == "atelier reseller on da1"


def test_before_the_first_import_it_leads_there(quiet):
    assert quiet.browser().get("overdue").follow("Go to the import").heading == "Import"


def test_nothing_overdue_is_said(quiet):
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    quiet.invoices(("1", "jansen", "2009-04-08", "10.00"))
    assert quiet.browser().get("overdue").has_text("No debtor has anything overdue on 8 Apr 2009")


def test_a_hostile_name_is_text_and_nothing_else(busy):
    page = busy.browser().get("overdue")
    assert ODD in page.text and not page.every("b", text=ODD) and "<b>O" not in page.html
