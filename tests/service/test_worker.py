"""Jobs are carried out one by one, say what came of each account, and survive a stop at any moment."""

import time

import pytest

from dunning_plugin import jobs, journal
from dunning_plugin.enforce.wishes import RestoreWish, SuspendWish
from dunning_plugin.installation import Installation
from dunning_plugin.model import Measure
from dunning_plugin.service.worker import Worker
from dunning_plugin.store import job_rows
from tests.e2e.world import NOW, world

RESELLER = "atelier"
USERS = {"atelier01", "atelier02"}
"""The third is suspended for abuse."""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with world(tmp_path_factory.mktemp("worker"), only=RESELLER) as here:
        yield here


@pytest.fixture
def installation(here):
    installation = Installation(str(here.config), NOW)
    yield installation
    here.panel.faults.planned.clear()
    here.run("restore", "--all", "--yes")
    installation.close()


def queue(installation, wish):
    with installation.store.begin() as conn:
        return jobs.queue(conn, wish, "admin", installation.now())


def get(installation, job_id):
    with installation.store.read() as conn:
        return jobs.get(conn, job_id)


def results(installation, job_id, failed_only=False):
    with installation.store.read() as conn:
        return {(r.account, r.measure): r.outcome for r in jobs.results(conn, job_id, failed_only)}


def work(installation):
    return jobs.work(installation, jobs.take_next(installation))


def test_a_suspension_is_carried_out_and_says_what_came_of_each_account(here, installation):
    job_id = queue(installation, SuspendWish((f"da1/{RESELLER}",), why="formal notice"))
    assert get(installation, job_id).state == "queued"
    job = work(installation)
    assert (job.state, job.total, job.done, job.who, job.why) == ("done", 5, 5, "admin", "formal notice")
    assert here.suspended() == {RESELLER, *USERS, "atelier03"}
    said = results(installation, job_id)
    assert said[("da1/atelier03", "suspend")] == "foreign" and said[(f"da1/{RESELLER}", "notice_web")] == "laid"
    assert {said[(f"da1/{name}", "suspend")] for name in USERS} == {"laid"} and len(said) == 5


def test_a_restore_of_one_user_frees_him_alone(here, installation):
    queue(installation, SuspendWish((f"da1/{RESELLER}",)))
    work(installation)
    job_id = queue(installation, RestoreWish(("da1/atelier01",)))
    assert work(installation).state == "done"
    assert results(installation, job_id) == {("da1/atelier01", "suspend"): "restored"}
    assert "atelier01" not in here.suspended() and "atelier02" in here.suspended()


def test_only_the_measures_that_were_asked_for_are_lifted(here, installation):
    queue(installation, SuspendWish((f"da1/{RESELLER}",)))
    work(installation)
    job_id = queue(installation, RestoreWish((f"da1/{RESELLER}",), measures=(Measure.NOTICE_WEB,)))
    work(installation)
    assert list(results(installation, job_id)) == [(f"da1/{RESELLER}", "notice_web")]


def test_a_closed_gate_fails_the_job_and_changes_nothing(here, installation):
    before = here.panel.state_without_times()
    early = Installation(str(here.config), "2008-11-01T09:00")
    job_id = queue(early, SuspendWish((f"da1/{RESELLER}",)))
    assert work(early).state == "failed"
    early.close()
    assert "nothing overdue" in get(installation, job_id).words and here.panel.state_without_times() == before


def test_a_name_that_means_nothing_fails_the_job(installation):
    job_id = queue(installation, SuspendWish(("nobody",)))
    assert work(installation).state == "failed" and "nobody" in get(installation, job_id).words


def test_accounts_that_failed_can_be_told_from_the_rest(here, installation):
    # Every act fails; what only reads goes on.
    here.panel.faults.plan("error", path="CMD_API_SELECT_USERS", times=99)
    job_id = queue(installation, SuspendWish((f"da1/{RESELLER}",), notice=False))
    job = work(installation)
    here.panel.faults.planned.clear()
    assert job.state == "done"
    assert set(results(installation, job_id, failed_only=True)) == {
        (f"da1/{name}", "suspend") for name in (RESELLER, *USERS)
    }


def test_a_panel_that_is_away_fails_the_job_in_words(here, installation):
    here.panel.faults.plan("error", path="CMD_", times=99)
    job_id = queue(installation, SuspendWish((f"da1/{RESELLER}",)))
    assert work(installation).state == "failed"
    assert "da1" in get(installation, job_id).words


@pytest.mark.parametrize("done_before", [0, 1, 2])
def test_a_job_that_was_stopped_is_taken_up_and_tells_of_all(here, installation, done_before):
    work_of_another = SuspendWish((f"da1/{RESELLER}",))
    queue(installation, work_of_another)
    work(installation)
    job_id = queue(installation, RestoreWish((f"da1/{RESELLER}",)))
    job = jobs.take_next(installation)
    outcomes = jobs._outcomes(installation, job, jobs._Progress(installation, job), [])
    for _ in range(done_before):
        next(outcomes)
    outcomes.close()
    again = jobs.take_next(installation)
    assert again.id == job_id and again.state == "running"
    assert jobs.work(installation, again).state == "done"
    said = results(installation, job_id)
    assert set(said.values()) == {"restored"} and len(said) == 4
    assert here.suspended() == {"atelier03"}


def test_jobs_are_taken_in_order_the_running_one_first(here, installation):
    first, second = (queue(installation, RestoreWish(("da1/atelier01",), why=str(n))) for n in range(2))
    assert {first, second} == {work(installation).id, work(installation).id}
    assert jobs.take_next(installation) is None


def test_the_journal_tells_who_asked_for_the_job_and_what_came_of_it(here, installation):
    job_id = queue(installation, SuspendWish((f"da1/{RESELLER}",), why="why"))
    work(installation)
    with installation.store.read() as conn:
        told = [row for row in journal.read(conn) if row["facts"].get("job") == job_id]
        acts = [row for row in journal.read(conn) if row["act"] == "laid"]
    assert [row["act"] for row in told] == ["job queued", "job done"]
    assert {row["who"] for row in told} == {"admin"} and acts[-1]["who"] == "admin"
    assert not any(row["act"].startswith("seen") for row in told)


def test_the_worker_takes_jobs_and_the_spool_and_stops(here, installation):
    worker = Worker(lambda: Installation(str(here.config), NOW))
    worker.start()
    try:
        job_id = queue(installation, SuspendWish(("da1/atelier01",)))
        worker.wake()
        spooled = here.state / "spool/user_create_post.1"
        (here.state / "spool/.1").write_text("hook=user_create_post\nusername=newcomer\ncreator=atelier\n")
        (here.state / "spool/.1").rename(spooled)
        until = time.monotonic() + 20
        while time.monotonic() < until and not (get(installation, job_id).is_over and not spooled.exists()):
            time.sleep(0.02)
        assert get(installation, job_id).state == "done" and not spooled.exists()
    finally:
        worker.stop()
    with installation.store.read() as conn:
        assert [row["account"] for row in journal.read(conn) if row["act"] == "seen created"] == ["newcomer"]


def test_a_job_that_meets_something_unexpected_is_ended_and_the_next_one_done(here, installation, monkeypatch):
    worker = Worker(lambda: Installation(str(here.config), NOW))
    bad = queue(installation, RestoreWish(("da1/atelier01",)))
    with installation.store.begin() as conn:
        job_rows.change(conn, bad, request='{"odd": 1}')
    assert worker._tried(worker._work, installation) is False
    assert get(installation, bad).state == "failed" and "unexpected" in get(installation, bad).words
    good = queue(installation, SuspendWish(("da1/atelier01",)))
    assert worker._tried(worker._work, installation) and get(installation, good).state == "done"


def test_what_is_asked_for_within_one_second_is_done_in_the_order_of_asking(installation):
    asked = [queue(installation, RestoreWish(everything=True, why=str(number))) for number in range(8)]
    with installation.store.read() as conn:
        assert [job.id for job in jobs.newest(conn, 8)] == asked[::-1]
    assert [work(installation).id for _ in asked] == asked
