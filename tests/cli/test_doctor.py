"""`dunning doctor`: what it finds, what it mends, and its exit code."""

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
from click.testing import CliRunner, Result

from dunning_plugin.cli.main import cli
from dunning_plugin.sandbox.directadmin import case
from dunning_plugin.sandbox.directadmin.server import SandboxPanel


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """A panel that runs, and a configuration beside it; nothing is installed yet."""
    with SandboxPanel(tmp_path / "panel") as panel:
        yield case.write_config(tmp_path, panel, tmp_path / "state")


def doctor(config: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(config), "doctor", *words], standalone_mode=False)


def findings(config: Path, *words: str) -> List[Dict[str, Any]]:
    found: List[Dict[str, Any]] = json.loads(doctor(config, "--json", *words).output)
    return found


def files_below(folder: Path) -> List[str]:
    return sorted(str(path) for path in folder.rglob("*") if "/var/log/" not in str(path))


def test_it_says_how_to_mend_what_is_not_installed_and_ends_with_1(config: Path):
    said = doctor(config)
    assert said.return_value == 1
    assert "bad   state folder" in said.output and "bad   da1 hooks" in said.output
    assert "mend: run: dunning doctor --mend" in said.output


def test_it_changes_nothing_unless_it_is_told_to_mend(config: Path):
    before = files_below(config.parent)
    doctor(config)
    assert files_below(config.parent) == before


def test_mending_leaves_nothing_bad_and_ends_with_0(config: Path):
    said = doctor(config, "--mend")
    assert said.return_value == 0, said.output
    assert "bad" not in [finding["level"] for finding in findings(config)]


def test_mending_twice_changes_nothing_the_second_time(config: Path):
    doctor(config, "--mend")
    before = {path: Path(path).lstat().st_mtime_ns for path in files_below(config.parent / "panel/usr/local")}
    doctor(config, "--mend")
    assert {path: Path(path).lstat().st_mtime_ns for path in before} == before


def test_every_mistake_in_the_configuration_is_a_finding_with_its_line(config: Path):
    config.write_text("host: {name: Host}\nstate_dir: 5\npanels: {}\nodd: 1\n")
    found = findings(config)
    assert {finding["level"] for finding in found} == {"bad"}
    assert any(f"{config.name}:4" in finding["what"] and "odd" in finding["what"] for finding in found)


def test_a_configuration_that_others_may_write_is_bad(config: Path):
    config.chmod(0o666)
    assert any("others may write" in finding["what"] for finding in findings(config))


def test_a_contact_that_speaks_of_debt_is_bad(config: Path):
    text = config.read_text()
    name = next(line for line in text.splitlines() if "name:" in line and "contact" in line)
    config.write_text(text.replace(name, name.replace("contact: {name: ", "contact: {name: Incasso ", 1)))
    assert "bad" in [finding["level"] for finding in findings(config) if finding["topic"] == "notice"]


def test_the_password_is_never_shown(config: Path):
    password = (config.parent / "password").read_text().strip()
    assert password not in doctor(config, "--mend").output
    assert password not in doctor(config, "--json").output
