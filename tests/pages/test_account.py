"""The page of a reseller or a user: what he owes, what is laid on him, what happened, his users, the buttons."""

import pytest

from tests.pages.host import ODD


def buttons(page):
    return [a.text for a in page.every("a") if "button" in a.attributes.get("class", "") and a.inside("td") is None]


def test_a_reseller_shows_his_debtor_his_invoices_and_his_users_with_their_state(busy):
    page = busy.browser().get("account", name="da1/atelier")
    assert page.heading == "atelier reseller on da1" and page.has_text("Webbouw Noord") and page.has_text("131")
    invoices, users = page.every("tbody")
    assert invoices.text.startswith("2008-1114 14 Nov 2008 28 Nov 2008 131 €1,249.50 €1,249.50")
    assert "2009-C012 Credit note" in invoices.text and "-€119.00" in invoices.text
    assert "atelier01.example Active Suspend atelier01" in users.text.replace("\n", " ")
    assert "Suspended by someone else" in users.text and "Not ours to lift" in users.text


def test_a_reseller_has_the_four_buttons_each_leading_to_a_confirmation(busy):
    browser = busy.browser()
    page = browser.get("account", name="da1/atelier")
    assert buttons(page) == ["Lock login", "Show notice", "Suspend reseller"]
    browser.get("confirm", act="lock_login", name="da1/atelier").send(why="x")
    busy.work()
    page = browser.get("account", name="da1/atelier")
    assert buttons(page) == ["Lock login", "Show notice", "Suspend reseller", "Restore"]
    headings = [page.follow(button).heading for button in buttons(page)]
    assert headings == [
        "Lock the login of da1/atelier?",
        "Show the notice on the pages of da1/atelier?",
        "Suspend da1/atelier?",
        "Restore da1/atelier?",
    ]


def test_a_single_user_has_buttons_of_his_own_and_leads_back_to_his_reseller(busy):
    browser = busy.browser()
    page = browser.get("account", name="da1/atelier").follow("atelier01")
    assert page.heading == "atelier01 user on da1" and buttons(page) == ["Lock login", "Suspend user"]
    assert page.follow("atelier").heading == "atelier reseller on da1"
    browser.get("account", name="da1/atelier").follow("Suspend atelier01").send(why="his own wish")
    busy.work()
    assert "atelier01" in busy.suspended() and "atelier02" not in busy.suspended()
    browser.get("account", name="da1/atelier").follow("Restore atelier01").send()
    busy.work()
    assert busy.suspended() == {"atelier03"}


def test_what_happened_is_told_in_words_newest_first(busy):
    browser = busy.browser()
    browser.get("confirm", act="suspend", name="da1/atelier").send(why="formal notice of 30 March")
    busy.work()
    told = [item.text for item in browser.get("account", name="da1/atelier").every("li")]
    laid = next(text for text in told if "Laid and read back: suspension on da1/atelier01, da1/atelier02" in text)
    assert "admin" in laid and "Reason: formal notice of 30 March" in laid and "8 Apr 2009, 09:00" in laid
    opened = next(text for text in told if "Opened the case" in text)
    assert "€6,387.13 overdue on 11 invoices, oldest due 28 Nov 2008" in opened
    assert told.index(laid) < told.index(opened)


def test_blocks_laid_now_are_counted_by_measure_and_case(busy):
    browser = busy.browser()
    browser.get("confirm", act="suspend", name="da1/atelier").send(why="x")
    busy.work()
    page = browser.get("account", name="da1/atelier")
    assert page.has_text("Suspension on 3 accounts case") and page.has_text("Notice on one account case")


def test_users_are_searched_by_name_and_domain(busy):
    browser = busy.browser()
    for query in ("ATELIER02", "atelier02.exa"):
        page = browser.get("account", name="da1/atelier", q=query)
        assert "atelier02" in page.every("tbody")[1].text and "atelier01" not in page.every("tbody")[1].text
    assert browser.get("account", name="da1/atelier", q="nobody").has_text("No user fits this search.")


@pytest.mark.parametrize(
    "name", ["da1/nobody", "xx/atelier", "atelier", "/", "da1/", "da1/../etc", "da1/" + "a" * 190, "da1/<b>"]
)
def test_an_unknown_account_is_a_clear_page(busy, name):
    page = busy.browser().get("account", name=name)
    assert page.status == 404 and page.heading == "There is no such account"


def test_no_account_named_is_a_clear_page(busy):
    assert busy.browser().get("account").status == 404


def test_an_admin_is_no_account_that_anything_is_done_to(busy):
    browser = busy.browser()
    assert browser.get("account", name="da1/admin").status == 404
    refused = browser.get("confirm", act="suspend", name="da1/admin")
    assert refused.status == 400 and not refused.every("form", method="post")


def test_an_account_without_a_debtor_says_how_to_link_it_and_has_no_buttons(busy):
    busy.panel.disk.create("nobodys", "reseller", "admin", "Pw-nobodys-2009")
    page = busy.browser().get("account", name="da1/nobodys")
    assert page.has_text("No debtor answers for this account") and buttons(page) == ["Go to the import"]


def test_an_account_that_is_gone_from_the_panel_is_said_and_can_still_be_restored(busy):
    browser = busy.browser()
    browser.get("confirm", act="suspend", name="da1/odd").send(why="x")
    busy.work()
    busy.panel.disk.delete("odd")
    page = browser.get("account", name="da1/odd")
    assert page.has_text("Not on the panel") and buttons(page) == ["Restore"]


def test_while_the_panel_is_away_the_store_is_shown(quiet):
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    quiet.invoices(("1", "jansen", "2009-04-01", "10.00"))
    page = quiet.browser().get("account", name="da1/jansen")
    assert page.status == 200 and page.has_text("The panel could not be read") and page.has_text("€10.00")
    assert buttons(page) == []
    lost = quiet.browser().get("account", name="da1/stranger")
    assert lost.status == 502 and lost.has_text("That did not work")


def test_many_open_invoices_are_cut_and_counted(quiet):
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    quiet.invoices(*((f"n{n:03}", "jansen", "2009-04-01", "1.00") for n in range(103)))
    page = quiet.browser().get("account", name="da1/jansen")
    assert len(page.rows()) == 100 and page.has_text("3 more are open.")


def test_a_hostile_debtor_name_is_text(busy):
    page = busy.browser().get("account", name="da1/odd")
    assert ODD in page.text and "<b>O" not in page.html
