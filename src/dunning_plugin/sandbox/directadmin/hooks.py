"""DirectAdmin's event hooks: documented places, order, environment and exit codes (docs, developer/hooks)."""

import os
import subprocess
import time
from pathlib import Path
from typing import Dict, List, Mapping, Tuple

SECONDS = 30
YOUNG_NS = 50_000_000
"""Nanoseconds within which two changes of a folder may look like one."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Hooks:
    """Runs the scripts of a hook, if there are any."""

    def __init__(self, da: Path, log: Path) -> None:
        self.da, self.log = da, log
        self._known: Dict[str, Tuple[Tuple[int, ...], List[Path]]] = {}
        self._plugins: Tuple[int, List[str]] = (-1, [])

    def scripts(self, hook: str) -> List[Path]:
        """The scripts of a hook, looked up anew whenever one of the folders or manifests changed."""
        signature = self._signature(hook)
        known = self._known.get(hook)
        if known is None or known[0] != signature:
            known = self._known[hook] = (signature, self._find(hook))
        # A change of a script's own mode changes none of the folders.
        return [script for script in known[1] if os.access(script, os.X_OK)]

    def _signature(self, hook: str) -> Tuple[int, ...]:
        custom, plugins = f"{self.da}/scripts/custom", f"{self.da}/plugins"
        folders = tuple(_changed(place) for place in (custom, f"{custom}/{hook}", plugins))
        return (*folders, *(_changed(place) for place in self._parts(plugins, folders[-1])))

    def _parts(self, plugins: str, changed: int) -> List[str]:
        """Where each plugin keeps hooks and manifest; listed anew when the folder of all plugins changed, which is not
        believed while that is too young to change once more unseen."""
        if self._plugins[0] != changed or time.time_ns() - changed < YOUNG_NS:
            names = os.listdir(plugins)
            self._plugins = (
                changed,
                [f"{plugins}/{name}/{part}" for name in names for part in ("hooks", "plugin.conf")],
            )
        return self._plugins[1]

    def _find(self, hook: str) -> List[Path]:
        """In order: scripts/custom/<HOOK>/*.sh, scripts/custom/<HOOK>.sh, plugins/*/hooks/<HOOK>.sh (active ones)."""
        custom = self.da / "scripts/custom"
        found = sorted((custom / hook).glob("*.sh")) if (custom / hook).is_dir() else []
        found += [custom / f"{hook}.sh"]
        for plugin in sorted(os.listdir(self.da / "plugins")):
            script = self.da / "plugins" / plugin / "hooks" / f"{hook}.sh"
            if script.exists() and plugin_conf(self.da / "plugins" / plugin).get("active") == "yes":
                found.append(script)
        return [script for script in found if script.is_file()]

    def run(self, hook: str, environment: Mapping[str, str]) -> Tuple[bool, str]:
        """Run all scripts of a hook; (did all succeed, their joined output). All are run even if one fails."""
        good, outputs = True, []
        for script in self.scripts(hook):
            code, output = _run(script, environment)
            outputs.append(output)
            if code != 0:
                good = False
                self._report(f"{script}: exit code {code}: {' '.join(output.split())}")
        return good, "".join(outputs)

    def _report(self, line: str) -> None:
        stamp = time.strftime("%Y:%m:%d-%H:%M:%S")
        with (self.log / "error.log").open("a", encoding="utf-8") as file:
            file.write(f"{stamp}: {line}\n")


def _changed(place: str) -> int:
    try:
        return os.stat(place).st_mtime_ns
    except OSError:
        return 0


def _run(script: Path, environment: Mapping[str, str]) -> Tuple[int, str]:
    clean = {key: value.replace("\0", "") for key, value in environment.items() if key and "=" not in key}
    try:
        done = subprocess.run(
            [str(script)],
            env={"PATH": PATH, **clean},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
            cwd="/",
        )
    except subprocess.TimeoutExpired:
        return 124, "timed out"
    except OSError as error:
        return 126, str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def plugin_conf(folder: Path) -> Dict[str, str]:
    """A plugin's plugin.conf; empty if it has none."""
    try:
        text = (folder / "plugin.conf").read_text("utf-8", "replace")
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in text.splitlines()) if key}
