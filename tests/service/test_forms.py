"""A form is good once, for one session and one purpose, and a reload gets the first outcome."""

from datetime import datetime, timedelta, timezone

import pytest

from dunning_plugin.errors import InputError
from dunning_plugin.service.forms import LIFETIME, FormRefused, Forms, read_key
from dunning_plugin.store import Store

FORM = "suspend:da1/webbouw"


@pytest.fixture
def forms(tmp_path):
    store = Store.open(tmp_path / "state")
    forms = Forms(store, read_key(tmp_path / "state"), lambda: forms.time)
    forms.time = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
    forms.acts = []
    forms.act = lambda conn: forms.acts.append(1) or f"job:{len(forms.acts)}"
    yield forms
    store.close()


def test_a_form_acts_once_and_a_reload_gets_the_first_outcome(forms):
    token = forms.token("session", FORM)
    first, again = (forms.accept("session", FORM, token, forms.act) for _ in range(2))
    assert (first.outcome, first.again, again.outcome, again.again) == ("job:1", False, "job:1", True)
    assert len(forms.acts) == 1


def test_two_forms_of_one_page_act_each(forms):
    for _ in range(2):
        forms.accept("session", FORM, forms.token("session", FORM), forms.act)
    assert len(forms.acts) == 2


@pytest.mark.parametrize("session, form", [("other", FORM), ("session", "restore:da1/webbouw")])
def test_a_token_of_another_session_or_form_is_refused(forms, session, form):
    token = forms.token(session, form)
    with pytest.raises(FormRefused):
        forms.accept("session", FORM, token, forms.act)
    assert not forms.acts


@pytest.mark.parametrize(
    "age, good", [(LIFETIME, True), (LIFETIME + timedelta(seconds=2), False), (-timedelta(hours=1), False)]
)
def test_a_stale_token_is_refused(forms, age, good):
    token = forms.token("session", FORM)
    forms.time += age
    if good:
        forms.accept("session", FORM, token, forms.act)
    else:
        with pytest.raises(FormRefused):
            forms.accept("session", FORM, token, forms.act)
    assert len(forms.acts) == good


@pytest.mark.parametrize("change", [lambda t: "", lambda t: "x", lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: t + "\n", lambda t: "A" + t[1:] if t[0] != "A" else "B" + t[1:], lambda t: t.replace(".", ".9", 1), lambda t: t * 1000])  # fmt: skip
def test_a_forged_token_is_refused(forms, change):
    token = change(forms.token("session", FORM))
    with pytest.raises(FormRefused):
        forms.accept("session", FORM, token, forms.act)
    assert not forms.acts


def test_an_act_that_fails_leaves_the_form_unused(forms):
    token = forms.token("session", FORM)

    def fail(conn):
        raise InputError("no")

    with pytest.raises(InputError):
        forms.accept("session", FORM, token, fail)
    assert forms.accept("session", FORM, token, forms.act).outcome == "job:1"


def test_a_used_form_is_still_known_as_long_as_its_token_lives(forms):
    token = forms.token("session", FORM)
    forms.accept("session", FORM, token, forms.act)
    forms.time += LIFETIME
    forms.accept("session", "other", forms.token("session", "other"), forms.act)
    assert forms.accept("session", FORM, token, forms.act).again


def test_the_key_is_made_once_and_is_nobody_elses(tmp_path):
    (tmp_path / "state").mkdir()
    key = read_key(tmp_path / "state")
    assert len(key) == 32 and read_key(tmp_path / "state") == key
    assert (tmp_path / "state/service.key").stat().st_mode & 0o777 == 0o600


def test_tokens_of_another_installation_are_refused(forms, tmp_path):
    other = Forms(forms.store, b"x" * 32, forms.clock)
    with pytest.raises(FormRefused):
        forms.accept("session", FORM, other.token("session", FORM), forms.act)
