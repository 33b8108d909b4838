"""Forms that come twice, too late, from elsewhere or without script; sessions that end; a service that goes away."""

import html
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser import clicks
from tests.browser.clicks import address, confirm, go_to_reseller, log_in, menu, open_page, press, wait_until_done

WORLD = {"only": "atelier"}
BUSY = {"act": "suspend", "name": "da1/atelier"}
FREE, HIT = {"atelier03"}, {"atelier", "atelier01", "atelier02", "atelier03"}
"""Who is suspended before, and after a suspension of the reseller: one was suspended for abuse by somebody else."""


@pytest.fixture(scope="module")
def without_script(context_of, logged_in):
    """The admin's browser, script switched off."""
    with context_of(storage_state=logged_in, java_script_enabled=False) as context:
        yield context


@pytest.fixture
def plain(without_script, as_it_was):
    """A tab in which nothing of ours runs."""
    page = without_script.new_page()
    yield page
    page.close()


@pytest.fixture
def slow(here):
    """The panel keeps the next suspension waiting: a job in the middle of its work."""
    here.panel.faults.plan("hang", path="SELECT_USERS", seconds=2)
    yield
    here.panel.faults.planned.clear()


def finish_without_script(page):
    """Press 'Refresh' until the job's page says that all is done."""
    for _ in range(200):
        if clicks.state(page).inner_text() == "Done":
            return
        refresh = page.get_by_role("link", name="Refresh")
        if refresh.count():
            refresh.click()
    raise AssertionError(page.locator("main").inner_text())


# -- without script ----------------------------------------------------------------------------------------------------


def test_the_whole_way_there_and_back_works_without_script(plain, here):
    open_page(plain, here, "overview")
    go_to_reseller(plain, "atelier")
    press(plain, "Suspend reseller")
    confirm(plain, "Suspend")
    finish_without_script(plain)
    assert here.suspended() == HIT and here.site("atelier01").status_code == 503
    go_to_reseller(plain, "atelier")
    press(plain, "Restore")
    confirm(plain, "Restore")
    finish_without_script(plain)
    assert here.state() == here.free and here.site("atelier01").status_code == 200


def test_rows_are_ticked_and_restored_together_without_script(plain, here):
    here.run("suspend", "atelier", "--why", "x", "--yes")
    open_page(plain, here, "overdue")
    plain.get_by_label("Choose da1/atelier for restore").check()
    plain.get_by_role("button", name="Restore the chosen ones").click()
    confirm(plain, "Restore")
    finish_without_script(plain)
    assert here.suspended() == FREE


def test_a_reload_that_posts_again_shows_the_first_outcome(plain, here):
    before = here.jobs()
    open_page(plain, here, "confirm", **BUSY)
    confirm(plain, "Suspend")
    number = plain.locator("dl.facts code").inner_text()
    posts = []
    plain.on("request", lambda request: posts.append(request.method))
    plain.reload()
    assert posts[0] == "POST" and plain.locator("dl.facts code").inner_text() == number
    assert here.jobs() == before + 1 and plain.get_by_text("Taken on.").count() == 0


# -- the same form twice -----------------------------------------------------------------------------------------------


def test_a_reload_after_a_form_asks_for_the_job_and_not_for_the_form(page, here):
    before = here.jobs()
    open_page(page, here, "confirm", **BUSY)
    confirm(page, "Suspend")
    number = page.locator("dl.facts code").inner_text()
    posts = []
    page.on("request", lambda request: posts.append(request.method))
    page.reload()
    assert "POST" not in posts and page.locator("dl.facts code").inner_text() == number
    assert here.jobs() == before + 1


@pytest.mark.parametrize("browser", ["page", "plain"])
def test_two_clicks_act_once(browser, here, request):
    page, before = request.getfixturevalue(browser), here.jobs()
    open_page(page, here, "confirm", **BUSY)
    page.get_by_label("Reason").fill("x")
    page.get_by_role("button", name="Suspend").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suspension of da1/atelier")
    here.wait_for_jobs()
    assert here.jobs() == before + 1 and here.suspended() == HIT


def test_the_back_button_leads_to_the_confirmation_and_its_form_acts_no_second_time(page, here):
    before = here.jobs()
    open_page(page, here, "account", name="da1/atelier")
    press(page, "Lock login")
    confirm(page, "Lock login")
    wait_until_done(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lock the login")
    button = page.get_by_role("button", name="Lock login")
    if button.count():
        page.get_by_label("Reason").fill("again")
        button.click()
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("?")
    assert here.jobs() == before + 1 and here.locked() == {"atelier"}


def test_a_confirmation_that_another_tab_has_overtaken_does_nothing_and_says_so(page, here):
    open_page(page, here, "confirm", **BUSY)
    here.run("suspend", "atelier02", "--why", "x", "--yes")
    before = here.jobs()
    page.get_by_label("Reason").fill("x")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("alert").first).to_contain_text("The situation has changed")
    assert here.jobs() == before and here.suspended() == {*FREE, "atelier02"}
    assert page.get_by_label("Reason").input_value() == "x", "the reason must not be typed twice"


# -- forms that were not ours ------------------------------------------------------------------------------------------


@contextmanager
def page_of_a_stranger(action, fields):
    """A page on another port, whose form sends itself to the plugin."""
    inputs = "".join(f'<input name="{key}" value="{html.escape(value)}">' for key, value in fields.items())
    text = (
        f'<!DOCTYPE html><form method="post" action="{html.escape(action)}">{inputs}</form>'
        "<script>document.forms[0].submit()</script>"
    ).encode()

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def token_of(page, here):
    """Token and digest as the page hands them out to whoever may open it."""
    open_page(page, here, "confirm", **BUSY)
    return {name: page.locator(f"input[name={name}]").get_attribute("value") for name in ("token", "seen")}


@pytest.mark.parametrize("token", ["none", "made up", "of another session"])
def test_a_form_of_a_strangers_page_is_refused_although_the_browser_sends_the_session_along(
    page, here, new_context, token
):
    fields = {"why": "forged", "notice": "1", "token": "x" * 16 + ".1." + "0" * 64, "seen": "0" * 64}
    if token == "none":
        del fields["token"]
    if token == "of another session":
        other = new_context().new_page()
        assert log_in(other, here)
        fields.update(token_of(other, here))
    before = here.jobs()
    with page_of_a_stranger(address(here, "confirm", **BUSY), fields) as stranger:
        page.goto(stranger)
        expect(page.get_by_role("heading", level=1)).to_have_text("This form cannot be used")
    assert "Signed in as admin" in page.locator("nav.top").inner_text()
    assert here.jobs() == before and here.suspended() == FREE


def test_a_form_that_was_changed_on_the_way_is_refused(page, here):
    before = here.jobs()
    open_page(page, here, "confirm", act="suspend", name="da1/atelier01")
    page.locator("form[method=post]").evaluate(
        "(form) => { form.action = form.action.replace('atelier01', 'atelier') }"
    )
    page.get_by_label("Reason").fill("x")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This form cannot be used")
    assert here.jobs() == before and here.suspended() == FREE


# -- who may come in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["atelier", "atelier01"])
def test_a_reseller_and_his_user_are_refused_at_the_admins_address(here, new_context, name):
    page = new_context().new_page()
    assert log_in(page, here, name)
    for place in ("overdue", "journal"):
        open_page(page, here, place)
        text = page.locator("body").inner_text()
        assert "Access Denied" in text and "Webbouw" not in text


def test_a_session_that_the_panel_has_ended_shows_the_login_page_and_nothing_of_ours(here, new_context, as_it_was):
    page = new_context().new_page()
    assert log_in(page, here)
    open_page(page, here, "confirm", **BUSY)
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    here.panel.sessions.destroy(here.panel.sessions.find(cookies["session"], cookies["key"]))
    page.get_by_label("Reason").fill("x")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", name="DirectAdmin Login")).to_be_visible()
    assert here.suspended() == FREE


# -- interruptions -----------------------------------------------------------------------------------------------------


def test_a_browser_that_is_closed_and_opened_again_finds_the_job(here, as_it_was, slow, new_context):
    page = new_context().new_page()
    assert log_in(page, here)
    open_page(page, here, "confirm", **BUSY)
    confirm(page, "Suspend", "closed in between")
    page.context.close()
    again = new_context().new_page()
    assert log_in(again, here)
    open_page(again, here, "overview")
    again.get_by_role("link", name="Suspension of da1/atelier").first.click()
    expect(again.get_by_text("closed in between")).to_be_visible()
    wait_until_done(again)


def test_a_service_that_is_killed_in_the_middle_of_a_job_goes_on_after_and_the_page_with_it(page, here, slow):
    open_page(page, here, "confirm", **BUSY)
    confirm(page, "Suspend")
    clicks.wait_until(page, "Running")
    # The panel has been asked, and keeps the answer back.
    until = time.monotonic() + 30
    while here.panel.faults.planned:
        assert time.monotonic() < until
        time.sleep(0.02)
    here.stop_service(kill=True)
    here.start_service()
    wait_until_done(page)
    assert here.suspended() == HIT


def test_a_service_that_is_stopped_is_said_with_how_to_start_it_and_comes_back(page, here):
    open_page(page, here, "overview")
    here.stop_service()
    page.get_by_role("link", name="Overdue", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("systemctl start dunning")
    assert page.get_by_text("De dunning-dienst draait niet").is_visible()
    here.start_service()
    page.reload()
    menu(page, "Overdue")


def test_a_panel_that_cannot_be_read_is_said_and_what_dunning_knows_is_shown(page, here):
    here.panel.faults.plan("error", path="/CMD_(RESELLER|USER)_SHOW", status=500, times=50)
    open_page(page, here, "account", name="da1/atelier")
    here.panel.faults.planned.clear()
    text = page.locator("main").inner_text()
    assert "The panel could not be read" in text and "Webbouw Noord" in text and "2008-1114" in text
