"""Completion in a real bash, man pages in a real man, and a command line that starts at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest
from click.testing import CliRunner

from dunning_plugin.cli.main import cli
from dunning_plugin.cli.reference import pages

COMPLETE = """
eval "$(_DUNNING_COMPLETE=bash_source dunning)"
COMP_WORDS=({words}) COMP_CWORD={at}
$(complete -p dunning | sed 's/.*-F \\([^ ]*\\).*/\\1/') dunning
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completions(*words: str) -> List[str]:
    """What bash itself offers for the last of these words."""
    quoted = " ".join(f'"{word}"' for word in words)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    script = COMPLETE.format(words=quoted, at=len(words) - 1)
    said = subprocess.run(
        ["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stderr == ""
    return said.stdout.split()


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_bash_completes_commands_options_and_choices():
    assert completions("dunning", "rest") == ["restore"]
    assert completions("dunning", "journal", "ver") == ["verify"]
    assert completions("dunning", "restore", "--deb") == ["--debtor"]
    assert completions("dunning", "suspend", "--measure", "lock") == ["lock_login"]


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man") / "man1"
    assert CliRunner().invoke(cli, ["man", str(folder)]).exit_code == 0
    return folder


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_every_man_page_is_set_without_a_warning(manual):
    for page in sorted(manual.iterdir()):
        words = ["groff", "-man", "-Tutf8", "-ww", "-z", str(page)]
        said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        assert said.stderr == "", f"{page.name}: {said.stderr}"


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_a_man_page_reads_as_the_help_does(manual):
    words = ["groff", "-man", "-Tascii", "-P-cbou", str(manual / "dunning-restore.1")]
    text = " ".join(subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout.split())
    assert "dunning-restore - Lift what we laid" in text
    for words in ("--paid", "--file", "EXIT STATUS", "Everything of all debtors who have nothing overdue any more"):
        assert words in text


def test_every_command_that_changes_has_a_dry_run_and_a_yes_and_every_one_that_lists_has_json():
    options = {page.name: " ".join(spelling for spelling, _ in page.options) for page in pages()}
    for name in ("suspend", "restore"):
        assert "--dry-run" in options[f"dunning {name}"] and "--yes" in options[f"dunning {name}"]
    assert "--dry-run" in options["dunning import"]
    for name in (
        "import",
        "overdue",
        "impact",
        "suspend",
        "restore",
        "status",
        "case",
        "journal show",
        "journal verify",
        "doctor",
    ):
        assert "--json" in options[f"dunning {name}"], name
