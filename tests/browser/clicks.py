"""What a person does in a browser: logs in at the panel's own page, follows menus, presses buttons, waits for a job."""

import re
from typing import Any, Union
from urllib.parse import urlencode

from playwright.sync_api import Frame, Page, expect

from tests.browser.world import World

ADDRESS = "/CMD_PLUGINS_ADMIN/dunning/index.html"
JOB_SECONDS = 40
"""A job of the case takes two or three seconds; a loaded machine is given more."""
STATE = "[data-dunning-job] > p .badge"
Place = Union[Page, Frame]
"""A page, or what Evolution's frame holds: both are clicked alike."""


def log_in(page: Page, here: World, name: str = "admin") -> bool:
    """Type name and password into the panel's login page. Was he let in?"""
    page.goto(f"{here.panel.url}/CMD_LOGIN")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(here.filled.passwords[name])
    page.get_by_role("button", name="Login").click()
    return page.get_by_role("heading", name="DirectAdmin Login").count() == 0


def open_page(page: Page, here: World, name: str, /, **query: Any) -> Page:
    """A page of the plugin by its address."""
    page.goto(address(here, name, **query))
    return page


def address(here: World, name: str, /, **query: Any) -> str:
    """The address of a page of the plugin."""
    return f"{here.panel.url}{ADDRESS}?{urlencode({'page': name, **query}, doseq=True)}"


def open_from_evolution(page: Page, here: World) -> Frame:
    """Click the menu entry of Evolution: the frame that the plugin stands in."""
    page.goto(f"{here.panel.url}/evo/")
    page.get_by_role("link", name="Overdue resellers").click()
    page.frame_locator("iframe[name=plugin]").get_by_role("heading", name="Overview").wait_for()
    frame = page.frame(name="plugin")
    assert frame is not None
    return frame


def menu(place: Place, entry: str) -> None:
    """Follow an entry of the plugin's own menu."""
    place.get_by_role("navigation", name="Pages of dunning").get_by_role("link", name=entry, exact=True).click()
    expect(place.get_by_role("heading", level=1, name=entry)).to_be_visible()


def go_to_reseller(place: Place, name: str) -> None:
    """From wherever in the plugin: the overdue list, and there the reseller."""
    menu(place, "Overdue")
    place.get_by_role("link", name=name, exact=True).click()
    expect(place.get_by_role("heading", level=1)).to_contain_text(name)


def press(place: Place, act: str) -> None:
    """The button of an account's page that leads to a confirmation."""
    place.get_by_role("region", name="What can be done").get_by_role("link", name=act, exact=True).click()
    expect(place.get_by_role("heading", level=1)).to_contain_text("?")


def confirm(place: Place, button: str, why: str = "second reminder unanswered") -> None:
    """Give the reason and go on; returns when the job's page is there."""
    place.get_by_label("Reason").fill(why)
    place.get_by_role("button", name=button, exact=True).click()
    place.get_by_text("Taken on.").wait_for()


def wait_until_done(place: Place) -> None:
    """Watch the job's page, without touching it, until it says that all is done."""
    wait_until(place, "Done")


def wait_until(place: Place, word: str) -> None:
    """Watch the job's page until its state is that."""
    place.locator(STATE, has_text=re.compile(f"^{word}$")).first.wait_for(timeout=JOB_SECONDS * 1000)


def state(place: Place) -> Any:
    """The job's state, as its page shows it."""
    return place.locator(STATE).first


def suspend(place: Place, name: str) -> None:
    """The whole way: list, reseller, confirmation, reason, done."""
    go_to_reseller(place, name)
    press(place, "Suspend reseller")
    confirm(place, "Suspend")
    wait_until_done(place)


def count_of(place: Place, term: str) -> str:
    """The figure below that heading."""
    heading = place.locator("dt", has_text=re.compile(f"^{re.escape(term)}$"))
    return place.locator("dl.figures > div").filter(has=heading).locator("dd").inner_text()


def visit_site(page: Page, here: World, name: str, language: str = "nl") -> int:
    """Open an account's first site, as its visitors of that language do; the status. Its name leads to the sites'
    port, which answers by the Host header."""
    domain = here.panel.disk.domains(name)[0]
    headers = {"host": domain, "accept-language": language}
    page.route(
        f"http://{domain}/**",
        lambda route: route.fulfill(
            response=route.fetch(url=here.panel.sites_url, headers={**route.request.headers, **headers})
        ),
    )
    answer = page.goto(f"http://{domain}/")
    assert answer is not None
    return answer.status
