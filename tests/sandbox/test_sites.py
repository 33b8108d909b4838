"""Sites by their Host header, on the real port of the sandbox's web server."""

import os

import pytest
import requests

from tests.sandbox.small import raw, small_panel

AS_ROOT = os.geteuid() == 0


def visit(panel, host, path="/", method="GET", **headers):
    given = {"Host": host, **headers}
    return requests.request(method, panel.sites_url + path, headers=given, timeout=10, allow_redirects=False)


def write(panel, path, text):
    file = panel.root / "home" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    "host", ["anna.example", "www.anna.example", "ANNA.Example", "anna.example:8080", "anna.example."]
)
def test_a_site_answers_to_its_names(shared, host):
    answer = visit(shared, host)
    assert answer.status_code == 200 and "anna.example" in answer.text
    assert answer.headers["Server"] == "Apache/2" and answer.headers["Content-Type"] == "text/html"


@pytest.mark.parametrize(
    "host",
    ["unknown.example", "192.0.2.10", "sub.anna.example", "", "www.", "..", "/etc", "anna.example/..", "[::1]:80"],
)
def test_every_other_name_gets_the_shared_addresss_page(shared, host):
    answer = visit(shared, host or "x")
    assert answer.status_code == 200 and "Welcome to your new site" in answer.text


def test_no_host_at_all_gets_it_too(shared):
    assert b"Welcome to your new site" in raw(shared.sites_url, b"GET / HTTP/1.0\r\n\r\n")


def test_a_suspended_user_shows_his_resellers_page_on_all_his_names(fresh):
    write(fresh, "webbouw/domains/suspended/index.html", "closed by webbouw")
    write(fresh, "noord/domains/suspended/index.html", "closed by noord")
    fresh.disk.set_suspended("anna", True)
    fresh.disk.set_suspended("carl", True)
    assert visit(fresh, "anna.example").text == visit(fresh, "www.anna.example").text == "closed by webbouw"
    assert visit(fresh, "carl.example").text == "closed by noord"
    assert "bert.example" in visit(fresh, "bert.example").text


def test_a_suspended_user_shows_nothing_of_his_own(fresh):
    write(fresh, "anna/domains/anna.example/public_html/own.html", "own")
    assert visit(fresh, "anna.example", "/own.html").text == "own"
    fresh.disk.set_suspended("anna", True)
    assert visit(fresh, "anna.example", "/own.html").status_code == 404


@pytest.mark.parametrize(("served", "text"), [("creator", "closed by admin"), ("own", "closed by webbouw")])
def test_whose_page_a_suspended_resellers_own_site_shows_is_switchable(tmp_path, served, text):
    with small_panel(tmp_path, suspended_reseller_served_from=served) as panel:
        write(panel, "admin/domains/suspended/index.html", "closed by admin")
        write(panel, "webbouw/domains/suspended/index.html", "closed by webbouw")
        panel.disk.set_suspended("webbouw", True)
        assert visit(panel, "webbouw.example").text == text
        assert "anna.example" in visit(panel, "anna.example").text
        panel.disk.set_suspended("anna", True)
        assert visit(panel, "anna.example").text == "closed by webbouw"


NOTICE = """\
ErrorDocument 503 /index.html
<IfModule mod_headers.c>
Header always set Retry-After "86400"
</IfModule>
RewriteEngine On
RewriteCond %{ENV:REDIRECT_STATUS} !^$
RewriteRule ^ - [L]
RewriteRule ^\\.well-known/acme-challenge/ - [L]
RewriteRule ^ - [R=503,L]
"""


@pytest.mark.parametrize(("server", "status"), [("apache", 503), ("nginx", 200)])
def test_whether_htaccess_is_honoured_is_switchable(tmp_path, server, status):
    with small_panel(tmp_path, web_server=server) as panel:
        write(panel, "webbouw/domains/suspended/index.html", "closed")
        write(panel, "webbouw/domains/suspended/.htaccess", NOTICE)
        write(panel, "webbouw/domains/suspended/.well-known/acme-challenge/token", "proof")
        panel.disk.set_suspended("anna", True)
        answer = visit(panel, "anna.example")
        assert (answer.status_code, answer.text) == (status, "closed")
        assert answer.headers.get("Retry-After") == ("86400" if server == "apache" else None)
        assert visit(panel, "anna.example", "/deep/path?x").status_code == (503 if server == "apache" else 404)
        assert visit(panel, "anna.example", "/", "POST").status_code == (503 if server == "apache" else 405)
        challenge = visit(panel, "anna.example", "/.well-known/acme-challenge/token")
        assert (challenge.status_code, challenge.text) == (200, "proof")


@pytest.mark.parametrize("path", ["/.htaccess", "/sub/.htpasswd"])
@pytest.mark.parametrize("server", ["apache", "nginx"])
def test_the_rules_themselves_are_shown_to_nobody(tmp_path, path, server):
    with small_panel(tmp_path, web_server=server) as panel:
        write(panel, f"anna/domains/anna.example/public_html{path}", "# secret")
        assert visit(panel, "anna.example", path).status_code == 403


@pytest.mark.parametrize(
    "rules", ["Nonsense on", "RewriteRule ( - [L]", "<IfModule mod_rewrite.c>", "ErrorDocument 503", 'Header set X "y']
)
def test_rules_that_apache_would_not_take_answer_500(fresh, rules):
    write(fresh, "anna/domains/anna.example/public_html/.htaccess", rules + "\n")
    assert visit(fresh, "anna.example").status_code == 500
    assert visit(fresh, "bert.example").status_code == 200


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """A panel with a site that has folders and odd names."""
    with small_panel(tmp_path_factory.mktemp("paths")) as panel:
        here = "anna/domains/anna.example/public_html"
        write(panel, f"{here}/sub/index.html", "in sub")
        write(panel, f"{here}/a b.txt", "blank")
        write(panel, f"{here}/é.txt", "accent")
        write(panel, f"{here}/empty/x/y.txt", "y")
        yield panel


class TestPaths:
    """As tried on Debian's Apache 2.4."""

    @pytest.mark.parametrize(
        ("line", "status"),
        [
            ("GET /", 200),
            ("GET /sub/", 200),
            ("GET //sub//", 200),
            ("GET /sub/.", 200),
            ("GET /sub/../sub/index.html", 200),
            ("GET /sub", 301),
            ("GET /empty/", 403),
            ("GET /a%20b.txt", 200),
            ("GET /%C3%A9.txt", 200),
            ("GET /index.html/", 404),
            ("GET /index.html/x", 404),
            ("GET /%zz", 400),
            ("GET /%", 400),
            ("GET /a%2fb", 404),
            ("GET /%00", 404),
            ("GET /..", 400),
            ("GET /../etc/passwd", 400),
            ("GET /%2e%2e/%2e%2e/etc/passwd", 400),
            ("GET index.html", 400),
            ("GET /" + "a" * 300, 403),
            ("GET /?a=%zz", 200),
            ("HEAD /", 200),
            ("POST /", 200),
            ("OPTIONS /", 200),
            ("OPTIONS *", 200),
            ("PUT /", 405),
            ("PUT /none", 405),
            ("DELETE /", 405),
            ("PATCH /", 405),
            ("PUT /.htaccess", 403),
            ("GET http://anna.example/sub/", 200),
        ],
    )
    def test_a_path_and_method_are_answered_as_apache_does(self, paths, line, status):
        answer = raw(paths.sites_url, f"{line} HTTP/1.1\r\nHost: anna.example\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())

    def test_a_folder_leads_to_itself_with_a_slash(self, paths):
        assert visit(paths, "anna.example", "/sub").headers["Location"] == "/sub/"

    def test_head_has_the_headers_and_no_body(self, paths):
        answer = raw(paths.sites_url, b"HEAD /sub/ HTTP/1.1\r\nHost: anna.example\r\nConnection: close\r\n\r\n")
        assert b"Content-Length: 6\r\n" in answer and answer.endswith(b"\r\n\r\n")

    def test_a_name_in_raw_bytes_is_found_too(self, paths):
        request = b"GET /\xc3\xa9.txt HTTP/1.1\r\nHost: anna.example\r\nConnection: close\r\n\r\n"
        assert raw(paths.sites_url, request).endswith(b"accent")


class TestLinks:
    def planted(self, panel, target, name="link.txt"):
        link = panel.root / "home/anna/domains/anna.example/public_html" / name
        link.symlink_to(target)
        if AS_ROOT:
            os.lchown(link, panel.disk.uid("anna"), panel.disk.uid("anna"))
        return link

    @pytest.mark.skipif(not AS_ROOT, reason="without root all files belong to one account")
    @pytest.mark.parametrize("inner", ["", "/domains/bert.example/public_html/index.html"])
    def test_a_link_to_anothers_file_or_folder_is_refused(self, fresh, inner):
        self.planted(fresh, f"{fresh.root}/home/bert{inner}", "link")
        rest = "" if inner else "/domains/bert.example/public_html/index.html"
        answer = visit(fresh, "anna.example", "/link" + rest)
        assert answer.status_code == 403 and "bert.example" not in answer.text

    def test_a_link_to_his_own_file_is_followed(self, fresh):
        write(fresh, "anna/own.txt", "mine")
        os.chown(fresh.root / "home/anna/own.txt", fresh.disk.uid("anna"), -1) if AS_ROOT else None
        self.planted(fresh, f"{fresh.root}/home/anna/own.txt")
        assert visit(fresh, "anna.example", "/link.txt").text == "mine"

    @pytest.mark.parametrize("target", ["nowhere", "link.txt"])
    def test_a_link_to_nothing_or_itself_is_no_file(self, fresh, target):
        self.planted(fresh, target)
        assert visit(fresh, "anna.example", "/link.txt").status_code in (403, 404)

    @pytest.mark.skipif(not AS_ROOT, reason="without root all files belong to one account")
    def test_a_suspended_page_folder_that_is_a_planted_link_shows_nothing(self, fresh):
        folder = fresh.root / "home/webbouw/domains/suspended"
        (folder / "index.html").unlink()
        folder.rmdir()
        folder.symlink_to(fresh.root / "etc")
        os.lchown(folder, fresh.disk.uid("webbouw"), -1)
        fresh.disk.set_suspended("anna", True)
        assert visit(fresh, "anna.example", "/shadow").status_code == 403

    def test_a_missing_page_folder_is_an_error_of_the_visitor_not_of_the_sandbox(self, fresh):
        folder = fresh.root / "home/webbouw/domains/suspended"
        (folder / "index.html").unlink()
        folder.rmdir()
        fresh.disk.set_suspended("anna", True)
        assert visit(fresh, "anna.example").status_code == 404
