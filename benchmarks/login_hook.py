"""The login hook, with a thousand locked accounts, against an empty `sh -c :`."""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List

from dunning_plugin.panels.directadmin import hookfiles

GOAL, ROUNDS, EACH = 1.5, 60, 10


def _seconds(command: List[str], environment: Dict[str, str]) -> float:
    start = time.perf_counter()
    for _ in range(EACH):
        subprocess.run(command, env=environment, check=True)
    return time.perf_counter() - start


def run() -> Dict[str, Any]:
    """name -> ratio and goal: the median over interleaved rounds."""
    with tempfile.TemporaryDirectory(prefix="dunning-bench-") as name:
        folder = Path(name)
        hookfiles.prepare_state(folder / "state")
        hookfiles.install(folder / "panel", folder / "state")
        for number in range(1000):
            (folder / f"state/locks/login/user{number}").write_text("K7QM-2XHB\n")
        hook = str(folder / "panel/usr/local/directadmin/plugins/dunning/hooks/session_create_pre.sh")
        environment = {"PATH": "/usr/bin:/bin", "username": "somebody", "password": "x", "ip": "192.0.2.1"}
        ratios = []
        for _ in range(ROUNDS):
            bare = _seconds(["/bin/sh", "-c", ":"], environment)
            ratios.append(_seconds([hook], environment) / bare)
    return {"login_hook_vs_sh": {"ratio": round(statistics.median(ratios), 2), "goal": GOAL}}
