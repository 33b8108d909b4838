"""A real Apache serves the published folder just so, and the sandbox's web server answers the same."""

from urllib.parse import unquote, urlsplit

import pytest

from dunning_plugin.config.settings import Contact, NoticeSettings
from dunning_plugin.notice.render import pages
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.sites import Sites
from dunning_plugin.sandbox.directadmin.wire import Request
from tests.services import apache

PATHS = [
    "/",
    "/index.html",
    "/contact",
    "/deep/er/path/",
    "/?a=1&b=2",
    "/wp-login.php?x=y",
    "/robots.txt",
    "/favicon.ico",
    "/nl.html",
    "/en.html",
    "/.dunning",
    "/.htaccess",
    "/%7Euser",
    "/a%20b",
    "/..%2f",
    "/.well-known/",
    "/.well-known/other",
    "/.well-known/acme-challenge/",
    "/.well-known/acme-challenge/token_1-A",
    "/.well-known/acme-challenge/none",
    "/.well-known/acme-challenge/../../index.html",
    "//",
    "/INDEX.HTML",
    "/é",
]
ACCEPT = ["", "nl", "en-GB,en;q=0.9", "de-DE,de;q=0.8,en;q=0.5", "fr", "pl,nl;q=0.5", "*"]
REPORTED = ("retry-after", "cache-control", "x-robots-tag")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    top = tmp_path_factory.mktemp("apache")
    for path in (top, *top.parents):
        if path.stat().st_mode & 0o055 != 0o055 and str(path).startswith("/tmp"):
            path.chmod(0o755)
    site = top / "home/admin/domains/sharedip"
    site.mkdir(parents=True)
    for name, content in pages(
        NoticeSettings(), Contact("Service desk", "desk@host.example"), "K7QM-2XHB", "nl"
    ).items():
        (site / name).write_bytes(content)
        (site / name).chmod(0o644)
    challenge = site / ".well-known/acme-challenge"
    challenge.mkdir(parents=True)
    (challenge / "token_1-A").write_text("proof\n")
    return top


@pytest.fixture(scope="module")
def server(folder):
    with apache.running(folder, folder / "home/admin/domains/sharedip") as running:
        yield running


@pytest.fixture
def sandbox(folder):
    return Sites(Disk(folder), Options())


def lang(body):
    start = body.find(b'<html lang="')
    return body[start + 12 : start + 14].decode() if start >= 0 else ""


@pytest.mark.parametrize(
    "path", [path for path in PATHS if "token" not in path and "none" not in path and ".ht" not in path]
)
def test_every_path_answers_503_with_the_page_and_its_headers(server, path):
    answer = server.ask(path.encode().decode("latin-1"))
    assert answer.status in (503, 400, 404) if "%2f" in path else answer.status == 503
    if answer.status == 503:
        assert lang(answer.body) == "nl" and b"K7QM-2XHB" in answer.body
        assert answer.headers["retry-after"] == "86400" and answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"


def test_the_htaccess_itself_is_denied_with_the_same_page(server):
    answer = server.ask("/.htaccess")
    assert answer.status == 403 and b"K7QM-2XHB" in answer.body


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_every_method_answers_503(server, method):
    answer = server.ask("/form", method, body=b"x=1" if method == "POST" else b"")
    assert answer.status == 503 and (b"K7QM-2XHB" in answer.body) == (method != "HEAD")


def test_a_certificate_challenge_is_answered(server):
    answer = server.ask("/.well-known/acme-challenge/token_1-A")
    assert (answer.status, answer.body) == (200, b"proof\n")
    assert server.ask("/.well-known/acme-challenge/none").status == 404


@pytest.mark.parametrize(
    ("accept", "language"), [("en-GB,en;q=0.9", "en"), ("de", "de"), ("fr", "fr"), ("pl", "nl"), ("", "nl")]
)
def test_the_visitors_language_is_chosen(server, accept, language):
    assert lang(server.ask("/x", headers={"Accept-Language": accept} if accept else {}).body) == language


@pytest.mark.parametrize("path", [path for path in PATHS if "%2f" not in path and "/../" not in path])
@pytest.mark.parametrize("accept", ACCEPT)
def test_the_sandbox_answers_what_apache_answers(server, sandbox, path, accept):
    headers = {"Accept-Language": accept} if accept else {}
    real = server.ask(path.encode().decode("latin-1"), headers=headers)
    parts = urlsplit(f"http://site.example{path}")
    lowered = {"host": "site.example", **{name.lower(): value for name, value in headers.items()}}
    ours = sandbox.handle(Request("GET", unquote(parts.path), parts.query, lowered, b"", "127.0.0.1"))
    got = {name.lower(): value for name, value in ours.headers}
    assert (ours.status, lang(ours.body)) == (real.status, lang(real.body))
    assert {name: got.get(name) for name in REPORTED} == {name: real.headers.get(name) for name in REPORTED}


def test_without_mod_headers_and_mod_rewrite_the_page_still_stands_on_every_path(folder, tmp_path):

    with apache.running(tmp_path, folder / "home/admin/domains/sharedip", without=("headers", "rewrite")) as server:
        assert {server.ask(path).status for path in ("/", "/deep/er/path", "/robots.txt")} == {503}
        assert server.ask("/.well-known/acme-challenge/token_1-A").status == 200
