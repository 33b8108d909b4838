"""A browser without script: asks for pages, follows links, fills in forms, reads what is there."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import parse_qs, urlsplit

import flask

BASE = "/CMD_PLUGINS_ADMIN/dunning/index.html"
VOID = {"input", "link", "br", "hr", "img", "meta"}
HIDDEN = {"script", "style"}


@dataclass
class Element:
    tag: str
    attributes: Dict[str, str]
    texts: List[str] = field(default_factory=list)
    parent: Optional["Element"] = None

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def inside(self, tag: str) -> Optional["Element"]:
        """The nearest element of that kind around this one."""
        found = self.parent
        while found is not None and found.tag != tag:
            found = found.parent
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: List[Element] = []
        self.all: List[Element] = []
        self.mistakes: List[str] = []

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.mistakes.append(f"<{tag}> has an attribute twice: {names}")
        element = Element(tag, {name: value or "" for name, value in attrs}, [], self.open[-1] if self.open else None)
        self.all.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.mistakes.append(f"</{tag}> closes {[element.tag for element in self.open[-2:]]}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.texts.append(data)


class Page:
    """One answer. `mistakes`: what is wrong with its markup."""

    def __init__(self, browser: "Browser", status: int, html: str) -> None:
        self.browser, self.status, self.html = browser, status, html
        reader = _Reader()
        reader.feed(html)
        reader.close()
        self.elements = reader.all
        self.mistakes = reader.mistakes + [f"<{element.tag}> is never closed" for element in reader.open]

    @property
    def text(self) -> str:
        """All that can be read, blanks made one."""
        return " ".join(element.text for element in self.elements if element.parent is None)

    @property
    def heading(self) -> str:
        return self.find("h1").text

    def every(self, tag: str, **attributes: str) -> List[Element]:
        wanted = {name.replace("_", "-").strip("-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element.attributes.get(name) == value for name, value in wanted.items())
        ]

    def find(self, tag: str, **attributes: str) -> Element:
        found = self.every(tag, **attributes)
        assert len(found) == 1, f"{len(found)} <{tag}> {attributes} in:\n{self.html}"
        return found[0]

    def has_text(self, text: str) -> bool:
        return text in self.text

    def link(self, text: str) -> str:
        """The address of the only link that says so, whatever else it says unseen."""
        found = [a for a in self.every("a") if a.text == text or a.text.startswith(text + " ")]
        assert found, f"no link '{text}' among {[a.text for a in self.every('a')]}"
        return found[0].attributes["href"]

    def follow(self, text: str) -> "Page":
        return self.browser.open(self.link(text))

    def form(self) -> Tuple[str, Dict[str, str]]:
        """Address and fields, as they stand, of the only form that is posted."""
        form = self.find("form", method="post")
        fields = {}
        for element in self.elements:
            given = element.attributes
            if element.inside("form") is not form or "name" not in given:
                continue
            if element.tag == "textarea":
                fields[given["name"]] = "".join(element.texts)
            elif given.get("type") not in ("checkbox", "radio") or "checked" in given:
                fields[given["name"]] = given.get("value", "")
        return form.attributes["action"], fields

    def send(self, **changes: str) -> "Page":
        """Send that form with these fields changed."""
        address, fields = self.form()
        return self.browser.post(address, {**fields, **changes})

    def rows(self) -> List[List[str]]:
        """The texts of the first table's body, cell by cell."""
        body = self.every("tbody")
        if not body:
            return []
        found: Dict[int, List[str]] = {}
        for element in self.elements:
            row = element.inside("tr")
            if element.tag in ("td", "th") and row is not None and row.parent is body[0]:
                found.setdefault(id(row), []).append(element.text)
        return list(found.values())


class Browser:
    """One admin's session."""

    def __init__(self, app: flask.Flask, session: str) -> None:
        self.client = app.test_client()
        self.headers = {"X-Session-Id": session, "X-Session-Key": "k" * 39}

    def get(self, page: str = "", **query: Any) -> Page:
        return self._page(self.client.get("/index.html", query_string={"page": page, **query}, headers=self.headers))

    def open(self, address: str) -> Page:
        """A link's address, which must be one of ours."""
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, parts.path) == ("", "", BASE), address
        return self._page(self.client.get("/index.html", query_string=parts.query, headers=self.headers))

    def post(self, address: str, fields: Any, **more: Any) -> Page:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, parts.path) == ("", "", BASE), address
        answer = self.client.post("/index.html", query_string=parts.query, data=fields, headers=self.headers, **more)
        return self._page(answer)

    def data(self, page: str, **query: Any) -> Any:
        return self.client.get("/data.raw", query_string={"page": page, **query}, headers=self.headers)

    def _page(self, answer: Any) -> Page:
        return Page(self, answer.status_code, answer.get_data(as_text=True))


def query_of(address: str) -> Dict[str, List[str]]:
    return parse_qs(urlsplit(address).query)
