"""One browser a process, one host a module. After each test everything is restored, and must be as it was."""

import os
from contextlib import ExitStack, contextmanager

import pytest

from tests.browser import clicks
from tests.browser.launch import launched
from tests.browser.world import package_of_run, world

PATIENCE = 15_000
"""Milliseconds that a loaded machine is given for one step."""
SIZE = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """The built package, one for all processes of the run."""
    base = tmp_path_factory.getbasetemp()
    return package_of_run(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


@pytest.fixture(scope="session")
def chromium():
    """The system's own Chromium, without a window."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def here(archive, request):
    """The case of Webbouw Noord, books filled, or what the module's WORLD says."""
    with world(archive, **getattr(request.module, "WORLD", {})) as here:
        yield here


@pytest.fixture(scope="session")
def context_of(chromium):
    """context_of(**options): a browser that shares nothing with others. No page in it may speak to anybody else."""

    @contextmanager
    def make(**options):
        strange = []
        context = chromium.new_context(**{"viewport": SIZE, "locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: strange.append(request.url) if _is_strange(request.url) else None)
        yield context
        context.close()
        assert strange == []

    return make


@pytest.fixture
def new_context(context_of):
    """Browsers of other people, closed in the end."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(context_of(**options))


def _is_strange(url):
    known = ("http://127.0.0.1:", "data:", "about:", "blob:", "file:")
    return not url.startswith(known) and ".example/" not in url


@pytest.fixture(scope="module")
def logged_in(chromium, here):
    """The cookies of an admin who has logged in at the panel's own login page."""
    context = chromium.new_context()
    assert clicks.log_in(context.new_page(), here)
    cookies = context.storage_state()
    context.close()
    return cookies


@pytest.fixture(scope="module")
def admins_browser(context_of, logged_in):
    """A browser in which the admin is logged in to the panel."""
    with context_of(storage_state=logged_in) as context:
        yield context


@pytest.fixture
def page(admins_browser, as_it_was):
    """A tab of it. No script of ours may fail there."""
    failed = []
    page = admins_browser.new_page()
    page.on("pageerror", lambda error: failed.append(error))
    yield page
    page.close()
    assert failed == []


@pytest.fixture
def as_it_was(here):
    """Whatever the test did is restored, and the panel's files are then what they were."""
    before = here.journal_entries()
    yield
    if not here.runs:
        here.start_service()
    here.wait_for_jobs()
    if here.journal_entries() != before:
        here.panel.faults.planned.clear()
        here.restore_all()
        assert here.state() == here.free
