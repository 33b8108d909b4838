"""The store: made and migrated in one go, private, in WAL mode; wrong states are impossible, trouble is one sentence."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Iterator

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError

from dunning_plugin.errors import InputError, StoreTrouble
from dunning_plugin.store import FILE, Store
from dunning_plugin.store.migrate import NEWEST

DEBTOR = "INSERT INTO debtors (key, name) VALUES ('d', 'Debtor')"
IMPORT = (
    "INSERT INTO imports (id, source, file_name, sha256, imported_at) VALUES (1, 's', 'f', '', '2009-04-08T07:00:00Z')"
)
INVOICE = (
    "INSERT INTO invoices (number, source, debtor_key, issued, due, currency, gross_minor, open_minor, import_id)"
    " VALUES ('{number}', 's', '{debtor}', '2009-01-01', '{due}', '{currency}', {gross}, {left}, {id})"
)
CASE = "INSERT INTO cases (ref, debtor_key, opened_at) VALUES ('{ref}', 'd', '2009-04-08T07:00:00Z')"
BLOCK = (
    "INSERT INTO blocks (case_ref, panel, account, measure, state, before, changed_at)"
    " VALUES ('{case}', 'da1', 'jan', '{measure}', '{state}', '{{}}', '2009-04-08T07:00:00Z')"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with_rows = Store.open(tmp_path / "state")
    carry_out(with_rows, DEBTOR, IMPORT, CASE.format(ref="AAAA-AAAA"))
    yield with_rows
    with_rows.close()


def carry_out(store: Store, *statements: str) -> None:
    with store.begin() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)


def invoice(**more: object) -> str:
    values = {"number": "F1", "debtor": "d", "due": "2009-01-15", "currency": "EUR", "gross": 100, "left": 100, "id": 1}
    return INVOICE.format(**{**values, **more})


def block(measure: str = "suspend", state: str = "laid", case: str = "AAAA-AAAA") -> str:
    return BLOCK.format(measure=measure, state=state, case=case)


def ask(folder: Path, query: str) -> object:
    with closing(sqlite3.connect(folder / FILE)) as db:
        return db.execute(query).fetchone()[0]


def test_a_new_store_is_at_the_newest_revision_and_opening_it_again_changes_nothing(tmp_path):
    Store.open(tmp_path / "state").close()
    assert ask(tmp_path / "state", "SELECT version_num FROM alembic_version") == NEWEST
    before = ask(tmp_path / "state", "SELECT group_concat(sql) FROM sqlite_master")
    Store.open(tmp_path / "state").close()
    assert ask(tmp_path / "state", "SELECT group_concat(sql) FROM sqlite_master") == before


def test_the_migrations_make_just_the_tables_that_the_code_speaks_of(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from dunning_plugin.store.tables import metadata

    with store.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_the_database_is_really_in_wal_mode_and_waits_for_the_disk(store, tmp_path):
    assert ask(tmp_path / "state", "PRAGMA journal_mode") == "wal"
    with store.read() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_reader_sees_the_state_before_while_somebody_writes(store):
    with store.begin() as writing, store.read() as reading:
        writing.exec_driver_sql("UPDATE debtors SET name = 'Other'")
        assert reading.exec_driver_sql("SELECT name FROM debtors").scalar() == "Debtor"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_folder_and_files_are_their_owners_alone_whatever_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        store = Store.open(tmp_path / "state")
        carry_out(store, DEBTOR)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert modes and set(modes.values()) == {0o600}, modes


def test_a_store_that_others_may_read_is_made_private_again(tmp_path):
    Store.open(tmp_path / "state").close()
    (tmp_path / "state" / FILE).chmod(0o644)
    Store.open(tmp_path / "state").close()
    assert stat.S_IMODE((tmp_path / "state" / FILE).stat().st_mode) == 0o600


def test_a_store_of_a_newer_dunning_is_refused_and_left_as_it_is(tmp_path):
    Store.open(tmp_path / "state").close()
    with closing(sqlite3.connect(tmp_path / "state" / FILE)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    with pytest.raises(InputError, match="revision 9999.*install the newer dunning"):
        Store.open(tmp_path / "state")
    assert ask(tmp_path / "state", "SELECT version_num FROM alembic_version") == "9999"


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_file_is_one_sentence_and_left_as_it_is(tmp_path, content):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).write_bytes(content)
    with pytest.raises(InputError, match="no dunning store, or damaged; bring back a backup"):
        Store.open(tmp_path / "state")
    assert (tmp_path / "state" / FILE).read_bytes() == content


def test_damage_that_shows_only_later_is_one_sentence_too(tmp_path):
    store = Store.open(tmp_path / "state")
    carry_out(store, *(DEBTOR.replace("'d'", f"'d{n}{'x' * 500}'") for n in range(200)))
    store.close()
    path = tmp_path / "state" / FILE
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: 4096 * 2] + b"\x5a" * (size - 4096 * 2))
    with pytest.raises((StoreTrouble, InputError), match="damaged"):
        damaged = Store.open(tmp_path / "state")
        with damaged.read() as conn:
            conn.exec_driver_sql("SELECT count(*) FROM debtors WHERE name LIKE '%e%'").all()


@pytest.mark.parametrize("what", ["a link", "a folder", "below a file"])
def test_a_state_folder_that_cannot_be_used_says_what_to_do(tmp_path, what):
    state = tmp_path / "state"
    if what == "a link":
        state.mkdir()
        (state / FILE).symlink_to(tmp_path / "elsewhere")
    elif what == "a folder":
        (state / FILE).mkdir(parents=True)
    else:
        state.write_text("")
    with pytest.raises(InputError, match="cannot be opened: .*; run as root, or set state_dir"):
        Store.open(state)
    assert not (tmp_path / "elsewhere").exists()


def test_a_writer_that_waits_too_long_is_told_that_another_works(tmp_path, monkeypatch):
    monkeypatch.setattr("dunning_plugin.store.BUSY_SECONDS", 0.1)
    first, second = Store.open(tmp_path / "state"), Store.open(tmp_path / "state")
    with first.begin(), pytest.raises(StoreTrouble, match="another process keeps it locked"), second.begin():
        pass
    first.close()
    second.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from dunning_plugin.cli.main import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = max(path.stat().st_size for path in Path("state").iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, size + 8192))
main(sys.argv[1:])
"""


def test_a_full_disk_is_one_sentence_and_nothing_is_changed(tmp_path):
    config = tmp_path / "dunning.yaml"
    config.write_text(
        "host: {name: H, contact: {name: D}}\nstate_dir: state\npanels: {da1: {kind: directadmin}}\n"
        "sources: {i: {kind: csv, columns: {number: n, debtor: d, issued: i, due: u, amount: a}}}\n"
    )
    (tmp_path / "d.yaml").write_text("- {key: d, name: D}\n")
    (tmp_path / "i.csv").write_text("n,d,i,u,a\n" + "".join(f"F{n},d,2009-01-01,2009-01-15,1\n" for n in range(30_000)))
    words = ["--config", "dunning.yaml", "import"]
    subprocess.run([sys.executable, "-m", "dunning_plugin", *words, "d.yaml"], cwd=tmp_path, check=True)
    said = subprocess.run(
        [sys.executable, "-c", FULL, *words, "i.csv"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert said.returncode == 1 and len(said.stderr.splitlines()) == 1, said.stderr
    assert "dunning.db: the disk" in said.stderr and "run the command again" in said.stderr
    assert ask(tmp_path / "state", "SELECT count(*) FROM invoices") == 0
    assert ask(tmp_path / "state", "PRAGMA integrity_check") == "ok"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("INSERT INTO debtors (key, name) VALUES ('', 'x')", id="a debtor without a key"),
        pytest.param("INSERT INTO debtors (key, name) VALUES ('x', '')", id="a debtor without a name"),
        pytest.param(DEBTOR, id="a debtor twice"),
        pytest.param("INSERT INTO debtor_accounts VALUES ('da1', 'x', 'nobody')", id="an account of nobody"),
        pytest.param("DELETE FROM debtors", id="a case without its debtor"),
        pytest.param(invoice(number=""), id="an invoice without a number"),
        pytest.param(invoice(debtor="nobody"), id="an invoice of nobody"),
        pytest.param(invoice(id=7), id="an invoice of no import"),
        pytest.param(invoice(due="2008-12-31"), id="due before issued"),
        pytest.param(invoice(currency="EURO"), id="a currency of four letters"),
        pytest.param(invoice(left=101), id="more open than billed"),
        pytest.param(invoice(left=-1), id="less than nothing open"),
        pytest.param(invoice(gross=-100, left=1), id="a credit note that is owed"),
        pytest.param(invoice(gross=-100, left=-101), id="more credit left than given"),
        pytest.param(CASE.format(ref="BBBB-BBBB"), id="two open cases of one debtor"),
        pytest.param("UPDATE cases SET closed_at = '2009-04-07T00:00:00Z'", id="a case closed before it was opened"),
        pytest.param(block(measure="shout"), id="an unknown measure"),
        pytest.param(block(state="perhaps"), id="an unknown state"),
        pytest.param(block(case="CCCC-CCCC"), id="a block of no case"),
        pytest.param("INSERT INTO journal_head VALUES (2, 0, '')", id="two heads of the journal"),
    ],
)
def test_the_store_itself_refuses_a_wrong_state(store, statement):
    with pytest.raises(IntegrityError):
        carry_out(store, statement)


def test_an_account_belongs_to_one_debtor_only(store):
    link = "INSERT INTO debtor_accounts VALUES ('da1', 'jan', '{}')"
    carry_out(store, DEBTOR.replace("'d'", "'e'"), link.format("d"))
    with pytest.raises(IntegrityError):
        carry_out(store, link.format("e"))


def test_an_invoice_number_means_one_invoice_only(store):
    carry_out(store, invoice())
    with pytest.raises(IntegrityError):
        carry_out(store, invoice(gross=5, left=5))


@pytest.mark.parametrize("state", ["intended", "laid", "lifting"])
def test_a_measure_holds_once_on_an_account_but_may_come_again_when_lifted(store, state):
    carry_out(store, block(state="lifted"), block(state="left"), block(state=state), block(measure="lock_login"))
    with pytest.raises(IntegrityError):
        carry_out(store, block(state="intended"))


@pytest.mark.parametrize(
    "statement", ["UPDATE journal SET why = 'x'", "DELETE FROM journal", "REPLACE INTO journal SELECT * FROM journal"]
)
def test_the_journal_takes_new_entries_only(store, statement):
    columns = "(seq, at, who, act, facts, previous, hash)"
    carry_out(store, f"INSERT INTO journal {columns} VALUES (1, 'x', 'x', 'x', '{{}}', '', 'h')")
    with pytest.raises(DatabaseError):
        carry_out(store, statement)


def test_a_transaction_that_fails_leaves_nothing(store):
    with pytest.raises(IntegrityError):
        carry_out(store, DEBTOR.replace("'d'", "'e'"), DEBTOR)
    with store.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM debtors").scalar() == 1


def test_opening_it_again_leaves_the_locks_of_this_process_alone(tmp_path):
    # Closing any descriptor of the file would drop them: another process could then write at the same time.
    first = Store.open(tmp_path)
    code = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], timeout=0.1, isolation_level=None)\n"
        "try:\n"
        "    db.execute('BEGIN IMMEDIATE')\n"
        "except sqlite3.OperationalError as error:\n"
        "    print(error)\n"
    )
    with first.begin():
        Store.open(tmp_path).close()
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "dunning.db")], capture_output=True, text=True, check=True
        )
    first.close()
    assert "locked" in done.stdout
