"""The plugin package for tests: built from this checkout, or from a copy that claims to be a later version."""

import io
import re
import shutil
import tarfile
from pathlib import Path
from typing import Dict, Mapping, Sequence

from tools import build_plugin

ROOT = build_plugin.ROOT
MIGRATION = '''"""A migration of a later version."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in {statements!r}:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("not asked for")
'''
Migrations = Mapping[str, Sequence[str]]


def package(update_url: str = "") -> bytes:
    """The package of this checkout."""
    return build_plugin.build(ROOT, build_plugin.fetch(build_plugin.CACHE), update_url)


def later_package(folder: Path, version: str, migrations: Migrations, update_url: str = "") -> bytes:
    """The package of a copy of this checkout, made in `folder`, with another version and more migrations: revision
    -> its SQL statements."""
    copy_sources(folder)
    edit(folder / "plugin.conf", r"^version=.*$", f"version={version}")
    edit(folder / "src/dunning_plugin/__init__.py", r"^__version__ = .*$", f'__version__ = "{version}"')
    store, before = folder / "src/dunning_plugin/store", newest_revision(folder)
    for revision, statements in migrations.items():
        text = MIGRATION.format(revision=revision, before=before, statements=list(statements))
        (store / f"migrations/versions/{revision}_later.py").write_text(text)
        before = revision
    edit(store / "migrate.py", r"^NEWEST = .*$", f'NEWEST = "{before}"')
    return build_plugin.build(folder, build_plugin.fetch(build_plugin.CACHE), update_url)


def copy_sources(folder: Path) -> None:
    """What a package is built from."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("src", "plugin"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("setup.cfg", "plugin.conf", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)


def newest_revision(root: Path = ROOT) -> str:
    """The store's revision of these sources."""
    text = (root / "src/dunning_plugin/store/migrate.py").read_text()
    return re.findall(r'^NEWEST = "(\w+)"$', text, re.MULTILINE)[0]


def edit(path: Path, pattern: str, text: str) -> None:
    """Replace the one line that fits."""
    changed, count = re.subn(pattern, text, path.read_text(), flags=re.MULTILINE)
    assert count == 1, path
    path.write_text(changed)


def files_of(archive: bytes) -> "Dict[str, tarfile.TarInfo]":
    """The members of a package by path."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name: member for member in tar.getmembers()}


def content_of(archive: bytes, path: str) -> bytes:
    """One file of a package."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        reader = tar.extractfile(path)
        assert reader is not None
        return reader.read()


def unpacked(archive: bytes, root: Path) -> Path:
    """A package unpacked where the panel would put it below `root`; the plugin's folder."""
    folder = root / "usr/local/directadmin/plugins/dunning"
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder)
    return folder
