"""Copies of the store, and putting one back: by the functions and by `dunning store`."""

import os
import sqlite3

import pytest
from click.testing import CliRunner

from dunning_plugin.cli.main import cli
from dunning_plugin.errors import InputError
from dunning_plugin.store import FILE, Store
from dunning_plugin.store.backup import back_up, put_back, shape
from dunning_plugin.store.migrate import NEWEST

CONFIG = "host:\n  name: H\n  contact: {name: D}\nstate_dir: state\npanels:\n  da1: {kind: directadmin}\n"


@pytest.fixture
def store(tmp_path):
    """The file of a store that somebody has open, with one debtor."""
    opened = Store.open(tmp_path / "state")
    add(opened, "noord")
    yield tmp_path / "state" / FILE
    opened.close()


def add(opened, key):
    with opened.begin() as conn:
        conn.exec_driver_sql(f"INSERT INTO debtors (key, name) VALUES ('{key}', 'x')")


def ask(path, question="SELECT group_concat(key) FROM (SELECT key FROM debtors ORDER BY key)"):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(question).fetchone()[0]
    finally:
        connection.close()


def change(path, *statements):
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def dunning(tmp_path, *words):
    (tmp_path / "dunning.yaml").write_text(CONFIG)
    return CliRunner().invoke(cli, ["--config", str(tmp_path / "dunning.yaml"), *words], standalone_mode=False)


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_copy_is_whole_while_the_store_is_in_use_and_for_its_owner_alone(store, tmp_path, umask):
    before = os.umask(umask)
    try:
        size = back_up(store, tmp_path / "copy")
    finally:
        os.umask(before)
    assert ask(tmp_path / "copy") == "noord" and shape(tmp_path / "copy") == shape(store)
    assert (tmp_path / "copy").stat().st_mode & 0o7777 == 0o600 and size == (tmp_path / "copy").stat().st_size


def test_nothing_is_copied_over_another_file_or_through_a_link(store, tmp_path):
    (tmp_path / "there").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for target in (tmp_path / "there", tmp_path / "link", tmp_path / "none/copy"):
        with pytest.raises(InputError, match="cannot be made"):
            back_up(store, target)
    assert (tmp_path / "there").read_text() == "mine" and not (tmp_path / "elsewhere").exists()


def test_no_half_copy_of_a_file_that_is_no_store_is_left(tmp_path):
    (tmp_path / "odd").write_bytes(b"no database at all" * 999)
    with pytest.raises(InputError, match="cannot be copied"):
        back_up(tmp_path / "odd", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_without_a_store_there_is_nothing_to_copy(tmp_path):
    with pytest.raises(InputError, match="nothing to back up"):
        back_up(tmp_path / "none", tmp_path / "copy")


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE more (a)", "DROP INDEX ix_invoices_open", "UPDATE alembic_version SET version_num = '9'"],
)
def test_a_migrated_store_becomes_what_it_was(store, tmp_path, statement):
    back_up(store, tmp_path / "copy")
    change(store, statement, "DELETE FROM debtors")
    assert put_back(store, tmp_path / "copy")
    assert ask(store) == "noord" and shape(store) == shape(tmp_path / "copy")


def test_a_store_of_the_same_shape_keeps_what_was_written_since(store, tmp_path):
    back_up(store, tmp_path / "copy")
    change(store, "INSERT INTO debtors (key, name) VALUES ('zuid', 'x')")
    assert not put_back(store, tmp_path / "copy")
    assert ask(store) == "noord,zuid"


def test_the_store_stays_the_same_file_of_the_same_mode(store, tmp_path):
    back_up(store, tmp_path / "copy")
    before = store.stat()
    change(store, "CREATE TABLE more (a)")
    put_back(store, tmp_path / "copy")
    assert (store.stat().st_ino, store.stat().st_mode) == (before.st_ino, before.st_mode)


def test_what_is_no_backup_is_not_put_back(store, tmp_path):
    (tmp_path / "odd").write_bytes(b"no database at all" * 999)
    with pytest.raises(InputError, match="cannot be put back"):
        put_back(store, tmp_path / "odd")
    with pytest.raises(InputError, match="is not there"):
        put_back(store, tmp_path / "none")
    assert ask(store) == "noord"


def test_the_command_says_where_the_store_is_before_there_is_one(tmp_path):
    assert dunning(tmp_path, "store", "path").output == f"{tmp_path}/state/{FILE}\n"
    assert not (tmp_path / "state").exists()


def test_the_command_makes_the_store_and_says_its_revision(tmp_path):
    for _ in range(2):
        assert f"revision {NEWEST}" in dunning(tmp_path, "store", "migrate").output
    assert ask(tmp_path / "state" / FILE, "SELECT version_num FROM alembic_version") == NEWEST


def test_the_commands_copy_and_put_back(store, tmp_path):
    copy = str(tmp_path / "copy")
    assert "bytes" in dunning(tmp_path, "store", "backup", copy).output
    assert "left alone" in dunning(tmp_path, "store", "put-back", "--yes", copy).output
    change(store, "CREATE TABLE more (a)")
    assert "is what it was" in dunning(tmp_path, "store", "put-back", "--yes", copy).output
    assert ask(store, "SELECT count(*) FROM sqlite_master WHERE name = 'more'") == 0


def test_putting_back_asks_first(store, tmp_path):
    back_up(store, tmp_path / "copy")
    change(store, "CREATE TABLE more (a)")
    (tmp_path / "dunning.yaml").write_text(CONFIG)
    words = ["--config", str(tmp_path / "dunning.yaml"), "store", "put-back", str(tmp_path / "copy")]
    assert CliRunner().invoke(cli, words, input="n\n").exit_code == 1
    assert ask(store, "SELECT count(*) FROM sqlite_master WHERE name = 'more'") == 1


def test_a_copy_is_not_migrated(store, tmp_path):
    change(store, "UPDATE alembic_version SET version_num = 'older'")
    assert "bytes" in dunning(tmp_path, "store", "backup", str(tmp_path / "copy")).output
    assert ask(tmp_path / "copy", "SELECT version_num FROM alembic_version") == "older"
