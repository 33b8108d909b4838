"""What belongs to a domain besides its site, in the panel's files: subdomains, pointers (directories and locations).

data/users/USER/domains/DOMAIN.subdomains holds a name a line, DOMAIN.pointers `pointer=type=alias|pointer`."""

import shutil
from pathlib import Path
from typing import Dict, List

from dunning_plugin.sandbox.directadmin.disk import Disk


def _path(disk: Disk, domain: str, what: str) -> Path:
    owner = disk.owner_of_domain(domain)
    if owner is None:
        raise KeyError(domain)
    return disk.da / "data/users" / owner / "domains" / f"{domain}.{what}"


def _lines(path: Path) -> List[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line]
    except FileNotFoundError:
        return []


def _write(path: Path, lines: List[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    path.chmod(0o600)


def subdomains(disk: Disk, domain: str) -> List[str]:
    """The names before the domain, sorted."""
    return sorted(_lines(_path(disk, domain, "subdomains")))


def add_subdomain(disk: Disk, domain: str, name: str) -> None:
    """A subdomain with its folder in the domain's site."""
    with disk.lock:
        path = _path(disk, domain, "subdomains")
        _write(path, [*_lines(path), name])
        owner = str(disk.owner_of_domain(domain))
        folder = disk.home(owner) / "domains" / domain / "public_html" / name
        if not folder.is_symlink():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            disk.own(folder, owner)


def drop_subdomain(disk: Disk, domain: str, name: str, contents: bool) -> None:
    """Forget a subdomain; its folder goes only if `contents`."""
    with disk.lock:
        path = _path(disk, domain, "subdomains")
        _write(path, [line for line in _lines(path) if line != name])
        folder = disk.home(str(disk.owner_of_domain(domain))) / "domains" / domain / "public_html" / name
        if contents and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


def pointers(disk: Disk, domain: str) -> Dict[str, str]:
    """Other domains that lead to this one: name -> alias or pointer."""
    rows = (line.partition("=type=") for line in _lines(_path(disk, domain, "pointers")))
    return {name: kind for name, _, kind in rows}


def set_pointers(disk: Disk, domain: str, wanted: Dict[str, str]) -> None:
    """Replace a domain's pointers."""
    with disk.lock:
        _write(_path(disk, domain, "pointers"), [f"{name}=type={kind}" for name, kind in sorted(wanted.items())])


def owner_of_pointer(disk: Disk, name: str) -> str:
    """The domain that a pointer leads to, '' if it is none."""
    for file in (disk.da / "data/users").glob("*/domains/*.pointers"):
        if any(line.startswith(f"{name}=type=") for line in _lines(file)):
            return file.name[: -len(".pointers")]
    return ""


def limits(disk: Disk, domain: str) -> Dict[str, str]:
    """A domain's traffic (`bandwidth`) and space (`quota`) in megabytes, or unlimited, from DOMAIN.conf; and whether
    cgi, php and ssl are ON or OFF, where it says so."""
    pairs = (line.partition("=") for line in _lines(_path(disk, domain, "conf")))
    known = {key: value for key, _, value in pairs}
    most = {name: known.get(name, "unlimited") for name in ("bandwidth", "quota")}
    return {**most, **{name: known[name] for name in ("cgi", "php", "ssl") if name in known}}


def set_limits(disk: Disk, domain: str, wanted: Dict[str, str]) -> None:
    """Write a domain's limits; the rest of DOMAIN.conf stays."""
    with disk.lock:
        path = _path(disk, domain, "conf")
        kept = [line for line in _lines(path) if line.partition("=")[0] not in wanted]
        _write(path, sorted([*kept, *(f"{key}={value}" for key, value in wanted.items())]))
