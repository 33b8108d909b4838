"""Texts: the same in every language, none in a template, none that no page says."""

import re
from pathlib import Path
from string import Formatter

import pytest

from dunning_plugin.enforce.moves import Outcome
from dunning_plugin.jobs import WAITING
from dunning_plugin.model import Measure
from dunning_plugin.pages import rendering
from dunning_plugin.pages.overdue import FILTERS
from dunning_plugin.pages.speech import LANGUAGES, texts

PACKAGE = Path(rendering.__file__).parent
TEMPLATES = sorted(PACKAGE.glob("templates/*.j2"))
SOURCES = [*TEMPLATES, *sorted(PACKAGE.glob("*.py"))]
MADE = ("state.", "act.", "outcome.", "measure.", "error.", "job.title_", "job.state_", "overdue.filter_", "confirm.title_",
        "confirm.do_", "confirm.does_", "confirm.scope_", "impact.title_", "account.act_", "account.kind_", "import.count_",
        "import.preview_", "layout.")  # fmt: skip
"""Beginnings of keys whose end comes from data."""


def parts(text):
    """The values that a text takes, in each of its forms."""
    forms = [text] if isinstance(text, str) else [text["one"], text["other"]]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name} - {"n"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_exists_in_every_language_with_the_same_values(language):
    ours, english = texts(language), texts("en")
    assert set(ours) == set(english)
    for key, text in ours.items():
        assert parts(text) == parts(english[key]), key
        assert isinstance(text, str) == isinstance(english[key], str), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_counts_has_both_forms_and_the_other_names_the_number(language):
    for key, text in texts(language).items():
        if not isinstance(text, str):
            assert set(text) == {"one", "other"} and "{n}" in text["other"], key


def test_no_two_languages_say_the_same_but_for_a_few_words_that_they_share():
    same = {key for key in texts("en") if texts("en")[key] == texts("nl")[key]}
    assert same <= {"overdue.reseller", "account.kind_reseller", "impact.resellers", "job.account", "account.on",
                    "import.count_accounts"}, same  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_speaks_by_itself(template):
    bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    bare = re.sub(r"<(pre|code)[^>]*>.*?</\1>", " ", bare, flags=re.DOTALL)
    for attribute in ("aria-label", "title", "alt", "placeholder", "value", "data-label"):
        for value in re.findall(rf'\s{attribute}="([^"]*)"', bare):
            assert not re.search("[a-zA-Z]{2}", value) or value in ("overdue", "confirm", "account", "restore"), value
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", bare))
    assert set(words) <= {"dunning"}, words


def test_every_key_that_a_page_asks_for_exists():
    for source in SOURCES:
        for key in re.findall(r'(?:\bt|\.text|\btext)\(\s*f?"([a-z_]+\.[a-z_]+)"', source.read_text(encoding="utf-8")):
            assert key in texts("en") or (key.endswith("_") and key.startswith(MADE)), f"{source.name}: {key}"


def test_no_text_is_left_that_nothing_says():
    said = "\n".join(source.read_text(encoding="utf-8") for source in SOURCES)
    unsaid = [key for key in texts("en") if f'"{key}"' not in said and not key.startswith(MADE)]
    assert not unsaid


def test_every_outcome_measure_filter_and_mistake_has_its_text():
    keys = set(texts("en"))
    assert {"outcome." + outcome.value.replace(" ", "_") for outcome in Outcome} | {f"outcome.{WAITING}"} <= keys
    assert {f"measure.{measure.value}" for measure in Measure} <= keys
    assert {f"overdue.filter_{name}" for name in FILTERS} <= keys
    mistakes = {key for path in SOURCES for key in re.findall(r'PageMistake\("([a-z_]+)"', path.read_text())}
    assert mistakes and {f"error.{key}{end}" for key in mistakes for end in ("", "_lead")} <= keys
