"""Builds dist/dunning.tar.gz, which DirectAdmin's plugin manager installs: `python -m tools.build_plugin`.

Two builds of the same sources are equal byte for byte. What Python needs is inside, pure and pinned by hash, so that
installing needs neither the internet nor a compiler. `--fetch` only fills the cache, after which no network is used."""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from tools import icon, pure_wheel
from tools.archive import Entry, tar_gz

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache/plugin"
PACKAGES = {"markupsafe": ("src/markupsafe",), "pyyaml": ("lib/yaml", "lib/_yaml")}
"""Which folders of a source archive are the package."""
MARKERS = {
    "importlib-metadata": 'python_version < "3.10"',
    "tomli": 'python_version < "3.11"',
    "zipp": 'python_version < "3.10"',
}
"""What newer Pythons have themselves."""
INSTALLER = "pip"
"""Carried too, for a machine whose Python comes without it; never installed."""
PIN = re.compile(r"^([a-z0-9-]+)==(\S+) \\\n {4}--hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
PURE = ("--platform", "any", "--implementation", "py", "--abi", "none")
LOCKS = {
    "plugin-wheels.lock": ["--only-binary", ":all:", "--python-version", "3.9", *PURE],
    "plugin-sdists.lock": ["--no-binary", ":all:", "--no-build-isolation"],
}
"""Lists of pinned packages, and how pip is to get them."""
MANIFEST_VERSION = re.compile(r"^version=(.*)$", re.MULTILINE)


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_plugin", description=__doc__)
    parser.add_argument("--fetch", action="store_true", help="only fill the cache")
    parser.add_argument("--out", type=Path, default=ROOT / "dist/dunning.tar.gz", help="where the package goes")
    parser.add_argument("--update-url", default="", help="address that the panel's `update` is to fetch from")
    given = parser.parse_args(arguments)
    fetched = fetch(CACHE)
    if given.fetch:
        return
    package = build(ROOT, fetched, given.update_url)
    write(given.out, package)
    print(f"{given.out}: {len(package)} bytes, sha256 {hashlib.sha256(package).hexdigest()}")


def fetch(cache: Path) -> Dict[str, bytes]:
    """file name -> content of everything pinned, from the cache, which is filled from the network where it lacks."""
    found: Dict[str, bytes] = {}
    for lock, how in LOCKS.items():
        pins = {digest: name for name, _, digest in PIN.findall((ROOT / "tools" / lock).read_text("ascii"))}
        have = _cached(cache, pins)
        if len(have) < len(pins):
            _download(ROOT / "tools" / lock, cache, how)
            have = _cached(cache, pins)
        if len(have) < len(pins):
            raise SystemExit(f"tools/{lock} pins {len(pins)} packages, but only {len(have)} of them could be fetched")
        found.update(have)
    return found


def _cached(cache: Path, pins: Dict[str, str]) -> Dict[str, bytes]:
    contents = {path.name: path.read_bytes() for path in sorted(cache.glob("*")) if path.is_file()}
    return {name: content for name, content in contents.items() if hashlib.sha256(content).hexdigest() in pins}


def _download(lock: Path, cache: Path, how: List[str]) -> None:
    """pip checks the hashes; only whole files reach the cache, so that two builds at once do not disturb each other."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--dest", folder, "-r", str(lock), *how]
        if subprocess.run(command, check=False).returncode != 0:
            raise SystemExit(f"what tools/{lock.name} pins could not be fetched; pip says why above")
        for path in sorted(Path(folder).iterdir()):
            path.replace(cache / path.name)


def build(root: Path, fetched: Dict[str, bytes], update_url: str = "") -> bytes:
    """The package of the sources in `root`, as the bytes of a .tar.gz."""
    entries = [Entry("plugin.conf", manifest(root, update_url)), Entry("LICENSE", (root / "LICENSE").read_bytes())]
    for folder, mode in (("admin", 0o755), ("hooks", 0o755), ("images", 0o644), ("scripts", 0o755)):
        for path in pure_wheel.sources(root / "plugin" / folder):
            name = f"{folder}/{path.relative_to(root / 'plugin' / folder)}"
            entries.append(Entry(name, path.read_bytes(), 0o644 if _is_only_read(path) else mode))
    entries += [Entry("images/icon.svg", icon.svg()), Entry("images/icon.png", icon.png())]
    entries += _wheels(root, fetched)
    return tar_gz(entries)


def _is_only_read(path: Path) -> bool:
    """Menu entries are text for the panel, and common.sh is read by the other scripts."""
    return path.name == "common.sh" or (path.parent.name == "hooks" and path.suffix != ".sh")


def manifest(root: Path, update_url: str = "") -> bytes:
    """plugin.conf, its version checked against the package's."""
    text = (root / "plugin.conf").read_text("ascii")
    found = MANIFEST_VERSION.search(text)
    if found is None or found[1] != pure_wheel.version_of(root):
        raise SystemExit("plugin.conf and src/dunning_plugin/__init__.py name different versions")
    if "\n" in update_url:
        raise SystemExit("an address has one line")
    return (text + (f"update_url={update_url}\n" if update_url else "")).encode("ascii")


def _wheels(root: Path, fetched: Dict[str, bytes]) -> List[Entry]:
    """The wheels, and the list that scripts/common.sh installs from: name, version, hash, and for which Python."""
    wheels = {name: content for name, content in fetched.items() if name.endswith(".whl")}
    made = [pure_wheel.of_project(root)]
    for name, content in fetched.items():
        if not name.endswith(".whl"):
            made.append(pure_wheel.of_sdist(content, PACKAGES[name.rpartition("-")[0]]))
    wheels.update({wheel.file: wheel.content for wheel in made})
    lines = []
    for name, content in sorted(wheels.items()):
        package, version = name.split("-")[:2]
        package = package.replace("_", "-").lower()
        if package != INSTALLER:
            marker = f"; {MARKERS[package]}" if package in MARKERS else ""
            lines.append(f"{package}=={version}{marker} --hash=sha256:{hashlib.sha256(content).hexdigest()}\n")
    entries = [Entry(f"wheels/{name}", content) for name, content in wheels.items()]
    return [*entries, Entry("wheels/requirements.txt", "".join(lines).encode("ascii"))]


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    os.replace(temporary, path)


if __name__ == "__main__":
    main()
