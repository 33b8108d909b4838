"""The confirmation: whom it hits, who is left alone and why, what a visitor will see, the reason; then the act, once."""

import pytest

from dunning_plugin.store import cases
from tests.pages.host import ODD

SUSPEND = {"act": "suspend", "name": "da1/atelier"}


def figures(page):
    return dict(zip([dt.text for dt in page.every("dt")], [dd.text for dd in page.every("dd")]))


def test_it_shows_the_impact_in_numbers_and_names(busy):
    page = busy.browser().get("confirm", **SUSPEND)
    assert page.heading == "Suspend da1/atelier?"
    assert figures(page) == {"Resellers": "1", "Users": "2", "Domains": "2", "Mailboxes": "3"}
    names = page.find("details").text
    assert "atelier reseller" in names and "atelier01 atelier01.example" in names and "atelier03" not in names


def test_it_says_who_is_left_alone_and_why(busy):
    page = busy.browser().get("confirm", **SUSPEND)
    assert page.has_text("atelier03 suspended by someone else (abuse); stays as it is, now and after a restore")


def test_it_shows_the_notice_itself_in_a_frame_that_may_do_nothing(busy):
    frame = busy.browser().get("confirm", **SUSPEND).find("iframe")
    assert frame.attributes["sandbox"] == "" and "src" not in frame.attributes and frame.attributes["title"]
    notice = frame.attributes["srcdoc"]
    # atelier's language on the panel is French.
    assert notice.startswith("<!DOCTYPE html>") and 'lang="fr"' in notice and "AAAA-2222" in notice


def test_the_notice_bears_the_reference_of_an_open_case(busy):
    browser = busy.browser()
    browser.get("confirm", act="lock_login", name="da1/atelier").send(why="x")
    busy.work()
    with busy.installation.store.read() as conn:
        (case,) = cases.all_open(conn)
    assert case.ref in browser.get("confirm", **SUSPEND).find("iframe").attributes["srcdoc"]


def test_a_notice_that_may_not_be_published_is_said_and_left_out(busy):
    busy.configure("name: Service desk", "name: Debt collection desk")
    page = busy.browser().get("confirm", **SUSPEND)
    assert page.has_text("The notice may not be published as it is") and not page.every("iframe")
    assert "checked" not in page.find("input", name="notice").attributes
    assert not busy.browser().get("confirm", act="notice_web", name="da1/atelier").every("form", method="post")


def test_a_confirmed_suspension_becomes_a_job_that_suspends(busy):
    page = busy.browser().get("confirm", **SUSPEND).send(why="  formal notice\nof 30 March ")
    assert page.heading == "Suspension of da1/atelier" and page.has_text("Taken on.") and busy.woken == [True]
    (job,) = busy.work()
    assert (job.state, job.who, job.why) == ("done", "admin (panel)", "formal notice of 30 March")
    assert busy.suspended() == {"atelier", "atelier01", "atelier02", "atelier03"}


def test_the_notice_is_put_on_his_pages_unless_that_is_unticked(busy):
    browser = busy.browser()
    address, fields = browser.get("confirm", **SUSPEND).form()
    assert fields.pop("notice") == "1"
    browser.post(address, {**fields, "why": "x"})
    browser.get("confirm", act="suspend", name="da1/odd").send(why="x")
    assert {job.request["names"][0]: job.request["notice"] for job in busy.jobs()} == {
        "da1/atelier": False,
        "da1/odd": True,
    }


def test_show_notice_blocks_nobody(busy):
    page = busy.browser().get("confirm", act="notice_web", name="da1/atelier")
    assert page.has_text("No account is blocked") and page.every("iframe")
    page.send(why="x")
    busy.work()
    assert busy.suspended() == {"atelier03"}
    assert "administratives" in (busy.panel.disk.home("atelier") / "domains/suspended/index.html").read_text()


def test_a_login_lock_reaches_the_reseller_alone_or_his_users_too(busy):
    browser = busy.browser()
    alone = browser.get("confirm", act="lock_login", name="da1/atelier")
    assert figures(alone) == {"Resellers": "1", "Users": "0"}
    assert alone.has_text("Nothing changes for visitors") and not alone.every("iframe")
    wide = browser.get("confirm", act="lock_login", name="da1/atelier", scope="all")
    assert figures(wide) == {"Resellers": "1", "Users": "3"}
    assert [box.attributes["value"] for box in wide.every("input", type="radio", checked="")] == ["all"]
    wide.send(why="x")
    assert busy.jobs()[0].request["scope"] == "all"


def test_a_users_lock_has_no_choice_of_reach(busy):
    page = busy.browser().get("confirm", act="lock_login", name="da1/atelier01")
    assert not page.every("input", type="radio") and page.send(why="x").heading == "Login lock of da1/atelier01"


def test_a_single_user_shows_no_notice_and_says_why(busy):
    page = busy.browser().get("confirm", act="suspend", name="da1/atelier01")
    assert not page.every("iframe") and page.has_text("his reseller's own page for suspended sites")


@pytest.mark.parametrize("act", ["lock_login", "notice_web", "suspend"])
@pytest.mark.parametrize("why", ["", "   \n "])
def test_without_a_reason_nothing_is_done_and_the_form_stands_as_it_was(busy, act, why):
    page = busy.browser().get("confirm", act=act, name="da1/atelier").send(why=why)
    assert not busy.jobs() and page.has_text("Write down the reason")
    assert "required" in page.find("textarea").attributes and page.find("textarea").attributes["aria-invalid"] == "true"
    assert page.send(why="now with one").has_text("Taken on.")


def test_a_restore_needs_no_reason_and_lifts_just_what_it_showed(busy):
    browser = busy.browser()
    browser.get("confirm", **SUSPEND).send(why="x")
    busy.work()
    page = browser.get("confirm", act="restore", name="da1/atelier")
    assert figures(page) == {"Notice": "1", "Suspension": "3"}
    assert page.has_text("atelier03 not ours: reason on the panel: abuse") and page.has_text(
        "The sites themselves again"
    )
    page.send()
    busy.work()
    assert busy.suspended() == {"atelier03"}


def test_nothing_to_restore_is_said_without_a_button(busy):
    page = busy.browser().get("confirm", act="restore", name="da1/atelier")
    assert page.has_text("Nothing of ours is laid on these accounts") and not page.every("form", method="post")


def test_what_is_suspended_already_cannot_be_suspended_again(busy):
    browser = busy.browser()
    browser.get("confirm", **SUSPEND).send(why="x")
    busy.work()
    page = browser.get("confirm", **SUSPEND)
    assert page.has_text("Nobody would be hit") and page.has_text("3 accounts have this from us already")
    assert not page.every("form", method="post")


def test_a_debtor_with_nothing_overdue_is_only_suspended_by_a_decision_that_says_so(busy):
    busy.debtors(("quiet", "Quiet B.V.", ("da1/odd",)), ("odd", ODD, ()))
    browser = busy.browser()
    page = browser.get("confirm", act="suspend", name="da1/odd")
    assert page.has_text("nothing overdue") and "required" in page.find("input", name="anyway").attributes
    refused = page.send(why="his own wish")
    assert not busy.jobs() and refused.has_text("Tick that you go on")
    assert "".join(refused.find("textarea").texts) == "his own wish"
    refused.send(why="his own wish", anyway="1")
    assert busy.work()[0].state == "done" and "odd" in busy.suspended()


def test_a_notice_on_a_panel_elsewhere_is_not_offered(busy):
    busy.configure("    root: ", "    local: false\n    root: ")
    browser = busy.browser()
    page = browser.get("confirm", **SUSPEND)
    assert not page.every("iframe") and page.has_text("only be published on the panel's own host")
    page.send(why="x", notice="1")
    assert busy.jobs()[0].request["notice"] is False
    alone = browser.get("confirm", act="notice_web", name="da1/atelier")
    assert alone.has_text("on its own host") and not alone.every("form", method="post")


def test_if_others_would_be_hit_than_were_shown_nothing_is_done_and_it_is_shown_anew(busy):
    page = busy.browser().get("confirm", **SUSPEND)
    busy.panel.disk.create("atelier04", "user", "atelier", "Pw-atelier04-2009", "atelier04.example")
    anew = page.send(why="formal notice")
    assert not busy.jobs() and anew.has_text("The situation has changed since you looked")
    assert "atelier04" in anew.find("details").text and "".join(anew.find("textarea").texts) == "formal notice"
    assert anew.send(why="formal notice").has_text("Taken on.")


def test_the_person_behind_a_login_as_stands_in_the_job_and_on_the_page(busy):
    page = busy.browser("masked").get("confirm", **SUSPEND)
    assert page.has_text("Signed in as admin (login-as by root)")
    page.send(why="x")
    assert busy.jobs()[0].who == "admin (panel, login-as by root)"


def test_an_account_that_nobody_answers_for_is_a_clear_page(busy):
    busy.panel.disk.create("nobodys", "reseller", "admin", "Pw-nobodys-2009")
    page = busy.browser().get("confirm", act="suspend", name="da1/nobodys")
    assert page.status == 400 and page.has_text("belongs to no debtor; link it to one in debtors.yaml")


def test_while_the_panel_is_away_it_is_said_and_nothing_is_done(quiet):
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    page = quiet.browser().get("confirm", act="suspend", name="da1/jansen")
    assert page.status == 502 and page.heading == "That did not work" and not quiet.jobs()


def test_a_hostile_name_is_text_in_the_confirmation_of_a_restore_too(busy):
    browser = busy.browser()
    browser.get("confirm", act="suspend", name="da1/odd").send(why=ODD)
    busy.work()
    page = browser.get("confirm", act="restore", name="da1/odd")
    assert f"{ODD}, case" in page.text and "<b>O" not in page.html
    told = browser.get("account", name="da1/odd")
    assert f"Reason: {ODD}" in told.text and "<b>O" not in told.html
