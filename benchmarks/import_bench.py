"""A million invoices taken in, against Python's csv module and bare SQLite inserts of the same rows."""

import csv
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict

ROWS, DEBTORS, GOAL = 1_000_000, 5_000, 3.0


def write(path: Path) -> None:
    """An export of a million invoices of five thousand debtors."""
    with path.open("w", encoding="utf-8") as file:
        file.write("number,debtor,issued,due,amount,open\n")
        for i in range(ROWS):
            amount = f"{i % 900 + 1}.{i % 100:02d}"
            day = f"2009-{1 + i % 6:02d}-{1 + i % 28:02d}"
            file.write(f"F{i:09d},d{i % DEBTORS},{day},2009-{7 + i % 6:02d}-{1 + i % 28:02d},{amount},{amount}\n")


def bare(folder: Path) -> float:
    """Seconds that csv.reader and executemany need for the same rows: as many columns, numbers as integers."""
    db = sqlite3.connect(folder / "bare.db")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(
        "CREATE TABLE invoices (number TEXT PRIMARY KEY, source TEXT, debtor TEXT, issued TEXT, due TEXT,"
        " currency TEXT, gross INTEGER, open INTEGER, credits TEXT, import INTEGER)"
    )
    start = time.perf_counter()
    with (folder / "invoices.csv").open(encoding="utf-8", newline="") as file, db:
        reader = csv.reader(file)
        next(reader)
        rows = (
            (n, "x", d, i, u, "EUR", int(a.replace(".", "")), int(o.replace(".", "")), "", 1)
            for n, d, i, u, a, o in reader
        )
        db.executemany("INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return time.perf_counter() - start


def ours(folder: Path) -> float:
    """Seconds that take_in needs: read, checked, merged, journalled."""
    from dunning_plugin.config.settings import CsvSettings
    from dunning_plugin.model import Debtor
    from dunning_plugin.sources.csv_file import CsvFile
    from dunning_plugin.store import Store, ledger
    from dunning_plugin.store.intake import take_in

    store = Store.open(folder / "state")
    keys = [f"d{i}" for i in range(DEBTORS)]
    with store.begin() as conn:
        for key in keys:
            ledger.put_debtor(conn, Debtor(key, key))
    settings = CsvSettings(columns={name: name for name in ("number", "debtor", "issued", "due", "amount", "open")})
    source = CsvFile("x", folder / "invoices.csv", settings, frozenset(keys))
    start = time.perf_counter()
    done = take_in(store, source, datetime.now(timezone.utc), "benchmark")
    seconds = time.perf_counter() - start
    if done.new != ROWS:
        raise SystemExit(f"{done.new} of {ROWS} taken in")
    store.close()
    return seconds


def _measure(what: str, folder: str) -> Dict[str, float]:
    """One measurement in a process of its own: seconds, and the most memory that it took, in MiB."""
    done = subprocess.run([sys.executable, __file__, what, folder], check=True, capture_output=True, text=True)
    found: Dict[str, float] = json.loads(done.stdout)
    return found


def run() -> Dict[str, Any]:
    """name -> ratio and goal."""
    with tempfile.TemporaryDirectory(prefix="dunning-bench-") as folder:
        write(Path(folder) / "invoices.csv")
        theirs, mine = _measure("bare", folder), _measure("ours", folder)
    for name, row in (("bare", theirs), ("take_in", mine)):
        print(f"  {name}: {row['seconds']:.2f} s, {row['mib']:.0f} MiB at most")
    return {"import_vs_bare": {"ratio": round(mine["seconds"] / theirs["seconds"], 2), "goal": GOAL}}


if __name__ == "__main__":
    act = {"bare": bare, "ours": ours}[sys.argv[1]]
    taken = act(Path(sys.argv[2]))
    print(json.dumps({"seconds": taken, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
