"""The main job, clicked: who is overdue, lock his login, suspend him, look at his customers' sites, restore all."""

import pytest
from playwright.sync_api import expect

from tests.browser import axe, clicks
from tests.browser.clicks import (
    confirm,
    count_of,
    go_to_reseller,
    log_in,
    menu,
    open_page,
    press,
    visit_site,
    wait_until_done,
)


def test_the_classic_skin_leads_to_the_overview(page, here):
    page.goto(here.panel.url)
    page.get_by_role("link", name="Dunning").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    assert count_of(page, "Overdue amount") == "€6,422.83"
    assert count_of(page, "Accounts blocked now") == "0"


def test_evolution_leads_to_the_overview_inside_its_frame_and_links_stay_there(page, here):
    frame = clicks.open_from_evolution(page, here)
    go_to_reseller(frame, "webbouw")
    assert "/evo/plugin" in page.url and "account" in frame.url


def test_the_list_shows_who_is_overdue_the_longest_first_with_amount_age_impact_and_state(page, here):
    open_page(page, here, "overdue")
    rows = page.locator("tbody tr").all_inner_texts()
    names = [row.split()[0] for row in rows]
    assert names == ["atelier", "bytewerk", "noordweb", "webbouw", "Link"]
    for word in ("131", "90+ days", "€6,387.13", "11 invoices", "40 users", "53 domains", "Active"):
        assert word in rows[3]


def test_a_search_finds_a_reseller_by_a_part_of_his_name(page, here):
    open_page(page, here, "overdue")
    page.get_by_label("Search reseller or debtor").fill("byte")
    page.get_by_label("Search reseller or debtor").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.get_by_role("link", name="bytewerk", exact=True).is_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("tbody tr")).to_have_count(5)


def test_a_filter_leaves_those_in_that_state_and_none_is_said_as_such(page, here):
    open_page(page, here, "overdue")
    page.get_by_label("State").select_option(label="No reseller linked")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("Bakkerij 't Stoepje")).to_be_visible()
    page.get_by_label("State").select_option(label="Suspended")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No row fits this search")).to_be_visible()


def test_a_locked_login_is_refused_while_his_users_get_in_and_his_sites_stay(page, here, new_context):
    open_page(page, here, "overview")
    go_to_reseller(page, "webbouw")
    press(page, "Lock login")
    assert count_of(page, "Resellers") == "1" and count_of(page, "Users") == "0"
    confirm(page, "Lock login")
    wait_until_done(page)
    assert here.locked() == {"webbouw"} and here.suspended() == {"webbouw07", "noordweb03"}
    other = new_context().new_page()
    assert not log_in(other, here, "webbouw")
    assert log_in(other, here, "webbouw01")
    assert here.site("webbouw01").status_code == 200


def test_the_confirmation_of_a_suspension_shows_numbers_names_who_is_left_alone_and_the_notice(page, here):
    open_page(page, here, "account", name="da1/webbouw")
    press(page, "Suspend reseller")
    figures = [count_of(page, term) for term in ("Resellers", "Users", "Domains", "Mailboxes")]
    assert figures == ["1", "39", "51", "70"]
    names = page.locator("ul.names").first
    assert not names.is_visible()
    page.get_by_text("The 40 accounts by name").click()
    assert names.is_visible() and names.locator("li").count() == 40
    assert "shop-webbouw01.example" in names.inner_text() and "webbouw07" not in names.inner_text()
    left = page.get_by_role("region", name="Who is left alone, and why")
    assert "webbouw07" in left.inner_text() and "abuse" in left.inner_text()
    notice = page.frame_locator("iframe.notice")
    assert notice.get_by_role("heading").inner_text() == "Deze website is tijdelijk niet bereikbaar"
    assert "desk@host.example" in notice.locator("body").inner_text()


def test_no_reason_no_suspension(page, here):
    before = here.jobs()
    open_page(page, here, "confirm", act="suspend", name="da1/webbouw")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_label("Reason")).to_be_focused()
    # A reason of blanks passes the browser's own check, and comes back with a word.
    page.get_by_label("Reason").fill("   ")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("alert")).to_contain_text("Write down the reason")
    assert here.jobs() == before and here.suspended() == {"webbouw07", "noordweb03"}


def test_a_suspended_resellers_customers_meet_the_notice_until_he_is_restored(page, here, new_context):
    assert visit_site(new_context().new_page(), here, "webbouw01") == 200
    open_page(page, here, "overview")
    go_to_reseller(page, "webbouw")
    press(page, "Suspend reseller")
    confirm(page, "Suspend", "formal notice of 2009-03-30")
    moves = []
    page.on("framenavigated", lambda frame: moves.append(frame.url))
    wait_until_done(page)
    assert moves == [], "the page came anew while it should have moved by itself"
    assert page.locator("tbody tr").count() == 42 and page.get_by_text("Failed (0)").is_visible()
    visitor = new_context().new_page()
    assert visit_site(visitor, here, "webbouw01") == 503
    assert visitor.get_by_role("heading").inner_text() == "Deze website is tijdelijk niet bereikbaar"
    assert here.site("webbouw01").headers["Retry-After"]
    assert visit_site(visitor, here, "webbouw02", "en") == 503
    assert visitor.get_by_role("heading").inner_text() == "This website is temporarily unavailable"
    assert here.site("zuidhost01").status_code == 200
    assert not log_in(new_context().new_page(), here, "webbouw01")
    go_to_reseller(page, "webbouw")
    assert page.get_by_text("formal notice of 2009-03-30").count() > 0
    press(page, "Restore")
    assert "webbouw07" in page.get_by_role("region", name="Who is left alone, and why").inner_text()
    confirm(page, "Restore", "paid in full")
    wait_until_done(page)
    assert visit_site(visitor, here, "webbouw01") == 200
    assert here.state() == here.free


def test_the_whole_way_works_inside_evolutions_frame_too(page, here):
    frame = clicks.open_from_evolution(page, here)
    clicks.suspend(frame, "atelier")
    assert "atelier" in here.suspended() and "/evo/plugin" in page.url
    go_to_reseller(frame, "atelier")
    press(frame, "Restore")
    confirm(frame, "Restore", "paid")
    wait_until_done(frame)
    assert here.state() == here.free


def test_a_single_user_is_suspended_and_restored_from_his_resellers_page(page, here):
    open_page(page, here, "account", name="da1/bytewerk")
    page.locator("tr", has=page.get_by_role("link", name="bytewerk02", exact=True)).get_by_role(
        "link", name="Suspend"
    ).click()
    assert count_of(page, "Users") == "1" and count_of(page, "Resellers") == "0"
    confirm(page, "Suspend")
    wait_until_done(page)
    assert here.suspended() == {"webbouw07", "noordweb03", "bytewerk02"}
    open_page(page, here, "account", name="da1/bytewerk")
    page.locator("tr", has=page.get_by_role("link", name="bytewerk02", exact=True)).get_by_role(
        "link", name="Restore"
    ).click()
    confirm(page, "Restore")
    wait_until_done(page)
    assert here.state() == here.free


def test_ticked_rows_are_restored_together_and_the_others_stay(page, here):
    lock = ("--measure", "lock_login", "--scope", "reseller", "--why", "x", "--yes")
    here.run("suspend", "atelier", "bytewerk", "noordweb", *lock)
    open_page(page, here, "overdue")
    for name in ("atelier", "noordweb"):
        page.get_by_label(f"Choose da1/{name} for restore").check()
    page.get_by_role("button", name="Restore the chosen ones").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Restore 2 accounts?")
    confirm(page, "Restore")
    wait_until_done(page)
    assert here.locked() == {"bytewerk"}
    menu(page, "Overdue")
    expect(page.locator("tr", has_text="bytewerk").get_by_text("Login locked")).to_be_visible()


def test_one_box_ticks_all_rows_that_can_be_restored(page, here):
    lock = ("--measure", "lock_login", "--scope", "reseller", "--why", "x", "--yes")
    here.run("suspend", "atelier", "bytewerk", *lock)
    open_page(page, here, "overdue")
    page.get_by_label("Choose all rows shown").check()
    assert page.locator("tbody input:checked").count() == 2
    page.locator("tbody input").first.uncheck()
    assert page.evaluate("document.querySelector('thead input').indeterminate")


def test_what_failed_is_told_apart_by_a_filter_and_done_when_asked_for_again(page, here):
    here.panel.faults.plan("half", path="SELECT_USERS", keep=5, times=1000)
    open_page(page, here, "overview")
    go_to_reseller(page, "atelier")
    press(page, "Suspend reseller")
    confirm(page, "Suspend")
    wait_until_done(page)
    page.get_by_role("link", name="Failed (").click()
    failed = page.locator("tbody tr").count()
    assert 0 < failed < 11 and page.locator("tbody tr", has_text="Failed").count() == failed
    here.panel.faults.planned.clear()
    clicks.suspend(page, "atelier")
    assert page.get_by_text("Failed (0)").is_visible()
    assert {"atelier", *(f"atelier{number:02d}" for number in range(1, 11))} <= here.suspended()


def test_the_journal_tells_who_did_what_to_whom_and_why(page, here):
    open_page(page, here, "confirm", act="lock_login", name="da1/atelier")
    confirm(page, "Lock login", "ruzie over € 12 & <b>meer</b>")
    wait_until_done(page)
    menu(page, "Journal")
    story = page.locator(".story").inner_text()
    assert "ruzie over € 12 & <b>meer</b>" in story and "admin" in story and "login lock on da1/atelier" in story


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
def test_letters_are_right_in_whatever_encoding_the_skin_declares(page, here, encoding):
    def recoded(route):
        answer = route.fetch()
        headers = {**answer.headers, "content-type": f"text/html; charset={encoding}"}
        route.fulfill(response=answer, headers=headers)

    page.route("**/index.html*", recoded)
    open_page(page, here, "account", name="da1/atelier")
    assert "€6,387.13" in page.locator("main").inner_text()
    press(page, "Lock login")
    confirm(page, "Lock login", "café, één € te weinig")
    expect(page.get_by_text("café, één € te weinig")).to_be_visible()
    assert here.ask_store("SELECT why FROM jobs ORDER BY rowid DESC LIMIT 1") == "café, één € te weinig"
    wait_until_done(page)


# -- by keyboard alone -------------------------------------------------------------------------------------------------


def test_a_reseller_is_suspended_and_restored_by_keyboard_alone(page, here):
    open_page(page, here, "overview")
    axe.tab_to(page, "Skip to the content")
    axe.tab_to(page, "Overdue", "A")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overdue")
    axe.tab_to(page, "noordweb")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("noordweb")
    axe.tab_to(page, "Suspend reseller")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Suspend da1/noordweb?")
    axe.tab_to(page, "The 24 accounts by name", "SUMMARY")
    page.keyboard.press("Space")
    expect(page.locator("ul.names").first).to_be_visible()
    axe.tab_to(page, "Put this notice on .*", "INPUT")
    page.keyboard.press("Space")
    expect(page.get_by_label("Put this notice on")).not_to_be_checked()
    page.keyboard.press("Space")
    axe.tab_to(page, r"Reason \(required\)", "TEXTAREA")
    page.keyboard.type("third reminder")
    axe.tab_to(page, "Suspend", "BUTTON")
    page.keyboard.press("Space")
    wait_until_done(page)
    assert "noordweb01" in here.suspended()
    open_page(page, here, "account", name="da1/noordweb")
    axe.tab_to(page, "Restore", "A")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Restore da1/noordweb?")
    axe.tab_to(page, "Restore", "BUTTON")
    page.keyboard.press("Enter")
    wait_until_done(page)
    assert "noordweb01" not in here.suspended()


def test_the_skip_link_leads_past_the_menu(page, here):
    open_page(page, here, "overdue")
    axe.tab_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert axe.focus(page)["text"].strip() == "Search reseller or debtor"
