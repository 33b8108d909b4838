"""What every page promises: sound markup, labels, headings, nothing inline, nothing from outside, no secret."""

import re
from collections import Counter
from pathlib import Path

import pytest

import dunning_plugin
from dunning_plugin.pages import addresses
from tests.pages.browser import BASE

IMAGES = Path(dunning_plugin.__file__).parents[2] / "plugin/images"
SHOWN = {
    "overview": {},
    "overdue": {},
    "overdue searched": {"page": "overdue", "q": "x"},
    "reseller": {"page": "account", "name": "da1/atelier"},
    "user": {"page": "account", "name": "da1/atelier01"},
    "suspend": {"page": "confirm", "act": "suspend", "name": "da1/atelier"},
    "suspend user": {"page": "confirm", "act": "suspend", "name": "da1/atelier02"},
    "lock": {"page": "confirm", "act": "lock_login", "name": "da1/atelier"},
    "notice": {"page": "confirm", "act": "notice_web", "name": "da1/atelier"},
    "restore": {"page": "confirm", "act": "restore", "name": ["da1/odd", "da1/atelier"]},
    "job": {"page": "job"},
    "jobs": {},
    "import": {},
    "preview": {"page": "import", "file": "debtors.yaml", "kind": "debtors"},
    "refused": {"page": "import", "file": "wrong.csv", "kind": "invoices", "source": "invoices"},
    "journal": {},
    "error": {"page": "nope"},
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Every page once, on a host where something has happened; read only."""
    from tests.pages.host import busy_host

    with busy_host(tmp_path_factory.mktemp("host")) as host:
        browser = host.browser("S" * 39)
        browser.get("confirm", act="suspend", name="da1/odd").send(why="x")
        browser.get("confirm", act="lock_login", name="da1/atelier").send(why="x")
        host.work()
        browser.password = host.panel.password
        host.put("debtors.yaml", "- key: nieuw\n  name: Nieuw\n")
        host.put("wrong.csv", "nothing\n")
        shown = {}
        for name, query in SHOWN.items():
            more = {"id": host.jobs()[0].id} if name == "job" else {}
            shown[name] = browser.get(**{"page": name, **query, **more})
        yield shown


def each(pages):
    return pages.items()


def test_every_page_is_sound_and_has_one_heading_one_main_and_a_skip_link(pages):
    for name, page in each(pages):
        assert not page.mistakes, f"{name}: {page.mistakes}"
        assert len(page.every("h1")) == len(page.every("main")) == 1, name
        target = page.every("a")[0].attributes["href"]
        assert target == "#" + page.find("main").attributes["id"], name


def test_headings_leave_out_no_level(pages):
    for name, page in each(pages):
        levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
        assert levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])), f"{name}: {levels}"


def test_every_field_has_a_label_and_every_id_is_there_once(pages):
    for name, page in each(pages):
        ids = Counter(element.attributes["id"] for element in page.elements if "id" in element.attributes)
        assert all(count == 1 for count in ids.values()), f"{name}: {ids}"
        labelled = {label.attributes.get("for") for label in page.every("label")}
        for element in page.elements:
            if element.tag in ("input", "select", "textarea") and element.attributes.get("type") != "hidden":
                assert element.attributes.get("id") in labelled or element.inside("label"), f"{name}: {element}"
            for reference in ("aria-labelledby", "aria-describedby"):
                if reference in element.attributes:
                    assert element.attributes[reference] in ids, f"{name}: {element.attributes[reference]}"


def test_every_table_has_a_caption_and_scoped_headings_and_cells_that_name_their_column(pages):
    for name, page in each(pages):
        assert len(page.every("table")) == len(page.every("caption")), name
        for head in page.every("th"):
            assert head.attributes["scope"] == ("col" if head.inside("thead") else "row"), name
        for cell in page.every("td"):
            assert cell.attributes.get("data-label") or cell.attributes.get("class") == "pick", f"{name}: {cell.text}"


def test_every_link_button_and_frame_has_a_name(pages):
    for name, page in each(pages):
        for element in page.elements:
            if element.tag in ("a", "button", "summary"):
                assert element.text, f"{name}: {element.attributes}"
            if element.tag == "nav" or element.tag == "progress":
                assert element.attributes["aria-label"], name


def test_nothing_is_inline_and_nothing_comes_from_outside(pages):
    for name, page in each(pages):
        for element in page.elements:
            assert element.tag not in ("style", "object", "embed", "base", "meta"), name
            for attribute, value in element.attributes.items():
                assert not attribute.startswith("on") and attribute != "style", f"{name}: {attribute}"
                if attribute in ("href", "src", "action", "data-dunning-job", "data-dunning-address"):
                    assert value.startswith(("#", "/CMD_PLUGINS_ADMIN/dunning/")), f"{name}: {value}"
        assert all(not script.text and "src" in script.attributes for script in page.every("script")), name


def test_every_address_is_ours_and_every_link_of_a_page_leads_to_a_page(pages):
    for name, page in each(pages):
        for link in page.every("a"):
            if link.attributes["href"].startswith(BASE):
                assert page.browser.open(link.attributes["href"]).status == 200, f"{name}: {link.attributes['href']}"


def test_every_form_is_sent_in_utf_8_whatever_encoding_the_skin_declares(pages):
    for name, page in each(pages):
        for form in page.every("form"):
            assert form.attributes["accept-charset"] == "utf-8", name


def test_a_page_holds_neither_session_nor_secret(pages):
    for name, page in each(pages):
        for secret in ("k" * 39, "S" * 39, "Pw-atelier", page.browser.password):
            assert secret not in page.html, f"{name}: {secret}"
        for element in page.elements:
            addresses_of = [element.attributes.get(key, "") for key in ("href", "action", "data-dunning-address")]
            assert not any("token" in address for address in addresses_of), name


def test_the_answer_is_a_fragment_for_the_skin_to_wrap(pages):
    for name, page in each(pages):
        assert not [element for element in page.elements if element.tag in ("html", "head", "body", "title")], name
        assert not page.html.lower().startswith("<!doctype"), name


def test_style_and_script_are_files_with_our_version_in_their_names_and_take_nothing_from_outside():
    for kind in ("css", "js"):
        file = IMAGES / addresses.static(kind).rpartition("/")[2]
        text = file.read_text(encoding="utf-8")
        # A skin may declare any encoding, and these files are read in it.
        assert text.isascii()
        assert "://" not in text and "@import" not in text and "url(" not in text
        assert dunning_plugin.__version__ in file.name


def test_every_rule_of_the_style_begins_at_our_root():
    text = re.sub(r"/\*.*?\*/", "", next(IMAGES.glob("dunning-*.css")).read_text(), flags=re.DOTALL)
    for block in re.findall(r"([^{}]+)\{", text):
        for selector in re.sub(r":not\([^)]*\)|:has\([^)]*\)", "", block).split(","):
            selector = selector.strip()
            assert selector.startswith((".dunning", "@")) or block.strip().startswith("@"), selector


def test_every_class_and_hook_that_the_script_looks_for_is_in_a_page(pages):
    script = next(IMAGES.glob("dunning-*.js")).read_text()
    html = "".join(page.html for page in pages.values()) + "data-dunning-plain"
    for hook in set(re.findall(r"\[(data-dunning-[a-z]+)\]", script)):
        assert hook in html, hook
    for name in ("progress-words", "data-dunning-plain"):
        assert name in "".join(
            path.read_text() for path in Path(dunning_plugin.__file__).parent.glob("pages/templates/*")
        )
