"""The overview: figures of the day, jobs, and the way from an empty installation to the first suspension."""


def test_a_fresh_installation_leads_to_the_first_import_the_first_link_and_the_doctor(quiet):
    page = quiet.browser().get()
    assert page.status == 200 and [h.text for h in page.every("h2")] == ["First steps"]
    assert page.has_text("- da1/webbouw") and page.has_text("dunning doctor")
    assert page.follow("Go to the import").heading == "Import"


def test_debtors_without_a_linked_reseller_lead_to_the_first_link(quiet):
    quiet.debtors(("jansen", "Jansen", ()))
    page = quiet.browser().get("overview")
    assert page.has_text("none is linked to a reseller yet") and not page.has_text("Figures of")


def test_each_first_step_is_marked_as_done_once_it_is(quiet):
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    steps = quiet.browser().get("overview").every("li")
    done = [step for step in steps if step.attributes.get("class") == "is-done"]
    assert len(done) == 1 and done[0].text.startswith("Tell who your debtors are") and "Done" in done[0].text
    quiet.invoices(("1", "jansen", "2009-04-01", "10.00"))
    assert not quiet.browser().get("overview").has_text("First steps")


def test_it_shows_the_figures_of_the_day(busy):
    page = busy.browser().get("overview")
    figures = {dt.text: dd.text for dt, dd in zip(page.every("dt"), page.every("dd"))}
    assert page.has_text("Figures of 8 Apr 2009")
    assert figures == {
        "Overdue amount": "€6,432.83",
        "Debtors with an overdue amount": "3",
        "Resellers that hang on it": "2",
        "Accounts blocked now": "0",
    }


def test_it_lists_running_and_last_jobs(busy):
    browser = busy.browser()
    browser.get("confirm", act="suspend", name="da1/atelier01").send(why="formal notice")
    rows = browser.get("overview").rows()
    assert (rows[0][:2], rows[0][3]) == (["Suspension of da1/atelier01", "Waiting"], "admin (panel)")


def test_nothing_overdue_is_said_with_no_button_to_an_empty_table(quiet):
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    quiet.invoices(("1", "jansen", "2009-04-09", "10.00"))
    page = quiet.browser().get("overview")
    assert page.has_text("Nothing is overdue.") and "See who is overdue" not in [a.text for a in page.every("a")]


def test_a_panel_that_cannot_be_asked_is_said_and_the_figures_stand(quiet):
    quiet.debtors(("jansen", "Jansen", ("da1/jansen",)))
    quiet.invoices(("1", "jansen", "2009-04-01", "10.00"))
    page = quiet.browser().get("overview")
    assert page.has_text("The panel could not be asked") and page.has_text("€10.00")


def test_without_a_page_named_and_in_an_empty_post_of_evolutions_frame_it_is_what_is_shown(quiet):
    browser = quiet.browser()
    shown = browser.get().html
    assert browser.get("overview").html == shown
    assert browser.client.post("/index.html", headers=browser.headers).get_data(as_text=True) == shown
