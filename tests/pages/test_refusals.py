"""What is refused, and that nothing comes of it: forged, foreign, stale, replayed, odd, oversized, out of order."""

import pytest

SUSPEND = {"act": "suspend", "name": "da1/atelier"}


@pytest.fixture
def form(busy):
    return busy.browser().get("confirm", **SUSPEND).form()


def refused(host, page, status=403):
    assert page.status == status and not page.every("form", method="post") and not host.jobs()
    return page


@pytest.mark.parametrize("token", ["", "x", "A" * 16 + ".1." + "0" * 64, "\u2028", "a" * 199])
def test_a_forged_token_is_refused(busy, form, token):
    address, fields = form
    page = refused(busy, busy.browser().post(address, {**fields, "why": "x", "token": token}))
    assert (
        page.heading == "This form cannot be used"
        and page.follow("Open the page again").heading == "Suspend da1/atelier?"
    )


def test_a_form_without_a_token_is_refused(busy, form):
    refused(busy, busy.browser().post(form[0], {"why": "x", "notice": "1"}))


def test_a_token_of_another_session_is_refused(busy, form):
    address, fields = form
    refused(busy, busy.browser("other").post(address, {**fields, "why": "x"}))


@pytest.mark.parametrize(
    "change",
    [("act=suspend", "act=lock_login"), ("atelier", "odd"), ("atelier", "atelier01"), ("act=suspend", "act=restore")],
)
def test_a_token_of_another_act_or_account_is_refused(busy, form, change):
    address, fields = form
    refused(busy, busy.browser().post(address.replace(*change), {**fields, "why": "x"}))


def test_a_token_of_another_reach_is_refused(busy):
    address, fields = busy.browser().get("confirm", act="lock_login", name="da1/atelier").form()
    wider = address.replace("scope=reseller", "scope=all")
    assert wider != address
    refused(busy, busy.browser().post(wider, {**fields, "why": "x"}))


def test_other_accounts_than_those_shown_cannot_be_put_into_a_form(busy, form):
    address, fields = form
    refused(busy, busy.browser().post(address, {**fields, "why": "x", "seen": "0" * 64}))


def test_a_stale_form_is_refused(busy, form):
    busy.late = 2 * 3600 + 5
    refused(busy, busy.browser().post(form[0], {**form[1], "why": "x"}))


def test_a_reload_that_posts_again_shows_the_first_outcome_and_does_nothing(busy, form):
    address, fields = form
    browser = busy.browser()
    first = browser.post(address, {**fields, "why": "x"})
    busy.work()
    again = browser.post(address, {**fields, "why": "another"})
    assert first.heading == again.heading and again.has_text("Done") and not again.has_text("Taken on.")
    assert len(busy.jobs()) == 1 and busy.jobs()[0].why == "x"


def test_a_reload_shows_the_first_outcome_even_while_the_panel_is_away(busy, form):
    address, fields = form
    browser = busy.browser()
    browser.post(address, {**fields, "why": "x"})
    busy.work()
    busy.panel.__exit__(None, None, None)
    busy.installation.forget_panels()
    assert browser.post(address, {**fields, "why": "x"}).has_text("accounts, all done.")


def test_a_used_restore_form_does_not_restore_what_was_laid_since(busy):
    browser = busy.browser()
    browser.get("confirm", **SUSPEND).send(why="x")
    busy.work()
    address, fields = browser.get("confirm", act="restore", name="da1/atelier").form()
    browser.post(address, fields)
    busy.work()
    browser.get("confirm", **SUSPEND).send(why="y")
    busy.work()
    browser.post(address, fields)
    assert not busy.work() and "atelier" in busy.suspended()


@pytest.mark.parametrize(
    "query",
    [
        {"act": "destroy", "name": "da1/atelier"},
        {"act": "", "name": "da1/atelier"},
        {"act": "suspend", "name": ["da1/atelier", "da1/odd"]},
        {"act": "suspend", "name": "da1/atelier\x00"},
        {"act": "suspend\n", "name": "da1/atelier"},
        {"act": "restore", "name": "da1/" + "a" * 300},
    ],
)
def test_an_address_that_no_page_of_ours_makes_is_refused(busy, query):
    assert busy.browser().get("confirm", **query).status == 400


def test_too_many_rows_at_once_are_refused(busy):
    page = busy.browser().get("confirm", act="restore", name=[f"da1/r{n}" for n in range(501)])
    assert page.status == 413 and page.heading == "This request is too large"


@pytest.mark.parametrize("name", ["da1/nobody", "nobody", "xx/atelier"])
def test_an_unknown_account_cannot_be_acted_on(busy, name):
    for act in ("suspend", "restore"):
        page = busy.browser().get("confirm", act=act, name=name)
        assert page.status in (400, 404) and not page.every("form", method="post")


def test_an_oversized_form_is_a_plain_page(busy, form):
    page = refused(busy, busy.browser().post(form[0], {**form[1], "why": "x" * 140_000}), 413)
    assert page.heading == "This request is too large"


def test_a_reason_beyond_all_measure_is_refused(busy, form):
    refused(busy, busy.browser().post(form[0], {**form[1], "why": "x" * 501}), 400)


def test_control_characters_in_a_reason_become_blanks_or_go(busy, form):
    busy.browser().post(form[0], {**form[1], "why": "a\x00b\tc\x1b[31m\r\nd"})
    assert busy.jobs()[0].why == "ab c[31m d"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "a" * 99])
def test_a_body_that_is_no_form_does_nothing(busy, form, kind):
    page = busy.browser().post(form[0], b'{"token": "x"}', content_type=kind)
    assert page.status == 200 and page.heading == "Suspend da1/atelier?" and not busy.jobs()


@pytest.mark.parametrize("page", ["overview", "overdue", "account", "job", "jobs", "journal", "nope", "confirm"])
def test_a_form_to_a_page_that_takes_none_does_nothing(busy, page):
    answer = busy.browser().post(f"/CMD_PLUGINS_ADMIN/dunning/index.html?page={page}", {"why": "x"})
    assert answer.status in (400, 404) and not busy.jobs()


@pytest.mark.parametrize("page", ["nope", "../overview", "<script>", "overview\x00", "o" * 300])
def test_an_unknown_page_is_a_clear_page(quiet, page):
    answer = quiet.browser().get(page)
    assert answer.status in (400, 404) and answer.follow("To the overview").heading == "Overview"
    assert "<script>" not in answer.html.replace("<script src=", "")


def test_what_goes_wrong_inside_is_a_page_without_a_trace_of_it(quiet, monkeypatch, caplog):
    monkeypatch.setattr(quiet.desk.boards, "now", lambda: 1 / 0)
    page = quiet.browser().get("overdue")
    assert page.status == 500 and page.heading == "Something went wrong inside dunning"
    assert "ZeroDivision" not in page.html and "ZeroDivisionError" in caplog.text


def test_figures_are_given_of_jobs_alone(quiet):
    browser = quiet.browser()
    assert browser.data("overdue").status_code == 404 and browser.data("job", id="nope").status_code == 404
    assert browser.client.post("/data.raw?page=job", headers=browser.headers).status_code == 405
    assert browser.data("job", id="\x00").status_code == 400
