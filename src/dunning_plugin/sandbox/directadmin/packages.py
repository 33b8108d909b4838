"""Packages on disk, `key=value` a line: data/users/OWNER/packages/NAME.pkg for users, data/admin/packages/NAME.pkg for
resellers, with a packages.list beside the folder (directories and locations)."""

import re
from pathlib import Path
from typing import Dict, List

from dunning_plugin.sandbox.directadmin.disk import CONTROLS, Disk
from dunning_plugin.sandbox.directadmin.layout import USER_DEFAULTS
from dunning_plugin.sandbox.directadmin.limits import FEATURES, LIMITS

STANDARD = "standard"
"""The package that accounts get unless told otherwise; every owner has it (assumed)."""
DEFAULTS: Dict[str, str] = {
    **{name: "unlimited" for name in LIMITS},
    **{name: USER_DEFAULTS.get(name, "OFF") for name in FEATURES},
    "language": "en",
    "skin": "evolution",
}
RESELLER_DEFAULTS: Dict[str, str] = {
    **DEFAULTS,
    "dns": "OFF",
    "ips": "0",
    "oversell": "ON",
    "serverip": "ON",
    "userssh": "OFF",
}


def is_package(name: str) -> bool:
    """Could a package bear this name: no path, nothing that a list of lines could trip over."""
    return re.fullmatch(r"[\w][\w. -]{0,63}", name, re.ASCII) is not None


class Packages:
    """The packages of one owner, or all resellers' packages."""

    def __init__(self, disk: Disk, owner: str, resellers: bool) -> None:
        self.disk = disk
        self.folder: Path = (disk.da / "data/admin" if resellers else disk.da / "data/users" / owner) / "packages"
        self.defaults = RESELLER_DEFAULTS if resellers else DEFAULTS

    def names(self) -> List[str]:
        """All names, sorted."""
        return sorted({STANDARD, *(file.name[:-4] for file in self.folder.glob("*.pkg"))})

    def get(self, name: str) -> Dict[str, str]:
        """A package's values; KeyError if there is none of that name."""
        try:
            text = (self.folder / f"{name}.pkg").read_text("utf-8") if is_package(name) else None
        except FileNotFoundError:
            text = None
        if text is None and name != STANDARD:
            raise KeyError(name)
        pairs = (line.partition("=") for line in (text or "").split("\n") if "=" in line)
        return {**self.defaults, **{key: value for key, _, value in pairs}}

    def save(self, name: str, values: Dict[str, str]) -> None:
        """Make a package, or replace one."""
        with self.disk.lock:
            self.folder.mkdir(exist_ok=True)
            self.folder.chmod(0o700)
            lines = (f"{key}={CONTROLS.sub(' ', values[key])}\n" for key in sorted(values))
            (self.folder / f"{name}.pkg").write_text("".join(lines), "utf-8")
            self._list()

    def drop(self, name: str) -> None:
        """Remove a package; one that is not there is no trouble."""
        with self.disk.lock:
            (self.folder / f"{name}.pkg").unlink(missing_ok=True)
            self._list()

    def _list(self) -> None:
        if self.folder.is_dir():
            text = "".join(f"{name}\n" for name in self.names())
            (self.folder.parent / "packages.list").write_text(text, "utf-8")
