"""An admin's clicks without a browser: real HTTP requests to the panel's login page and the plugin's page.

It reads the forms that the pages show and posts them as a browser would; nothing is known beforehand of their fields.
"""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from dunning_plugin.errors import PanelChanged, PanelRefused

PAGE = "/CMD_PLUGINS_ADMIN/dunning/index.html"
DATA = "/CMD_PLUGINS_ADMIN/dunning/data.raw"
SECONDS = 60
POLL_SECONDS = 0.2


@dataclass
class Form:
    """A form that posts: where to, and the values its fields have when nobody touches them."""

    action: str
    values: Dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects the forms that post, and the page's headline."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: List[Form] = []
        self.heading = ""
        self._open: Optional[Form] = None
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(values.get("action", "")) if values.get("method", "").lower() == "post" else None
            self.forms += [self._open] if self._open else []
        elif tag == "h1" and not self.heading:
            self._in_heading = True
        elif self._open and tag in ("input", "textarea") and values.get("name"):
            ticked = values.get("type") not in ("checkbox", "radio") or "checked" in values
            if ticked:
                self._open.values[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "h1":
            self._in_heading = False

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.heading += data


@dataclass
class Shown:
    """A page as it was answered."""

    status: int
    heading: str
    forms: List[Form]
    text: str
    address: str


class Admin:
    """One admin in one browser: logs in at the panel's login page, then clicks in the plugin's page."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        form = {"username": username, "password": password, "referer": PAGE}
        answer = self.session.post(f"{url}/CMD_LOGIN", data=form, allow_redirects=False, timeout=SECONDS)
        if not answer.headers.get("Location"):
            raise PanelRefused(f"the panel did not let {username} in at {url}/CMD_LOGIN")

    def open(self, page: str, **query: str) -> Shown:
        """A page of the plugin, by GET."""
        return _shown(self.session.get(self.url + PAGE, params={"page": page, **query}, timeout=SECONDS))

    def send(self, shown: Shown, **values: str) -> Shown:
        """Fill in the page's form and post it. PanelChanged if it shows none."""
        if not shown.forms:
            raise PanelChanged(f"the page '{shown.heading.strip()}' shows no form")
        form = shown.forms[0]
        return _shown(
            self.session.post(urljoin(shown.address, form.action), {**form.values, **values}, timeout=SECONDS)
        )

    def job(self, job_id: str) -> Dict[str, Any]:
        """A job's figures as the page's script reads them."""
        answer = self.session.get(self.url + DATA, params={"page": "job", "id": job_id}, timeout=SECONDS)
        found: Dict[str, Any] = answer.json()
        return found

    def wait_for(self, shown: Shown) -> Dict[str, Any]:
        """Wait until the job that a page shows is over; its figures. PanelChanged if the page shows none."""
        job_id = job_of(shown)
        until = time.monotonic() + 10 * SECONDS
        while time.monotonic() < until:
            figures = self.job(job_id)
            if figures.get("over") or "error" in figures:
                return figures
            time.sleep(POLL_SECONDS)
        raise PanelChanged(f"job {job_id} did not end")

    def close(self) -> None:
        """Close the browser."""
        self.session.close()


def job_of(shown: Shown) -> str:
    """The id of the job that a page is about: it stands in the address of its figures."""
    for part in shown.text.split('"'):
        address = part.replace("&amp;", "&")
        if address.startswith(DATA):
            return parse_qs(urlsplit(address).query).get("id", [""])[0]
    raise PanelChanged(f"the page '{shown.heading.strip()}' shows no job")


def _shown(answer: requests.Response) -> Shown:
    forms = _Forms()
    forms.feed(answer.text)
    return Shown(answer.status_code, forms.heading, forms.forms, answer.text, answer.url)
