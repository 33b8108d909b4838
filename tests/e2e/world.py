"""A host's world for a test: the sandbox panel filled with the case, dunning.yaml, the ledger taken in."""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, List, Optional

from dunning_plugin.panels.directadmin import hookfiles
from dunning_plugin.sandbox.directadmin import case
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.server import SandboxPanel

NOW = "2009-04-08T09:00"


@dataclass
class World:
    panel: SandboxPanel
    folder: Path
    filled: Any

    @property
    def config(self) -> Path:
        return self.folder / "dunning.yaml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def command(self, *words: str, now: str = NOW) -> List[str]:
        return [sys.executable, "-m", "dunning_plugin", "--config", str(self.config), "--now", now, *words]

    def run(
        self, *words: str, code: Optional[int] = 0, now: str = NOW, **more: Any
    ) -> "subprocess.CompletedProcess[str]":
        """Run a dunning command as a process of its own; `code` None accepts any exit code."""
        done = subprocess.run(self.command(*words, now=now), capture_output=True, text=True, timeout=120, **more)
        assert "Traceback" not in done.stderr, done.stderr
        if code is not None:
            assert done.returncode == code, f"{done.returncode}: {done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str, code: Optional[int] = 0, now: str = NOW) -> Any:
        return json.loads(self.run(*words, "--json", code=code, now=now).stdout)

    def suspended(self) -> set:
        """Names of all suspended accounts, from the panel's own files."""
        return {name for name in self.panel.disk.names() if self.panel.disk.config(name).get("suspended") == "yes"}


@contextmanager
def world(folder: Path, options: Optional[Options] = None, take_in: bool = True, only: str = "") -> Iterator[World]:
    """The case of Webbouw Noord on a running panel, hooks installed, debtors and invoices imported."""
    root = folder / "panel"
    with SandboxPanel(root, options=options or Options()) as panel:
        filled = case.fill(panel, only)
        here = World(panel, folder, filled)
        case.write_config(folder, panel, here.state)
        case.write_debtors(folder)
        case.write_invoices(folder)
        hookfiles.prepare_state(here.state)
        hookfiles.install(root, here.state)
        if take_in:
            here.run("import", str(folder / "debtors.yaml"), *(["--no-check"] if only else []))
            here.run("import", str(folder / "invoices.csv"))
        yield here
