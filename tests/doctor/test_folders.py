"""Who may read and write what dunning keeps."""

from pathlib import Path
from typing import List

import pytest

from dunning_plugin.doctor.finding import Finding, Level
from dunning_plugin.doctor.folders import check_state, password_problem
from dunning_plugin.panels.directadmin import hookfiles


def bad(findings: "List[Finding]") -> List[Finding]:
    return [finding for finding in findings if finding.level is Level.BAD]


def state(tmp_path: Path) -> Path:
    hookfiles.prepare_state(tmp_path / "state")
    return tmp_path / "state"


def test_a_prepared_state_folder_is_well(tmp_path: Path):
    found = list(check_state(state(tmp_path)))
    assert [finding.level for finding in found] == [Level.OK]


def test_a_missing_state_folder_is_bad_and_can_be_mended(tmp_path: Path):
    found = bad(list(check_state(tmp_path / "state")))
    assert found and all("--mend" in finding.remedy for finding in found)


@pytest.mark.parametrize("part", hookfiles.FOLDERS)
def test_a_missing_part_of_the_state_folder_is_bad(tmp_path: Path, part: str):
    folder = state(tmp_path)
    (folder / part).rename(tmp_path / "elsewhere")
    assert any(str(folder / part) in finding.what for finding in bad(list(check_state(folder))))


@pytest.mark.parametrize("part", [".", *hookfiles.FOLDERS])
def test_a_folder_that_others_may_enter_is_bad(tmp_path: Path, part: str):
    folder = state(tmp_path)
    (folder / part).chmod(0o755)
    found = bad(list(check_state(folder)))
    assert [finding.remedy for finding in found] == [f"chmod 700 {folder / part}"]


def test_a_link_in_place_of_the_lock_folder_is_bad(tmp_path: Path):
    folder = state(tmp_path)
    (folder / "locks/login").rename(tmp_path / "moved")
    (folder / "locks/login").symlink_to(tmp_path / "moved")
    assert "is no folder" in bad(list(check_state(folder)))[0].what


def test_a_password_file_of_ours_alone_is_well(tmp_path: Path):
    secret = tmp_path / "key"
    secret.write_text("secret")
    secret.chmod(0o600)
    assert password_problem(secret) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_password_file_that_others_may_read_is_bad(tmp_path: Path, mode: int):
    secret = tmp_path / "key"
    secret.write_text("secret")
    secret.chmod(mode)
    problem = password_problem(secret)
    assert problem is not None and problem.remedy == f"chmod 600 {secret}"
    assert "secret" not in problem.what


def test_a_missing_password_file_is_bad(tmp_path: Path):
    problem = password_problem(tmp_path / "none")
    assert problem is not None and "not there" in problem.what
