"""The store, the journal and the clock."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Dict

import pytest

from dunning_plugin import journal
from dunning_plugin.doctor.books import check_books
from dunning_plugin.doctor.finding import Finding, Level
from dunning_plugin.store import Store

NOW = datetime(2009, 4, 8, 7, tzinfo=timezone.utc)


def by_topic(state_dir: Path, now: datetime = NOW) -> Dict[str, Finding]:
    return {finding.topic: finding for finding in check_books(state_dir, now)}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    store = Store.open(tmp_path)
    with store.begin() as conn:
        for act in ("one", "two"):
            journal.append(conn, at=NOW, who="anna", act=act, why="", facts={})
    store.close()
    return tmp_path


def test_a_store_that_is_not_there_yet_is_no_fault_and_is_not_made(tmp_path: Path):
    assert by_topic(tmp_path)["store"].level is Level.WARN
    assert not list(tmp_path.iterdir())


def test_a_sound_store_is_well(kept: Path):
    found = by_topic(kept)
    assert {finding.level for finding in found.values()} == {Level.OK}
    assert "2 entries" in found["journal"].what


def test_a_file_that_is_no_store_is_bad(tmp_path: Path):
    (tmp_path / "dunning.db").write_bytes(b"something else entirely" * 100)
    assert by_topic(tmp_path)["store"].level is Level.BAD


def test_a_journal_that_ends_before_its_seal_is_bad(kept: Path):
    (kept / journal.SEAL).write_text(f"3 {'0' * 64}\n", encoding="ascii")
    assert by_topic(kept)["journal"].level is Level.BAD


def test_a_clock_before_the_newest_entry_is_bad(kept: Path):
    assert by_topic(kept, NOW - timedelta(days=1))["clock"].level is Level.BAD
