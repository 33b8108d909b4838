"""What the panel's hooks left in the spool comes into the journal, once, and only what others did."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest

from dunning_plugin import journal, spool
from dunning_plugin.model import BlockState, Debtor, Measure
from dunning_plugin.store import Store, blocks, cases, ledger

NOW = datetime(2009, 4, 8, 9, tzinfo=timezone.utc)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "state")
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "spool"
    path.mkdir()
    return path


def event(folder, name, hook="user_suspend_post", username="jan", creator="webbouw"):
    (folder / name).write_text(f"hook={hook}\nusername={username}\ncreator={creator}\nusertype=user\n")


def entries(store):
    with store.read() as conn:
        return [(row["who"], row["act"], row["account"]) for row in journal.read(conn)]


def test_what_somebody_else_did_is_in_the_journal_once(store, folder):
    event(folder, "a.1")
    assert spool.take_in(store, folder, "da1") == 1
    assert spool.take_in(store, folder, "da1") == 0
    assert entries(store) == [("panel", "seen suspended", "jan")]
    assert list(folder.iterdir()) == []


def test_what_we_did_ourselves_is_not_told_twice(store, folder):
    event(folder, "a.1")
    event(folder, "a.2", hook="user_activate_post", username="piet")
    assert spool.take_in(store, folder, "da1", frozenset({"jan"})) == 1
    assert entries(store) == [("panel", "seen activated", "piet")]


def test_a_half_written_event_is_left_for_later(store, folder):
    event(folder, ".hidden")
    assert spool.take_in(store, folder, "da1") == 0
    assert (folder / ".hidden").exists()


@pytest.mark.parametrize(
    "text", ["", "hook=rm\nusername=jan\n", "hook=user_create_post\nusername=../etc\x00\n", "x" * 5000]
)
def test_what_is_no_event_of_ours_is_passed_over(store, folder, text):
    (folder / "odd").write_text(text)
    assert spool.take_in(store, folder, "da1") == 0


def test_a_link_in_the_spool_is_not_followed(store, folder, tmp_path):
    event(tmp_path, "elsewhere")
    os.symlink(tmp_path / "elsewhere", folder / "link")
    assert spool.take_in(store, folder, "da1") == 0
    assert (tmp_path / "elsewhere").exists()


def test_a_missing_spool_is_no_trouble(store, tmp_path):
    assert spool.take_in(store, tmp_path / "none", "da1") == 0


@pytest.mark.parametrize("state, own", [("intended", "user_suspend_post"), ("lifting", "user_activate_post")])
def test_our_own_act_is_known_by_its_block_whoever_takes_the_spool_in(store, folder, state, own):
    with store.begin() as conn:
        ledger.put_debtor(conn, Debtor("d", "D"))
        case = cases.open_case(conn, "d", NOW)
        blocks.add(conn, case.ref, "da1", Measure.SUSPEND, BlockState(state), {"jan": {}}, NOW)
    event(folder, "a.1", hook="user_suspend_post")
    event(folder, "a.2", hook="user_activate_post")
    event(folder, "a.3", hook=own, username="piet")
    assert spool.take_in(store, folder, "da1") == 2
    others = "seen activated" if own == "user_suspend_post" else "seen suspended"
    assert ("panel", others, "jan") in entries(store) and len(entries(store)) == 2


def test_two_who_take_the_spool_in_tell_an_event_once(store, folder, tmp_path):
    for number in range(300):
        event(folder, f"a.{number}", username=f"user{number}")

    def take(_):
        other = Store.open(tmp_path / "state")
        try:
            return spool.take_in(other, folder, "da1")
        finally:
            other.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(8))) == 300
    assert len(entries(store)) == 300
