"""The reference: every command and option is explained, and what the pages name is there."""

import re
import shlex
from pathlib import Path
from typing import Iterator, List

import pytest

from dunning_plugin.cli.docs import markdown
from dunning_plugin.cli.main import COMMANDS
from dunning_plugin.cli.reference import pages, paragraphs_of

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def names_of(paths: List[Path]) -> List[str]:
    return [path.name for path in paths]


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: page.name)
def test_every_command_and_option_has_help(page):
    assert page.summary
    assert [spelling for spelling, meaning in page.options if not re.search(r"\w", meaning.split("[")[0])] == []


def test_every_command_and_option_is_on_the_page():
    text = markdown()
    for page in pages():
        assert f"\n## {page.name}\n" in text
        for spelling, _ in page.options:
            assert spelling.replace("|", "\\|") in text


def test_paragraphs_are_joined_unless_their_lines_are_to_be_kept():
    first, second = paragraphs_of("One\n    goes on.\n\n    \b\n    a\n    b\f\n    hidden")
    assert (first.text, first.kept) == ("One goes on.", False)
    assert (second.text, second.kept) == ("a\nb", True)


def commands_in(text: str) -> Iterator[List[str]]:
    """The words after `dunning` in code: spans, indented lines and fenced blocks with a prompt."""
    for code in re.findall(r"`(?:\$ )?(dunning [^`\n]*)`", text) + re.findall(
        r"^(?:\$|    ) ?(dunning .*)$", text, re.M
    ):
        try:
            words = shlex.split(code)
        except ValueError:
            continue
        yield words[1:]


@pytest.mark.parametrize("path", WRITTEN, ids=names_of(WRITTEN))
def test_every_command_that_a_page_names_exists(path: Path):
    options = {
        option for page in pages() for spelling, _ in page.options for option in re.findall(r"--?[\w-]+", spelling)
    }
    for words in commands_in(path.read_text(encoding="utf-8")):
        plain = [word for word in words if not word.startswith("-") and word[:1].islower()]
        if plain and not words[0].startswith("-"):
            assert plain[0] in COMMANDS, words
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= options, words


@pytest.mark.parametrize("path", WRITTEN, ids=names_of(WRITTEN))
def test_every_make_target_that_a_page_names_exists(path: Path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", path.read_text(encoding="utf-8"), re.M))
    assert named <= targets


@pytest.mark.parametrize("path", WRITTEN, ids=names_of(WRITTEN))
def test_every_file_that_a_page_links_to_is_there(path: Path):
    links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []
