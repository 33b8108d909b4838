"""The journal's page: every act in words, newest first, in parts."""

import pytest

from dunning_plugin import journal
from dunning_plugin.pages.speech import LANGUAGES, speech
from dunning_plugin.pages.story import tell


def write(host, count):
    with host.installation.store.begin() as conn:
        for number in range(count):
            journal.append(
                conn, host.installation.now(), f"person {number}", "import", "", {"file": f"/x/{number}.csv"}
            )


def test_before_anything_happened_it_says_so(quiet):
    assert quiet.browser().get("journal").has_text("Nothing has happened yet")


def test_the_newest_stands_first_and_older_ones_follow_in_parts(quiet):
    write(quiet, 130)
    first = quiet.browser().get("journal")
    second = first.follow("Next")
    whos = [b.text for page in (first, second) for b in page.every("b")]
    assert whos == [f"person {number}" for number in range(129, -1, -1)]
    assert first.has_text("1 to 100 of 130") and second.has_text("101 to 130 of 130")


@pytest.mark.parametrize("at", ["0", "-3", "x", "999"])
def test_an_odd_number_of_a_part_is_the_nearest(quiet, at):
    write(quiet, 101)
    assert len(quiet.browser().get("journal", at=at).every("b")) in (1, 100)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_happens_in_a_case_has_words_in_each_language(busy, language):
    browser = busy.browser()
    for act in ("suspend", "restore"):
        browser.get("confirm", act=act, name="da1/atelier").send(why="reason & <i>why</i>")
        busy.work()
    with busy.installation.store.read() as conn:
        rows = list(journal.read(conn))
    told = {row["act"]: tell([row], speech(language))[0].what for row in rows}
    assert all(what and what != act for act, what in told.items()), told
    assert {"case opened", "intended", "laid", "left", "lifting", "lifted", "import", "job queued", "job done"} <= set(
        told
    )


def test_what_others_did_on_the_panel_is_told_too(quiet):
    for act in ("seen suspended", "seen activated", "seen created", "seen deleted"):
        with quiet.installation.store.begin() as conn:
            journal.append(conn, quiet.installation.now(), "panel", act, panel="da1", account=act[-3:])
    page = quiet.browser().get("journal")
    assert page.has_text("Suspended on the panel: da1/ded") and page.has_text("Deleted on the panel: da1/ted")


def test_an_act_that_has_no_words_yet_is_shown_by_its_name(quiet):
    with quiet.installation.store.begin() as conn:
        journal.append(conn, quiet.installation.now(), "root", "promise <noted>", facts={"measure": "odd"})
    page = quiet.browser("nl").get("journal")
    assert page.has_text("promise <noted>") and "<noted>" not in page.html


def test_neighbours_of_one_kind_are_one_sentence(quiet):
    with quiet.installation.store.begin() as conn:
        for number in range(9):
            facts = {"measure": "suspend", "words": f"word {number}"}
            journal.append(conn, quiet.installation.now(), "root", "laid", "why", facts, "", "da1", f"u{number}")
    (item,) = quiet.browser().get("journal").every("ol", **{"class": "story"})[0:1]
    assert item.text.count("Laid and read back") == 1 and "and 3 more" in item.text and "word 8" in item.text
