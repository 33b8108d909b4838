"""The journal shows every tampering: a changed, removed, inserted or cut-off entry."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timezone

import pytest
from sqlalchemy.exc import DatabaseError

from dunning_plugin import journal
from dunning_plugin.store import Store

AT = datetime(2009, 4, 8, 7, 0, tzinfo=timezone.utc)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "state")
    with store.begin() as conn:
        for number in range(1, 6):
            journal.append(
                conn,
                AT,
                "root",
                "laid",
                "a reason",
                {"measure": "suspend", "é": number},
                "K7QM-2XHB",
                "da1",
                f"u{number}",
            )
    with store.read() as conn:
        journal.seal(conn, tmp_path / "state")
    yield store
    store.close()


def faults(store, folder):
    with store.read() as conn:
        return [fault.what for fault in journal.verify(conn, journal.read_seal(folder / "state"))]


def tamper(folder, *statements):
    """As an attacker with the file in his hands would: triggers dropped first."""
    with closing(sqlite3.connect(folder / "state" / "dunning.db")) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_an_untouched_journal_holds(store, tmp_path):
    assert faults(store, tmp_path) == []


@pytest.mark.parametrize("column", ["at", "who", "act", "case_ref", "account", "why", "facts"])
def test_a_changed_entry_is_found(store, tmp_path, column):
    tamper(tmp_path, f"UPDATE journal SET {column} = '{{}}' WHERE seq = 3")
    assert any("changed" in fault for fault in faults(store, tmp_path))


def test_a_removed_entry_is_found(store, tmp_path):
    tamper(tmp_path, "DELETE FROM journal WHERE seq = 3")
    assert any("missing" in fault for fault in faults(store, tmp_path))


def test_a_removed_entry_is_found_though_the_rest_was_renumbered(store, tmp_path):
    tamper(
        tmp_path,
        "DELETE FROM journal WHERE seq = 3",
        "UPDATE journal SET seq = seq - 1 WHERE seq > 3",
        "UPDATE journal_head SET entries = 4",
    )
    assert faults(store, tmp_path)


def test_an_entry_put_in_between_is_found(store, tmp_path):
    tamper(
        tmp_path,
        "UPDATE journal SET seq = seq + 10 WHERE seq > 3",
        "UPDATE journal SET seq = seq - 9 WHERE seq > 3",
        "INSERT INTO journal SELECT 4, at, who, act, case_ref, panel, account, why, facts, previous, 'x' FROM journal WHERE seq = 3",
        "UPDATE journal_head SET entries = 6",
    )
    assert any("removed or put in between" in fault for fault in faults(store, tmp_path))


def test_a_journal_cut_off_at_its_end_is_found_by_the_seal(store, tmp_path):
    tamper(
        tmp_path,
        "DELETE FROM journal WHERE seq = 5",
        "UPDATE journal_head SET entries = 4, hash = (SELECT hash FROM journal WHERE seq = 4)",
    )
    assert any("seal" in fault for fault in faults(store, tmp_path))


def test_a_journal_written_anew_from_the_start_is_found_by_the_seal(store, tmp_path):
    tamper(tmp_path, "DELETE FROM journal", "DELETE FROM journal_head")
    with store.begin() as conn:
        for number in range(1, 6):
            journal.append(conn, AT, "root", "laid", "another reason", {}, "K7QM-2XHB", "da1", f"u{number}")
    assert any("sealed" in fault for fault in faults(store, tmp_path))


@pytest.mark.parametrize("statement", ["UPDATE journal SET why = ''", "DELETE FROM journal"])
def test_the_store_itself_refuses_to_change_or_delete_an_entry(store, statement):
    with pytest.raises(DatabaseError), store.begin() as conn:
        conn.exec_driver_sql(statement)


def test_the_seal_may_lag_behind_after_a_crash(store, tmp_path):
    with store.begin() as conn:
        journal.append(conn, AT, "root", "lifted")
    assert faults(store, tmp_path) == []


def test_several_threads_may_seal_at_once(store, tmp_path):
    def seal(_):
        with store.read() as conn:
            journal.seal(conn, tmp_path / "state")

    with ThreadPoolExecutor(4) as threads:
        for _ in range(30):
            (tmp_path / "state" / journal.SEAL).unlink()
            list(threads.map(seal, range(4)))
            assert faults(store, tmp_path) == []


def test_an_unreadable_seal_is_a_fault(store, tmp_path):
    (tmp_path / "state" / journal.SEAL).write_text("nonsense")
    assert any("seal" in fault for fault in faults(store, tmp_path))


def test_an_act_that_is_rolled_back_leaves_no_entry(store, tmp_path):
    with pytest.raises(RuntimeError), store.begin() as conn:
        journal.append(conn, AT, "root", "lifted")
        raise RuntimeError
    with store.read() as conn:
        assert len(list(journal.read(conn))) == 5
