"""For people: screen readers, narrow windows, large text, dark skins, two languages, in and outside a frame."""

import pytest

from tests.browser import axe, clicks
from tests.browser.clicks import confirm, open_page, wait_until_done
from tests.browser.launch import how
from tests.browser.world import DUTCH

LAID, FREE = {"name": "da1/atelier"}, {"name": "da1/bytewerk"}
PAGES = {
    "overview": ("overview", {}),
    "list": ("overdue", {}),
    "list without a match": ("overdue", {"q": "nobody"}),
    "reseller with blocks": ("account", LAID),
    "reseller": ("account", FREE),
    "user": ("account", {"name": "da1/webbouw07"}),
    "confirm lock": ("confirm", {"act": "lock_login", **FREE}),
    "confirm notice": ("confirm", {"act": "notice_web", **FREE}),
    "confirm suspension": ("confirm", {"act": "suspend", **FREE}),
    "confirm suspension again": ("confirm", {"act": "suspend", **LAID}),
    "confirm restore": ("confirm", {"act": "restore", **LAID}),
    "confirm restore of two": ("confirm", {"act": "restore", "name": ["da1/atelier", "da1/noordweb"]}),
    "jobs": ("jobs", {}),
    "job": ("job", {}),
    "import": ("import", {}),
    "import preview": ("import", {"file": "invoices.csv", "kind": "invoices", "source": "invoices"}),
    "import refused": ("import", {"file": "odd.csv", "kind": "invoices", "source": "invoices"}),
    "journal": ("journal", {}),
    "error": ("nothing", {}),
}


@pytest.fixture(scope="module")
def busy(here, chromium):
    """A host in the middle of its work: a reseller suspended through the page, another locked, files to take in."""
    here.put("invoices.csv", (here.folder / "invoices.csv").read_bytes().replace(b"2009-0320", b"2009-0321"))
    here.put("odd.csv", b"Factuurnummer;Debiteur\r\n1;2\r\n")
    here.put("debtors.yaml", (here.folder / "debtors.yaml").read_bytes())
    context = chromium.new_context()
    page = context.new_page()
    assert clicks.log_in(page, here)
    open_page(page, here, "confirm", act="suspend", **LAID)
    confirm(page, "Suspend")
    wait_until_done(page)
    here.job = page.locator("dl.facts code").inner_text()
    context.close()
    here.run("suspend", "noordweb", "--measure", "lock_login", "--scope", "reseller", "--why", "x", "--yes")
    yield here
    here.wait_for_jobs()
    here.restore_all()
    assert here.state() == here.free


@pytest.fixture(scope="module")
def reader(busy, chromium):
    """reader(language): a page in which an admin of that language is logged in; movements are reduced."""
    context = {name: chromium.new_context(reduced_motion="reduce") for name in ("en", "nl")}
    for language, admin in (("en", "admin"), ("nl", DUTCH)):
        assert clicks.log_in(context[language].new_page(), busy, admin)
    yield lambda language: context[language].pages[0]
    for each in context.values():
        each.close()


def open_as(page, here, name):
    kind, query = PAGES[name]
    return open_page(page, here, kind, **({"id": here.job} if name == "job" else query))


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("nl", "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_either_language_light_or_dark(reader, busy, name, language, scheme):
    page = reader(language)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme=scheme)
    open_as(page, busy, name)
    assert page.locator(".dunning").get_attribute("lang") == language
    assert axe.violations(page) == []


def test_axe_finds_nothing_on_a_job_that_runs(busy, new_context):
    page = new_context(reduced_motion="reduce").new_page()
    assert clicks.log_in(page, busy)
    busy.panel.faults.plan("hang", path="SELECT_USERS", seconds=3)
    open_page(page, busy, "confirm", act="suspend", name="da1/zuidhost01")
    page.get_by_label("nothing is overdue").check()
    confirm(page, "Suspend")
    clicks.wait_until(page, "Running")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe.violations(page) == []
    assert clicks.state(page).inner_text() == "Running"
    busy.wait_for_jobs()


def test_axe_finds_nothing_when_the_service_is_down(busy, reader):
    page = reader("en")
    busy.stop_service()
    try:
        open_page(page, busy, "overview")
        assert "systemctl start dunning" in page.content() and axe.violations(page) == []
    finally:
        busy.start_service()


def test_axe_finds_nothing_inside_evolutions_frame(busy, reader):
    page = reader("en")
    frame = clicks.open_from_evolution(page, busy)
    clicks.go_to_reseller(frame, "webbouw")
    assert axe.violations(frame) == [] and axe.violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_and_nobody_scrolls_sideways_at_any_width(reader, busy, name):
    page = reader("nl")
    open_as(page, busy, name)
    for width in (320, 480, 768, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        for names in page.locator("details").all():
            names.evaluate("(one) => { one.open = true }")
        assert not axe.scrolls_sideways(page), width
        assert axe.cut(page) == [], width


def test_nothing_is_cut_inside_evolutions_frame_at_320_pixels(busy, reader):
    page = reader("en")
    page.set_viewport_size({"width": 320, "height": 800})
    frame = clicks.open_from_evolution(page, busy)
    clicks.go_to_reseller(frame, "webbouw")
    assert not axe.scrolls_sideways(frame) and not axe.scrolls_sideways(page) and axe.cut(frame) == []


@pytest.fixture(scope="module")
def large_text(chromium, busy):
    """A browser whose reader has set its text to twice the usual size."""
    browser = chromium.browser_type.launch(**how("--blink-settings=defaultFontSize=32"))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    assert clicks.log_in(page, busy)
    yield page
    browser.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_when_text_is_twice_as_large(large_text, busy, name):
    open_as(large_text, busy, name)
    assert large_text.evaluate("getComputedStyle(document.querySelector('.dunning')).fontSize") == "32px"
    for width in (640, 1280):
        large_text.set_viewport_size({"width": width, "height": 900})
        assert not axe.scrolls_sideways(large_text), width
        assert axe.cut(large_text) == [], width


def test_the_rulers_find_what_is_wrong(busy, reader):
    page = reader("en")
    page.emulate_media(color_scheme="light")
    open_page(page, busy, "overdue")
    page.evaluate("""() => {
        const wrong = document.createElement('p');
        wrong.innerHTML = '<img src="data:,"><b style="position:relative;left:3000px">out</b>' +
            '<i style="display:block;width:2em;overflow:hidden;white-space:nowrap">this is cut off</i>';
        document.querySelector('#dunning-main').append(wrong);
    }""")
    assert [rule for rule, *_ in axe.violations(page)] == ["image-alt"]
    assert axe.scrolls_sideways(page) and [found[:2] for found in axe.cut(page)] == ["<b", "<i"]


# -- the notice itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_notice_is_for_everybody_and_asks_nobody_else(busy, new_context, language):
    folder = busy.folder / f"notice-{language}"
    busy.run("notice", "preview", "--language", language, "--output", str(folder))
    file = folder / "index.html"
    page = new_context(reduced_motion="reduce").new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()] and page.locator("html").get_attribute("lang") == language
    assert page.locator("script").count() == 0
    colours = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert axe.violations(page) == []
    assert len(colours) == 2, "the dark skin looks like the light one"
    page.set_viewport_size({"width": 320, "height": 600})
    assert not axe.scrolls_sideways(page) and axe.cut(page) == []


def test_pages_bring_their_own_colours_in_dark(reader, busy):
    page = reader("en")
    open_page(page, busy, "overview")
    seen = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        seen.add(page.evaluate("getComputedStyle(document.querySelector('.dunning')).backgroundColor"))
    assert len(seen) == 2
