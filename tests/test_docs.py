"""The docs cannot lie: generated pages are fresh, every command and every setting is on them."""

from pathlib import Path

import pytest

from dunning_plugin.cli import docs as cli_docs
from dunning_plugin.cli.main import COMMANDS
from dunning_plugin.config import docs as config_docs
from dunning_plugin.config import load
from dunning_plugin.sandbox import docs as sandbox_docs
from dunning_plugin.sandbox.directadmin.behaviours import BEHAVIOURS
from dunning_plugin.sandbox.directadmin.options import Options

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("name", "made"),
    [("configuration.md", config_docs.page), ("sandbox.md", sandbox_docs.page), ("cli.md", cli_docs.markdown)],
)
def test_a_generated_page_is_fresh(name, made):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == made(), "run `make docs`"


def test_every_command_is_named_in_the_readme_or_the_commands_page():
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"dunning {name}" not in text] == []


def test_the_sample_configuration_is_one_that_loads(tmp_path):
    sample = config_docs.page().split("```yaml\n")[1].split("```")[0]
    (tmp_path / "dunning.yaml").write_text(sample, encoding="utf-8")
    assert load(tmp_path / "dunning.yaml").panels["da1"].chunk == 200


def test_every_open_question_has_its_switch_on_the_page():
    assert {row.option for row in BEHAVIOURS if row.option} <= set(vars(Options()))
    assert {row.grade for row in BEHAVIOURS} <= {"recorded", "documented", "reported", "assumed"}
