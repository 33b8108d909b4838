"""The command line's frame: errors become one sentence and an exit code; nothing heavy is loaded in vain."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Optional

import click
import pytest

from dunning_plugin import __version__, errors
from dunning_plugin.cli import main as frame
from dunning_plugin.cli.reference import EXIT_CODES

HEAVY = ("sqlalchemy", "alembic", "requests", "rich", "jinja2", "yaml")


def dunning(*words: str, env: Optional[Dict[str, str]] = None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DUNNING_", "_DUNNING"))}
    return subprocess.run(
        [sys.executable, "-m", "dunning_plugin", *words],
        env={**environment, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def run_in_process(monkeypatch: pytest.MonkeyPatch, act: "click.Command") -> int:
    monkeypatch.setattr(frame.LazyGroup, "get_command", lambda self, ctx, name: act)
    with pytest.raises(SystemExit) as end:
        frame.main(["anything"])
    return int(str(end.value.code))


def command_raising(error: BaseException) -> click.Command:
    @click.command()
    def act() -> None:
        raise error

    return act


def test_an_unknown_command_is_wrong_use():
    said = dunning("frobnicate")
    assert said.returncode == 2
    assert "No such command 'frobnicate'" in said.stderr


def test_an_unknown_option_is_wrong_use():
    said = dunning("overdue", "--frobnicate")
    assert said.returncode == 2
    assert "No such option" in said.stderr


def test_the_version_is_told():
    said = dunning("--version")
    assert (said.returncode, said.stdout) == (0, f"dunning, version {__version__}\n")


def test_a_missing_configuration_is_one_sentence_that_says_what_to_do(tmp_path: Path):
    said = dunning("--config", str(tmp_path / "none.yaml"), "overdue")
    assert said.returncode == 2
    assert said.stderr.startswith("dunning: ") and "--config" in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_an_odd_instant_is_wrong_input(tmp_path: Path):
    config = tmp_path / "dunning.yaml"
    config.write_text("""
host: {name: Host, contact: {name: Desk}, timezone: Europe/Amsterdam}
state_dir: state
panels: {da1: {kind: directadmin, url: "https://127.0.0.1:1"}}
""")
    said = dunning("--config", str(config), "--now", "tomorrow", "overdue")
    assert said.returncode == 2
    assert "--now" in said.stderr and "2009-04-08T09:00" in said.stderr


@pytest.mark.parametrize(
    "error, code",
    [
        (errors.DunningError("some accounts failed"), 1),
        (errors.InputError("wrong"), 2),
        (errors.GateClosed("not now"), 3),
        (errors.CaseBusy("another works"), 3),
        (errors.PanelUnreachable("no answer"), 4),
        (errors.PanelRefused("it said no"), 4),
        (errors.PanelChanged("it speaks otherwise"), 4),
        (errors.SourceUnreachable("no file"), 4),
    ],
)
def test_every_error_is_told_without_a_traceback_and_has_its_exit_code(monkeypatch, capsys, error, code):
    assert run_in_process(monkeypatch, command_raising(error)) == code
    assert capsys.readouterr().err == f"dunning: {error}\n"


def test_every_exit_code_of_an_error_is_explained_in_the_reference():
    raised = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")}
    assert raised <= {code for code, _ in EXIT_CODES}


def test_an_interruption_says_that_nothing_more_was_begun(monkeypatch, capsys):
    assert run_in_process(monkeypatch, command_raising(KeyboardInterrupt())) == 1
    assert "nothing more was begun" in capsys.readouterr().err


def test_a_command_may_return_its_exit_code(monkeypatch):
    assert run_in_process(monkeypatch, click.Command("act", callback=lambda: 3)) == 3


def loaded_by(words: List[str], env: Optional[Dict[str, str]] = None) -> str:
    script = (
        "import sys\n"
        "from dunning_plugin.cli.main import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "finally:\n"
        "    print('loaded:', *sorted(sys.modules), file=sys.stderr)\n"
    )
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("_DUNNING")}, **(env or {})}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return said.stderr


def test_help_loads_nothing_heavy():
    loaded = set(loaded_by(["--help"]).split())
    assert loaded.isdisjoint(HEAVY)


def test_completing_a_command_loads_no_command():
    environment = {"_DUNNING_COMPLETE": "bash_complete", "COMP_WORDS": "dunning s", "COMP_CWORD": "1"}
    loaded = set(loaded_by([], environment).split())
    assert loaded.isdisjoint(HEAVY)
    assert loaded.isdisjoint(f"dunning_plugin.cli.{name}" for name in ("suspend", "status", "sandbox"))


def test_completion_knows_commands_and_options():
    environment = {"_DUNNING_COMPLETE": "bash_complete", "COMP_WORDS": "dunning s", "COMP_CWORD": "1"}
    wanted = [f"plain,{name}" for name in frame.COMMANDS if name.startswith("s")]
    assert dunning(env=environment).stdout.split() == wanted and "plain,suspend" in wanted
    environment["COMP_WORDS"] = "dunning --"
    assert "plain,--config" in dunning(env=environment).stdout.split()
    environment.update(COMP_WORDS="dunning suspend --deb", COMP_CWORD="2")
    assert dunning(env=environment).stdout.split() == ["plain,--debtor"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_has_a_script_for_each_shell(shell: str):
    said = dunning(env={"_DUNNING_COMPLETE": f"{shell}_source"})
    assert said.returncode == 0 and "_dunning_completion" in said.stdout


@pytest.mark.parametrize("name", list(frame.COMMANDS))
def test_every_command_of_the_list_can_be_loaded(name: str):
    command = frame.cli.get_command(click.Context(frame.cli), name)
    assert command is not None and command.name == name
