"""Wheels of our own making, pure Python: dunning itself, and the few packages that publish none (PEP 427)."""

import base64
import hashlib
import io
import re
import tarfile
from configparser import ConfigParser
from pathlib import Path
from typing import Dict, Iterator, Mapping, NamedTuple, Sequence, Tuple

from tools.archive import zip_stored

TAG = "Wheel-Version: 1.0\nGenerator: dunning\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
PURE = (".py", ".pyi", ".typed")
"""What is taken of a package that would rather be compiled: it works without, only slower."""


class Wheel(NamedTuple):
    """A wheel in memory."""

    name: str
    version: str
    content: bytes

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{_escaped(self.name)}-{self.version}-py3-none-any.whl"


def of_project(root: Path) -> Wheel:
    """dunning's own wheel: every file below src/dunning_plugin, and setup.cfg's data_files and commands."""
    setup = ConfigParser()
    setup.read(root / "setup.cfg", encoding="utf-8")
    name, version = setup["metadata"]["name"], version_of(root)
    files = {str(path.relative_to(root / "src")): path.read_bytes() for path in sources(root / "src/dunning_plugin")}
    data = f"{_escaped(name)}-{version}.data/data"
    for target, patterns in setup["options.data_files"].items():
        for pattern in patterns.split():
            for path in sorted(root.glob(pattern)):
                files[f"{data}/{target}/{path.name}"] = path.read_bytes()
    commands = "[console_scripts]\n" + setup["options.entry_points"]["console_scripts"].strip() + "\n"
    texts = {"entry_points.txt": commands.encode(), "licenses/LICENSE": (root / "LICENSE").read_bytes()}
    return _wheel(name, version, files, _metadata(setup, version), texts)


def of_sdist(content: bytes, packages: Sequence[str]) -> Wheel:
    """A wheel from a published source archive: its packages' Python files as they are, the extension left out."""
    files: Dict[str, bytes] = {}
    texts: Dict[str, bytes] = {}
    metadata = ""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
        for member in tar.getmembers():
            path = member.name.partition("/")[2]
            reader = tar.extractfile(member) if member.isfile() else None
            if reader is None:
                continue
            package = next((given for given in packages if path.startswith(f"{given}/")), "")
            if path == "PKG-INFO":
                metadata = reader.read().decode("utf-8")
            elif path.startswith("LICENSE"):
                texts[f"licenses/{path}"] = reader.read()
            elif package and path.endswith(PURE):
                files[f"{package.rpartition('/')[2]}{path[len(package) :]}"] = reader.read()
    name, version = (_header(metadata, field) for field in ("Name", "Version"))
    return _wheel(name, version, files, metadata, texts)


def version_of(root: Path) -> str:
    """The version that src/dunning_plugin/__init__.py says."""
    text = (root / "src/dunning_plugin/__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "([0-9][0-9A-Za-z.]*)"$', text, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{root}/src/dunning_plugin/__init__.py names no version")
    return found[1]


def sources(folder: Path) -> Iterator[Path]:
    """The files of a package, sorted; nothing hidden, nothing compiled."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and path.suffix != ".pyc" and not any(p.startswith(".") or p == "__pycache__" for p in parts):
            yield path


def _wheel(name: str, version: str, files: Mapping[str, bytes], metadata: str, texts: Mapping[str, bytes]) -> Wheel:
    info = f"{_escaped(name)}-{version}.dist-info"
    everything = dict(sorted(files.items()))
    everything.update({f"{info}/{path}": content for path, content in sorted(texts.items())})
    everything[f"{info}/METADATA"] = metadata.encode("utf-8")
    everything[f"{info}/WHEEL"] = TAG.encode("ascii")
    rows = [f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in everything.items()]
    everything[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"]).encode("utf-8")
    return Wheel(name, version, zip_stored(everything))


def _metadata(setup: ConfigParser, version: str) -> str:
    about, options = setup["metadata"], setup["options"]
    lines: Tuple[str, ...] = (
        "Metadata-Version: 2.1",
        f"Name: {about['name']}",
        f"Version: {version}",
        f"Summary: {about['description']}",
        f"License: {about['license']}",
        f"Requires-Python: {options['python_requires']}",
        *(f"Requires-Dist: {need}" for need in options["install_requires"].split()),
    )
    return "\n".join(lines) + "\n"


def _header(metadata: str, field: str) -> str:
    return next(line.partition(": ")[2] for line in metadata.splitlines() if line.startswith(f"{field}: "))


def _escaped(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")
