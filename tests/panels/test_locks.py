"""The folder of guard and lock files that the panel's hooks test."""

import os

import pytest

from dunning_plugin.panels.directadmin.locks import Folder

OURS, OTHER = "K7QM-2XHB", "ZZZZ-9999"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "guard")


def entries(folder):
    return sorted(path.name for path in folder.path.iterdir())


def test_each_account_has_a_file_of_its_own_and_nothing_else_is_left(folder):
    folder.put(["jan", "piet"], OURS)
    assert entries(folder) == ["jan", "piet"] and folder.reference("piet") == OURS


def test_giving_one_another_reference_changes_no_other(folder):
    folder.put(["jan", "piet"], OURS)
    folder.put(["jan"], OTHER)
    assert (folder.reference("jan"), folder.reference("piet")) == (OTHER, OURS) and entries(folder) == ["jan", "piet"]


def test_dropping_takes_only_what_is_of_the_case(folder):
    folder.put(["jan", "piet"], OURS)
    folder.drop("jan", OTHER)
    folder.drop("piet", OURS)
    assert entries(folder) == ["jan"]


def test_what_a_killed_process_of_the_same_number_left_changes_no_account(folder, monkeypatch):
    monkeypatch.setattr("os.getpid", lambda: 77)
    folder.put(["jan"], OURS)
    os.link(folder.path / "jan", folder.path / ".77")
    os.link(folder.path / "jan", folder.path / ".77.jan")
    folder.put(["piet"], OTHER)
    assert folder.reference("jan") == OURS
    folder.put(["jan"], OTHER)
    assert folder.reference("jan") == OTHER and entries(folder) == ["jan", "piet"]


def test_set_aside_is_out_of_the_hooks_sight_until_put_again_or_forgotten(folder):
    folder.put(["jan"], OURS)
    folder.set_aside("jan", OURS)
    assert entries(folder) == ["~jan"] and folder.reference("jan") == OURS
    folder.put(["jan"], OURS)
    assert entries(folder) == ["jan"]
    folder.set_aside("jan", OURS)
    folder.forget_aside(["jan"], OTHER)
    assert entries(folder) == ["~jan"]
    folder.forget_aside(["jan"], OURS)
    assert entries(folder) == []


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", ".hidden", "a\0b"])
def test_an_odd_name_is_no_path(folder, name):
    with pytest.raises(ValueError, match="no account name"):
        folder.put([name], OURS)
    assert entries(folder) == []
