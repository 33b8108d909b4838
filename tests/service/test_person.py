"""Nobody is believed: every request is proven by the panel, and its yes lasts a few seconds."""

import pytest

from dunning_plugin.errors import PanelUnreachable
from dunning_plugin.panels.interface import Sitter
from dunning_plugin.service.person import SECONDS, NotLetIn, People, Person

ID, KEY = "s" * 39, "k" * 39


class Panel:
    """What the panel says, and how often it was asked."""

    def __init__(self, answer):
        self.answer, self.asked, self.time = answer, 0, 100.0

    def __call__(self, session_id, session_key):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def people(self):
        return People(self, lambda: self.time)


def test_an_admin_is_let_in_and_asked_about_once_in_a_few_seconds():
    panel = Panel(Sitter("admin", "admin", "nl"))
    people = panel.people()
    assert people.behind(ID, KEY) == people.behind(ID, KEY) == Person("admin", "", "nl")
    assert panel.asked == 1
    panel.time += SECONDS
    people.behind(ID, KEY)
    assert panel.asked == 2


def test_a_yes_is_good_for_that_session_alone():
    panel = Panel(Sitter("admin", "admin"))
    people = panel.people()
    people.behind(ID, KEY)
    panel.answer = None
    with pytest.raises(NotLetIn):
        people.behind(ID, "x" * 39)
    with pytest.raises(NotLetIn):
        people.behind("x" * 39, KEY)


@pytest.mark.parametrize("answer", [None, Sitter("jan", "reseller"), Sitter("piet", "user")])
def test_a_no_is_never_remembered(answer):
    panel = Panel(answer)
    people = panel.people()
    for _ in range(2):
        with pytest.raises(NotLetIn):
            people.behind(ID, KEY)
    assert panel.asked == 2
    panel.answer = Sitter("admin", "admin")
    assert people.behind(ID, KEY).name == "admin"


def test_a_panel_that_cannot_be_asked_lets_nobody_in():
    panel = Panel(PanelUnreachable("away"))
    with pytest.raises(PanelUnreachable):
        panel.people().behind(ID, KEY)


def test_the_person_behind_a_login_as_is_named():
    panel = Panel(Sitter("admin2", "admin", "", "admin"))
    assert panel.people().behind(ID, KEY).who == "admin2 (panel, login-as by admin)"


def test_no_session_value_lies_in_memory():
    panel = Panel(Sitter("admin", "admin"))
    people = panel.people()
    people.behind(ID, KEY)
    assert ID not in repr(vars(people)) and KEY not in repr(vars(people))
