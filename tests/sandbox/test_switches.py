"""The switches for open questions: all of them are on the docs page, and a wrong value is refused."""

import pytest

from dunning_plugin.sandbox.directadmin.behaviours import BEHAVIOURS
from dunning_plugin.sandbox.directadmin.options import Options

FIGURES = {"brute_force_seconds", "session_seconds"}
"""How long, rather than which way: not a row of their own."""


def test_every_switch_is_a_row_of_the_docs_page():
    named = {row.option for row in BEHAVIOURS if row.option}
    assert named <= set(vars(Options())) and set(vars(Options())) - named == FIGURES


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("unsuspend_toggles", "true", True),
        ("unsuspend_toggles", "YES", True),
        ("command_groups", "no", False),
        ("command_groups", "0", False),
        ("reason_shown", "code: details", "code: details"),
        ("web_server", "nginx", "nginx"),
        ("brute_force_limit", "3", 3),
        ("session_seconds", "0.5", 0.5),
    ],
)
def test_a_switch_is_set_from_text(name, text, value):
    options = Options()
    options.set(name, text)
    assert getattr(options, name) == value and type(getattr(options, name)) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unsuspend_toggles", "maybe"),
        ("unsuspend_toggles", ""),
        ("reason_shown", "all"),
        ("web_server", "Apache "),
        ("suspended_reseller_served_from", ""),
        ("brute_force_limit", "0"),
        ("brute_force_limit", "1.5"),
        ("brute_force_limit", "many"),
        ("session_seconds", "nan"),
        ("session_seconds", "inf"),
        ("session_seconds", "-1"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_one(name, text):
    options = Options()
    with pytest.raises(ValueError, match="needed"):
        options.set(name, text)
    assert options == Options()


def test_an_unknown_switch_is_a_key_error():
    with pytest.raises(KeyError):
        Options().set("no_such_thing", "1")
