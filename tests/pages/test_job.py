"""A job's page: progress, the result per account, the filter 'failed'; it survives reload, closed browser, restart."""

import pytest

from dunning_plugin import jobs
from dunning_plugin.enforce.wishes import RestoreWish, SuspendWish
from tests.pages.host import ODD, Host


def ask(host, **query):
    page = host.browser().get("confirm", **{"act": "suspend", "name": "da1/atelier", **query}).send(why="formal notice")
    return page, host.jobs()[0].id


def test_a_waiting_job_says_so_with_a_link_to_refresh_and_no_script_needed(busy):
    page, _ = ask(busy)
    assert page.has_text("Waits for its turn.") and page.has_text(
        "Closing this page or restarting the service loses nothing"
    )
    assert page.every("progress") and page.follow("Refresh").heading == page.heading == "Suspension of da1/atelier"


def test_the_result_stands_there_per_account(busy):
    _, job = ask(busy)
    busy.work()
    page = busy.browser().get("job", id=job)
    assert page.has_text("4 accounts, all done.") and not page.every("progress")
    assert page.rows() == [
        ["da1/atelier", "Notice", "Blocked"],
        ["da1/atelier", "Suspension", "Blocked"],
        ["da1/atelier01", "Suspension", "Blocked"],
        ["da1/atelier02", "Suspension", "Blocked"],
        ["da1/atelier03", "Suspension", "Left alone: blocked by someone elsereason on the panel: abuse"],
    ]
    assert page.has_text("formal notice") and page.has_text("admin") and page.has_text(job)


def test_another_browser_and_another_service_show_the_same(busy):
    _, job = ask(busy)
    busy.work()
    after = Host(busy.folder, busy.panel)
    try:
        assert after.browser("other").get("job", id=job).rows() == busy.browser().get("job", id=job).rows()
    finally:
        after.close()


def test_only_the_failed_are_shown_on_request(busy):
    _, job = ask(busy)
    busy.panel.faults.plan("half", path="SELECT_USERS", keep=1)
    busy.work()
    page = busy.browser().get("job", id=job)
    failed = page.link("Failed (1)")
    rows = busy.browser().open(failed).rows()
    assert len(rows) == 1 and rows[0][2].startswith("Failed") and len(page.rows()) == 5
    assert page.has_text("One account failed; the others are done.")
    assert busy.browser().get("job", id=job, only="made up").rows() == page.rows()


def test_a_job_that_failed_as_a_whole_says_why_and_what_to_do(busy):
    _, job = ask(busy)
    busy.panel.__exit__(None, None, None)
    busy.installation.forget_panels()
    busy.work()
    page = busy.browser().get("job", id=job)
    assert page.has_text("Could not be done.") and page.has_text("Once the cause is mended, ask for the same again")


def test_the_script_gets_how_far_it_is_and_the_part_of_the_page_that_changes(busy):
    page, job = ask(busy)
    waits = busy.browser().data("job", id=job).get_json()
    assert (waits["state"], waits["over"], waits["sentence"]) == ("queued", False, "Waits for its turn.")
    running = jobs.take_next(busy.installation)
    assert busy.browser().data("job", id=job).get_json()["sentence"] == "Reads the panel."
    jobs.work(busy.installation, running)
    done = busy.browser().data("job", id=job, only="failed").get_json()
    assert done["over"] and done["total"] == done["done"] == 5 and "No account failed." in done["html"]
    assert (
        page.find("div", data_dunning_state="queued")
        .attributes["data-dunning-job"]
        .endswith(f"data.raw?page=job&id={job}")
    )


def test_many_results_are_cut_into_parts(busy):
    for number in range(4, 60):
        busy.panel.disk.create(f"atelier{number:02}", "user", "atelier", "Pw-2009-x")
    _, job = ask(busy)
    busy.work()
    page = busy.browser().get("job", id=job)
    assert len(page.rows()) == 50 and len(page.follow("Next").rows()) == 11


def test_jobs_are_listed_each_leading_to_its_page(busy):
    browser = busy.browser()
    assert browser.get("jobs").follow("See who is overdue").heading == "Overdue"
    ask(busy)
    assert browser.get("jobs").follow("Suspension of da1/atelier").heading == "Suspension of da1/atelier"


@pytest.mark.parametrize("job", ["", "nope", "A" * 10, ODD, "1' OR '1'='1"])
def test_an_unknown_job_is_a_clear_page(quiet, job):
    page = quiet.browser().get("job", id=job)
    assert page.status == 404 and page.heading == "There is no such job"


def test_what_was_asked_for_is_named_whatever_way_it_was_asked(quiet):
    wishes = {
        RestoreWish(paid=True): "Restore of all who paid",
        RestoreWish(everything=True): "Restore of everything",
        RestoreWish(names=("a", "b", "c", "d")): "Restore of 4 accounts",
        SuspendWish(debtors=(ODD,)): f"Suspension of {ODD}",
    }
    with quiet.installation.store.begin() as conn:
        for wish in wishes:
            jobs.queue(conn, wish, "root", quiet.installation.now())
    assert {row[0] for row in quiet.browser().get("jobs").rows()} == set(wishes.values())
