"""A thousand users suspended through the sandbox at 20 ms latency, against a host's script with one call an account."""

import tempfile
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

import requests

from dunning_plugin.config.settings import PanelSettings
from dunning_plugin.enforce.act import Order, carry_out
from dunning_plugin.enforce.moves import Goal, Outcome
from dunning_plugin.model import Debtor, Measure
from dunning_plugin.panels.directadmin import hookfiles, open_panel
from dunning_plugin.panels.directadmin.adapter import DirectAdmin
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from dunning_plugin.store import Store, cases, ledger

USERS, LATENCY, CHUNK = 1000, 0.020, 200


@contextmanager
def _world(users: int) -> Iterator[Tuple[SandboxPanel, DirectAdmin, Path]]:
    # The panel's own files lie in memory where there is such a place: what its disk costs is nobody's gain or loss
    # here. Our store and guard files lie on the disk.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="dunning-bench-") as name, tempfile.TemporaryDirectory(dir=memory) as root:
        folder = Path(name)
        with SandboxPanel(Path(root) / "panel") as panel:
            panel.disk.create("reseller", "reseller", "admin", "pw")
            for number in range(users):
                panel.disk.create(f"user{number:04d}", "user", "reseller", "pw", f"user{number:04d}.example")
            secret = folder / "secret"
            secret.touch(mode=0o600)
            secret.write_text(panel.password)
            hookfiles.prepare_state(folder / "state")
            settings = PanelSettings("directadmin", panel.url, "admin", secret, root=panel.root, chunk=CHUNK)
            # A real panel has been at work for weeks; this one was filled a moment ago, and has read no file of it yet.
            first = open_panel("da1", settings, folder / "state", True)
            first.reseller_accounts("reseller")
            first.close()
            adapter = open_panel("da1", settings, folder / "state", True)
            yield panel, adapter, folder
            adapter.close()


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _ours(panel: SandboxPanel, adapter: DirectAdmin, folder: Path) -> Tuple[float, int]:
    """Seconds and requests for the whole way: list, snapshot, intent, act, read back, proof."""
    store = Store.open(folder / "state")
    with store.begin() as conn:
        ledger.put_debtor(conn, Debtor("debtor", "Debtor"))
        case = cases.open_case(conn, "debtor", _now())
    panel.requests.clear()
    start = time.perf_counter()
    names = tuple(account.name for account in adapter.reseller_accounts("reseller")[1:])
    order = Order(case, "da1", Measure.SUSPEND, Goal.LAY, names, "benchmark", "")
    done = list(carry_out(store, adapter.layers()[Measure.SUSPEND], order, _now, batch=CHUNK))
    seconds = time.perf_counter() - start
    store.close()
    if {outcome.outcome for outcome in done} != {Outcome.LAID}:
        raise SystemExit("not all were suspended")
    return seconds, len(panel.requests)


def _one_call_an_account(panel: SandboxPanel) -> float:
    """Seconds that a host's own loop needs: one pooled session, one call an account, no reading before or after."""
    session = requests.Session()
    session.auth = ("admin", panel.password)
    start = time.perf_counter()
    for number in range(USERS):
        form = {"suspend": "Suspend", "select0": f"user{number:04d}", "reason": "other", "json": "yes"}
        answer = session.post(panel.url + "/CMD_API_SELECT_USERS", form, timeout=30).json()
        if "error" in answer:
            raise SystemExit(str(answer))
    return time.perf_counter() - start


def run() -> Dict[str, Any]:
    """name -> ratio and goal; requests beyond the stated chunks of 200 accounts."""
    with _world(1) as (panel, adapter, folder):
        _, one = _ours(panel, adapter, folder)
    with _world(USERS) as (panel, adapter, folder):
        panel.faults.latency = LATENCY
        mine, many = _ours(panel, adapter, folder)
    with _world(USERS) as (panel, _, _):
        panel.faults.latency = LATENCY
        theirs = _one_call_an_account(panel)
    # Beyond the stated chunks: one act for each chunk of 200 after the first.
    beyond = many - (USERS // CHUNK - 1)
    print(f"  one call an account {theirs:.1f} s; ours {mine:.2f} s with {many} requests (1 user: {one})")
    return {
        "requests_per_reseller_growth": {"ratio": round(beyond / one, 2), "goal": 1.0},
        "suspend_1000_users_speedup": {"ratio": round(theirs / mine, 1), "goal": 20.0, "at_least": True},
    }
