"""The overdue page with 5,000 resellers and 100,000 invoices: its time as a whole process, the service's memory, and
what a job of 1,000 accounts does to it."""

import os
import statistics
import subprocess
import tempfile
import time
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

from dunning_plugin import jobs
from dunning_plugin.enforce.wishes import SuspendWish
from dunning_plugin.installation import Installation
from dunning_plugin.model import AccountRef, Debtor
from dunning_plugin.sandbox.directadmin import case, trial
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from dunning_plugin.store import ledger

RESELLERS, INVOICES, USERS = 5_000, 100_000, 1_000
ROUNDS, VIEWS = 60, 1_000
NOW = "2009-04-08T09:00"
GOALS = {
    "overdue_page_vs_python": 4.0,
    "service_memory_mb": 120.0,
    "service_memory_growth": 1.0,
    "page_views_under_job": 2.0,
}
LATENCY = 0.020
"""Seconds that the panel takes for each request while the job runs, as in suspend_bench."""


@contextmanager
def _world() -> Iterator[Tuple[SandboxPanel, Path, Path]]:
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="dunning-bench-", dir=memory) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with SandboxPanel(folder / "panel") as panel:
            for number in range(RESELLERS):
                panel.disk.create(f"r{number:04d}", "reseller", "admin", "pw")
            for number in range(USERS):
                panel.disk.create(f"user{number:04d}", "user", "r0000", "pw", f"user{number:04d}.example")
            config = case.write_config(folder, panel, folder / "state")
            trial.put_plugin(panel.root, folder / "state")
            _fill_books(config)
            yield panel, folder, config


def _fill_books(config: Path) -> None:
    """A debtor a reseller, twenty open invoices each."""
    installation = Installation(str(config), NOW)
    first = date(2008, 11, 1)
    with installation.store.begin() as conn:
        for number in range(RESELLERS):
            ledger.put_debtor(conn, Debtor(f"d{number:04d}", f"Debtor {number}"))
            ledger.link(conn, f"d{number:04d}", AccountRef(case.PANEL, f"r{number:04d}"))
        number = ledger.add_import(conn, "invoices", "bench.csv", "", "2009-04-01T00:00:00Z")
        rows = [
            (f"F{i:06d}", f"d{i % RESELLERS:04d}", (first + timedelta(days=i % 150)).isoformat(), 1000 + i, number)
            for i in range(INVOICES)
        ]
        conn.exec_driver_sql(
            "INSERT INTO invoices"
            " (number, source, debtor_key, issued, due, currency, gross_minor, open_minor, import_id)"
            " VALUES (?1, 'invoices', ?2, ?3, ?3, 'EUR', ?4, ?4, ?5)",
            rows,
        )
    installation.close()


class Page:
    """The page as the panel calls it: a process, the session in its environment."""

    def __init__(self, panel: SandboxPanel) -> None:
        session = panel.try_login(panel.admin, panel.password)
        if session is None:
            raise SystemExit("the admin was not let in")
        self.python = trial.page_python()
        self.script = str(panel.root / trial.PLUGIN / "admin/index.html")
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "USERNAME": panel.admin,
            "SESSION_ID": session.id,
            "SESSION_KEY": session.key,
            "QUERY_STRING": "page=overdue",
            "REQUEST_METHOD": "GET",
            "POST": "",
        }

    def view(self) -> None:
        """Show it once; ends the run if it is not what it should be."""
        done = subprocess.run(
            [self.script], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=True
        )
        if b"Debtor " not in done.stdout or b"r0" not in done.stdout:
            raise SystemExit(f"this is not the overdue page: {done.stdout[:2000]!r}")

    def nothing(self) -> None:
        """Python's own start and end."""
        subprocess.run(
            [self.python, "-I", "-S", "-c", "pass"], env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL, check=True
        )


def _seconds(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _memory(pid: int) -> float:
    """Resident memory in MB (10^6 bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def run() -> Dict[str, Any]:
    """name -> ratio and goal."""
    found: Dict[str, float] = {}
    with (
        _world() as (panel, folder, config),
        trial.service(config, panel.root, folder / "service.log", ["--now", NOW]) as service,
    ):
        page = Page(panel)
        for _ in range(100):
            page.view()
        early = _memory(service.pid)
        pairs = [(_seconds(page.nothing), _seconds(page.view)) for _ in range(ROUNDS)]
        found["overdue_page_vs_python"] = statistics.median(view / bare for bare, view in pairs)
        idle = [view for _, view in pairs]
        for _ in range(VIEWS - 100 - ROUNDS):
            page.view()
        found["service_memory_mb"] = _memory(service.pid)
        found["service_memory_growth"] = found["service_memory_mb"] / early
        found["page_views_under_job"] = statistics.median(_under_job(panel, config, page)) / statistics.median(idle)
    page_ms, bare_ms = statistics.median(idle) * 1000, statistics.median(bare for bare, _ in pairs) * 1000
    print(f"  page {page_ms:.1f} ms, python {bare_ms:.1f} ms; memory {early:.1f} MB after 100 views")
    return {name: {"ratio": round(ratio, 2), "goal": GOALS[name]} for name, ratio in found.items()}


def _under_job(panel: SandboxPanel, config: Path, page: Page) -> List[float]:
    """Page times while a job suspends a reseller with a thousand users."""
    installation = Installation(str(config), NOW)
    panel.faults.latency = LATENCY
    times: List[float] = []
    with installation.store.begin() as conn:
        wish = SuspendWish((f"{case.PANEL}/r0000",), why="benchmark")
        job_id = jobs.queue(conn, wish, "benchmark", datetime.now(timezone.utc))
    while True:
        with installation.store.read() as conn:
            job = jobs.get(conn, job_id)
        if job is None or job.is_over:
            break
        times.append(_seconds(page.view))
    panel.faults.latency = 0.0
    installation.close()
    if job is None or job.state != "done" or len(times) < 5:
        raise SystemExit(f"the job was no measure: {job and job.words}, {len(times)} views")
    return times
