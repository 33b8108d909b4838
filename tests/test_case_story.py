"""A case told in words: neighbours of one kind are one sentence, with reasons, facts and the host's own clock."""

from zoneinfo import ZoneInfo

from dunning_plugin.case_story import MOST_NAMES, SENTENCES, tell

ZONE = ZoneInfo("Europe/Amsterdam")


def entry(act, account="", at="2009-04-08T07:00:00Z", why="", who="root", **facts):
    return {"at": at, "who": who, "act": act, "why": why, "facts": facts, "panel": "da1", "account": account}


def sentences(*rows):
    return list(tell(rows, ZONE))


def test_a_case_opens_with_what_is_overdue_since_when_on_which_invoices():
    facts = {"overdue": ["EUR 150.50", "JPY 7,000"], "invoices": ["F1", "F2"], "oldest_due": "2008-11-28"}
    (said,) = sentences(entry("case opened", why="agreed with his desk", **facts))
    assert (said.at, said.who, said.what) == ("2009-04-08 09:00", "root", "the case was opened")
    assert said.details == (
        "reason given: agreed with his desk",
        "overdue EUR 150.50, JPY 7,000 on 2 invoices, oldest due 2008-11-28",
        "invoices: F1, F2",
    )


def test_accounts_that_went_together_are_one_sentence_and_many_are_counted():
    rows = [entry("laid", f"u{n}", measure="suspend") for n in range(MOST_NAMES + 2)]
    (said,) = sentences(*rows)
    assert said.what.startswith(f"laid suspend on {MOST_NAMES + 2} accounts (da1/u0, ") and said.what.endswith(
        "and 2 more) and read it back"
    )
    (few,) = sentences(*rows[:2])
    assert few.what == "laid suspend on da1/u0, da1/u1 and read it back"


def test_another_person_instant_act_or_measure_is_a_sentence_of_its_own():
    first = entry("laid", "jan", measure="suspend")
    others = [
        entry("laid", "piet", measure="suspend", who="anna"),
        entry("laid", "piet", measure="suspend", at="2009-04-08T07:00:01Z"),
        entry("lifted", "piet", measure="suspend"),
        entry("laid", "piet", measure="lock_login"),
    ]
    for other in others:
        assert len(sentences(first, other)) == 2


def test_a_reason_is_told_once_and_words_of_the_panel_with_their_account():
    rows = [entry("left", name, why="paid", measure="suspend", words="suspended: spam") for name in ("jan", "piet")]
    (said,) = sentences(*rows)
    assert said.details == ("reason given: paid", "jan: suspended: spam", "piet: suspended: spam")


def test_an_act_that_has_no_sentence_is_told_as_it_is():
    assert [said.what for said in sentences(entry("seen suspended", "jan"))] == ["seen suspended"]


def test_every_act_that_is_written_on_a_case_has_its_sentence():
    for act in SENTENCES:
        (said,) = sentences(entry(act, "jan", measure="suspend"))
        assert "{" not in said.what and said.what != act
