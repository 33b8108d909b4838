"""Man pages from the commands' own definitions."""

from pathlib import Path

from click.testing import CliRunner

from dunning_plugin.cli.main import cli
from dunning_plugin.cli.man import escaped, roff
from dunning_plugin.cli.reference import Page, Paragraph, pages


def test_one_page_a_command_is_written(tmp_path: Path):
    said = CliRunner().invoke(cli, ["man", str(tmp_path / "man1")])
    assert said.exit_code == 0, said.output
    assert {path.name for path in (tmp_path / "man1").iterdir()} == {f"{'-'.join(page.words)}.1" for page in pages()}
    assert {"dunning.1", "dunning-restore.1", "dunning-journal-verify.1"} <= {
        path.name for path in (tmp_path / "man1").iterdir()
    }


def test_a_page_tells_every_option_and_exit_code():
    restore = next(page for page in pages() if page.name == "dunning restore")
    text = "\n".join(roff(restore))
    assert all(escaped(spelling) in text for spelling, _ in restore.options)
    assert all(f".B {code}\n" in text for code in range(5))


def test_no_line_of_text_is_taken_for_a_request_or_an_escape():
    page = Page(("dunning", "odd"), "Odd", "dunning odd", (Paragraph(".SH stolen\n'quoted' \\n", kept=True),), (), ())
    lines = "\n".join(roff(page)).splitlines()
    assert "\\&.SH stolen" in lines
    assert "\\&'quoted' \\en" in lines
