"""What an installation from a wheel gets: the same as a checkout."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """A wheel built from a copy, with the setuptools that is installed here."""
    copy = tmp_path_factory.mktemp("copy") / "dunning"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in ("src", "plugin"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    for file in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "plugin.conf"):
        shutil.copy(ROOT / file, copy / file)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*build, "-w", str(copy / "dist"), str(copy)], check=True, capture_output=True)
    (built,) = (copy / "dist").glob("*.whl")
    return ZipFile(built)


def test_a_wheel_holds_every_file_of_the_package(wheel: ZipFile):
    wanted = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src/dunning_plugin").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert wanted - set(wheel.namelist()) == set()


def test_a_wheel_holds_the_hooks_and_the_manifest(wheel: ZipFile):
    names = {name.partition("/data/share/dunning/")[2] for name in wheel.namelist()}
    hooks = {f"plugin/hooks/{path.name}" for path in (ROOT / "plugin/hooks").glob("*.sh")}
    assert hooks and hooks | {"plugin.conf"} <= names
