"""Plugin pages as measured on a real panel by others (directadmin.md, section 2)."""

import os
import pwd
import time
from urllib.parse import quote

import pytest
import requests

from tests.sandbox.small import ask, give_key, logged_in, open_folder, script, small_panel

ENV = "env | sort"
AS_ROOT = os.geteuid() == 0
NOT_VALID = "User {} is not a valid apache user.  Must not be uid=0 and must exist."


@pytest.fixture(scope="module")
def panel():
    """One panel whose folders every account may enter, with plugins of each kind."""
    with open_folder() as folder, small_panel(folder / "panel") as running:
        conf(running, "tool", f"admin_run_as={service_account()}")
        for level in ("admin", "reseller", "user"):
            page(running, "tool", level, "index.html", f"echo '<p>{level} page</p>'")
            page(running, "tool", level, "env.html", ENV)
            page(running, "tool", level, "who.html", "id -u; id -g; id -G; pwd")
        page(running, "tool", "user", "stdin.html", 'cat; echo "end of input"')
        page(running, "tool", "user", "form.html", 'printf "form:%s:length:%s:" "$POST" "${#POST}"')
        page(running, "tool", "user", "sub/deep.html", "echo deep")
        page(running, "tool", "user", "stderr.html", "echo out; echo err >&2; exit 3")
        page(
            running,
            "tool",
            "user",
            "data.raw",
            r"printf 'HTTP/1.1 202 Accepted\r\nContent-Type: text/css\r\nX-Mine: 1\r\n\r\nbody{}'",
        )
        page(running, "tool", "user", "plain.html", "echo no program").chmod(0o644)
        images = running.disk.da / "plugins/tool/images"
        images.mkdir()
        (images / "icon.svg").write_text("<svg/>")
        script(images / "run.sh", "echo was run")
        (running.disk.da / "plugins/tool/secret").write_text("not for visitors")
        (images / "planted").symlink_to("../secret")
        yield running


def service_account():
    """An account of this machine that is not root."""
    return "nobody" if AS_ROOT else pwd.getpwuid(os.geteuid()).pw_name


def conf(panel, name, *more):
    folder = panel.disk.da / "plugins" / name
    folder.mkdir(exist_ok=True)
    lines = (f"name={name}", f"id={name}", "version=1", "active=yes", "installed=yes", *more)
    (folder / "plugin.conf").write_text("\n".join(lines) + "\n")
    return folder


def page(panel, name, level, path, body):
    return script(panel.disk.da / "plugins" / name / level / path, body)


def environment(answer):
    lines = answer.text.partition('<div id="plugin">')[2].partition("</div>")[0].split("\n")
    return dict(line.split("=", 1) for line in lines if "=" in line)


class TestWhere:
    @pytest.mark.parametrize("path", ["/CMD_PLUGINS/tool", "/CMD_PLUGINS/tool/", "/CMD_PLUGINS/tool/index.html"])
    def test_the_folder_alone_answers_its_index(self, panel, path):
        answer = ask(panel, "GET", path, "anna")
        assert answer.status_code == 200 and "<p>user page</p>" in answer.text

    @pytest.mark.parametrize(
        ("prefix", "level"),
        [("CMD_PLUGINS_ADMIN", "admin"), ("CMD_PLUGINS_RESELLER", "reseller"), ("CMD_PLUGINS", "user")],
    )
    def test_each_level_has_its_own_folder(self, panel, prefix, level):
        assert f"<p>{level} page</p>" in ask(panel, "GET", f"/{prefix}/tool/").text

    @pytest.mark.parametrize(
        ("prefix", "user", "status"),
        [
            ("CMD_PLUGINS_ADMIN", "webbouw", 403),
            ("CMD_PLUGINS_ADMIN", "anna", 403),
            ("CMD_PLUGINS_ADMIN", "admin|anna", 403),
            ("CMD_PLUGINS_RESELLER", "anna", 403),
            ("CMD_PLUGINS_RESELLER", "webbouw", 200),
            ("CMD_PLUGINS_RESELLER", "admin", 200),
            ("CMD_PLUGINS", "anna", 200),
        ],
    )
    def test_a_page_is_for_its_level_and_above(self, panel, prefix, user, status):
        assert ask(panel, "GET", f"/{prefix}/tool/", user).status_code == status
        assert ask(panel, "GET", f"/{prefix}/tool/images/icon.svg", user).status_code == status

    def test_without_a_login_there_is_no_page(self, panel):
        answer = requests.get(panel.url + "/CMD_PLUGINS/tool/", timeout=10)
        assert "DirectAdmin Login" in answer.text and "user page" not in answer.text

    def test_pages_may_lie_in_folders(self, panel):
        assert "deep" in ask(panel, "GET", "/CMD_PLUGINS/tool/sub/deep.html", "anna").text

    @pytest.mark.parametrize(
        "path", ["none.html", "sub", "plain.html", "x" * 300 + ".html", "%00", "index.html%00", "index.html/x"]
    )
    def test_what_is_no_executable_page_answers_404(self, panel, path):
        assert ask(panel, "GET", f"/CMD_PLUGINS/tool/{path}", "anna").status_code == 404

    @pytest.mark.parametrize(
        "path",
        [
            "/CMD_PLUGINS/tool/..%2fadmin/index.html",
            "/CMD_PLUGINS/tool/%2e%2e/admin/index.html",
            "/CMD_PLUGINS/tool/images/%2e%2e/secret",
            "/CMD_PLUGINS/tool/images/..%2fsecret",
            "/CMD_PLUGINS/tool/images/planted",
            "/CMD_PLUGINS/tool/images//etc/passwd",
            "/CMD_PLUGINS/tool/images/%2fetc%2fpasswd",
            "/CMD_PLUGINS/%2e%2e/plugins/tool/index.html",
            "/CMD_PLUGINS/../plugins/tool/index.html",
        ],
    )
    def test_no_way_leads_out_of_the_plugins_own_folders(self, panel, path):
        request = requests.Request("GET", panel.url, auth=("admin", panel.password)).prepare()
        request.url = panel.url + path
        answer = requests.Session().send(request, timeout=10)
        assert answer.status_code == 404
        assert not any(words in answer.text for words in ("page</p>", "not for visitors", "root:"))

    @pytest.mark.parametrize("lacking", ["id=", "installed=yes", "active=yes"])
    def test_a_plugin_without_one_of_its_marks_is_not_there(self, panel, lacking):
        folder = conf(panel, "half")
        page(panel, "half", "user", "index.html", "echo there")
        assert "there" in ask(panel, "GET", "/CMD_PLUGINS/half/", "anna").text
        text = (folder / "plugin.conf").read_text()
        (folder / "plugin.conf").write_text(
            "".join(line for line in text.splitlines(True) if not line.startswith(lacking))
        )
        assert ask(panel, "GET", "/CMD_PLUGINS/half/", "anna").status_code == 404
        (folder / "plugin.conf").write_text(text.replace("=yes", "=no"))
        assert ask(panel, "GET", "/CMD_PLUGINS/half/", "anna").status_code == 404

    def test_a_folder_without_plugin_conf_is_no_plugin(self, panel):
        page(panel, "bare", "user", "index.html", "echo there")
        assert ask(panel, "GET", "/CMD_PLUGINS/bare/", "anna").status_code == 404
        assert ask(panel, "GET", "/CMD_PLUGINS/", "anna").status_code == 404


class TestWho:
    def test_a_page_runs_as_the_account_that_is_logged_in(self, panel):
        lines = ask(panel, "GET", "/CMD_PLUGINS/tool/who.html", "anna").text.partition('<div id="plugin">')[2].split()
        assert (lines[0] == str(panel.disk.uid("anna")) and lines[0] != "0") or not AS_ROOT
        assert environment(ask(panel, "GET", "/CMD_PLUGINS/tool/env.html", "anna"))["RUNNING_AS"] == "anna"

    def test_no_page_is_root_not_even_an_admins(self, panel):
        conf(panel, "plain")
        page(panel, "plain", "admin", "index.html", "id -u; id -G")
        words = (
            ask(panel, "GET", "/CMD_PLUGINS_ADMIN/plain/")
            .text.partition('<div id="plugin">')[2]
            .partition("</div>")[0]
            .split()
        )
        assert words[0] == str(panel.disk.uid("admin")) and (not AS_ROOT or "0" not in words)

    def test_run_as_names_another_account_and_gives_up_all_groups_of_root(self, panel):
        words = (
            ask(panel, "GET", "/CMD_PLUGINS_ADMIN/tool/who.html")
            .text.partition('<div id="plugin">')[2]
            .partition("</div>")[0]
            .split()
        )
        entry = pwd.getpwnam(service_account())
        assert words[:2] == [str(entry.pw_uid), str(entry.pw_gid)] or not AS_ROOT
        assert not AS_ROOT or words[2:-1] == [str(entry.pw_gid)]
        given = environment(ask(panel, "GET", "/CMD_PLUGINS_ADMIN/tool/env.html"))
        assert (given["USERNAME"], given["RUNNING_AS"]) == ("admin", service_account())

    def test_run_as_counts_for_its_own_level_only(self, panel):
        given = environment(ask(panel, "GET", "/CMD_PLUGINS_RESELLER/tool/env.html", "webbouw"))
        assert (given["USERNAME"], given["RUNNING_AS"]) == ("webbouw", "webbouw")

    @pytest.mark.parametrize("level", ["admin", "reseller", "user"])
    @pytest.mark.parametrize("name", ["root", "no-such-account", "../x", "0"])
    def test_uid_0_and_unknown_accounts_are_refused_in_the_panels_words(self, panel, level, name):
        conf(panel, "rooted", f"{level}_run_as={name}")
        page(panel, "rooted", level, "index.html", "echo was run")
        prefix = {"admin": "CMD_PLUGINS_ADMIN", "reseller": "CMD_PLUGINS_RESELLER", "user": "CMD_PLUGINS"}[level]
        answer = ask(panel, "GET", f"/{prefix}/rooted/")
        assert NOT_VALID.format(name) in answer.text and "was run" not in answer.text


class TestEnvironment:
    def test_a_session_hands_over_its_two_halves_and_its_cookies(self, panel):
        browser = logged_in(panel, "anna")
        given = environment(browser.get(panel.url + "/CMD_PLUGINS/tool/env.html?a=1&b=%26", timeout=10))
        assert given["SESSION_ID"] == browser.cookies["session"] and len(given["SESSION_ID"]) == 39
        assert given["SESSION_KEY"] == browser.cookies["key"] and len(given["SESSION_KEY"]) == 39
        assert given["SESSION_ID"] in given["HTTP_COOKIE"] and given["SESSION_KEY"] in given["HTTP_COOKIE"]
        assert given["QUERY_STRING"] == "a=1&b=%26" and given["REQUEST_METHOD"] == "GET"
        assert given["SESSION_SELECTED_DOMAIN"] == "anna.example"

    def test_a_service_account_gets_them_too(self, panel):
        browser = logged_in(panel)
        given = environment(browser.get(panel.url + "/CMD_PLUGINS_ADMIN/tool/env.html", timeout=10))
        assert (given["SESSION_ID"], given["SESSION_KEY"]) == (browser.cookies["session"], browser.cookies["key"])

    def test_a_page_can_ask_the_panel_who_is_calling(self, panel):
        given = environment(logged_in(panel, "anna").get(panel.url + "/CMD_PLUGINS/tool/env.html", timeout=10))
        cookie = {"Cookie": f"session={given['SESSION_ID']}; key={given['SESSION_KEY']}", "Accept": "application/json"}
        caller = requests.get(panel.url + "/CMD_API_SHOW_USER_CONFIG?json=yes", headers=cookie, timeout=10).json()
        assert (caller["username"], caller["usertype"]) == ("anna", "user")
        cookie["Cookie"] = cookie["Cookie"].replace("key=", "key=x")
        assert requests.get(panel.url + "/CMD_API_SHOW_USER_CONFIG", headers=cookie, timeout=10).status_code == 401

    def test_nothing_else_is_handed_over(self, panel):
        given = environment(logged_in(panel, "anna").get(panel.url + "/CMD_PLUGINS/tool/env.html", timeout=10))
        shell = {"PWD", "SHLVL", "_", "OLDPWD"}
        assert set(given) - shell == {
            *("PATH", "USERNAME", "RUNNING_AS", "SESSION_ID", "SESSION_KEY", "IS_LOGIN_AS", "IS_LOGIN_KEY"),
            *("LOGIN_KEY_NAME", "SESSION_SELECTED_DOMAIN", "REQUEST_METHOD", "QUERY_STRING", "POST", "HTTP_COOKIE"),
            "CONTENT_LENGTH",
        }
        assert "USERTYPE" not in given

    def test_login_as_is_marked_with_who_really_sits_there(self, panel):
        browser = logged_in(panel)
        own = environment(browser.get(panel.url + "/CMD_PLUGINS/tool/env.html", timeout=10))
        assert own["IS_LOGIN_AS"] == "0" and "LOGIN_AS_MASTER" not in own
        browser.post(panel.url + "/api/session/login-as/switch", json={"username": "anna"}, timeout=10)
        there = environment(browser.get(panel.url + "/CMD_PLUGINS/tool/env.html", timeout=10))
        assert (there["USERNAME"], there["IS_LOGIN_AS"], there["LOGIN_AS_MASTER"]) == ("anna", "1", "admin")
        browser.post(panel.url + "/api/session/login-as/return", timeout=10)
        back = environment(browser.get(panel.url + "/CMD_PLUGINS/tool/env.html", timeout=10))
        assert back["IS_LOGIN_AS"] == "0" and "LOGIN_AS_MASTER" not in back

    def test_a_login_key_is_marked_with_its_name_by_basic_and_in_a_session(self, panel):
        give_key(panel, "bert", "browser-key", allow_login=True)
        try:
            basic = environment(ask(panel, "GET", "/CMD_PLUGINS/tool/env.html", "bert", "browser-key"))
            session = panel.try_login("bert", "browser-key")
            cookies = {"session": session.id, "key": session.key}
            seated = environment(requests.get(panel.url + "/CMD_PLUGINS/tool/env.html", cookies=cookies, timeout=10))
            plain = environment(ask(panel, "GET", "/CMD_PLUGINS/tool/env.html", "bert"))
        finally:
            panel.keys.save("bert", [])
        assert [(one["IS_LOGIN_KEY"], one["LOGIN_KEY_NAME"]) for one in (basic, seated, plain)] == [
            ("1", "keybrowser-"),
            ("1", "keybrowser-"),
            ("0", ""),
        ]
        assert basic["SESSION_ID"] == "" and len(seated["SESSION_ID"]) == 39

    def test_hostile_headers_and_queries_stay_values(self, panel):
        headers = {"Cookie": "session=x%0aUSERNAME=admin", "X-Username": "admin"}
        given = environment(
            ask(panel, "GET", "/CMD_PLUGINS/tool/env.html?USERNAME=admin%0aPOST=1", "anna", headers=headers)
        )
        assert given["USERNAME"] == "anna" and given["POST"] == ""


class TestForm:
    def test_the_whole_encoded_form_is_in_post(self, panel):
        answer = ask(panel, "POST", "/CMD_PLUGINS/tool/form.html?q=1", "anna", data={"a": "1 2&", "b": "é"})
        assert "form:a=1+2%26&b=%C3%A9:" in answer.text

    def test_content_length_is_empty_and_standard_input_at_its_end(self, panel):
        given = environment(ask(panel, "POST", "/CMD_PLUGINS/tool/env.html", "anna", data={"a": "1"}))
        assert (given["CONTENT_LENGTH"], given["REQUEST_METHOD"], given["POST"]) == ("", "POST", "a=1")
        answer = ask(panel, "POST", "/CMD_PLUGINS/tool/stdin.html", "anna", data={"a": "1"})
        assert answer.text.partition('<div id="plugin">')[2].startswith("end of input")

    def test_a_get_has_an_empty_post(self, panel):
        answer = ask(panel, "GET", "/CMD_PLUGINS/tool/form.html?a=1", "anna", data="b=2")
        assert "form::length:0:" in answer.text

    @pytest.mark.parametrize(("length", "fits"), [(128 * 1024 - 6, True), (128 * 1024 - 5, False), (200_000, False)])
    def test_a_form_has_room_for_one_environment_variable(self, panel, length, fits):
        answer = ask(panel, "POST", "/CMD_PLUGINS/tool/env.html", "anna", data="a" * length)
        assert (answer.status_code, "Argument list too long" in answer.text) == ((200, False) if fits else (500, True))
        assert not fits or len(environment(answer)["POST"]) == length

    def test_the_bytes_of_a_form_are_not_changed(self, panel):
        answer = ask(panel, "POST", "/CMD_PLUGINS/tool/form.html", "anna", data=b"a=\xff\xe9")
        assert "length:" in answer.text
        page(panel, "tool", "user", "bytes.html", 'printf "%s" "$POST" | od -An -tx1')
        assert "61 3d ff e9" in ask(panel, "POST", "/CMD_PLUGINS/tool/bytes.html", "anna", data=b"a=\xff\xe9").text

    def test_a_form_with_a_nul_cannot_be_handed_over(self, panel):
        assert ask(panel, "POST", "/CMD_PLUGINS/tool/form.html", "anna", data=b"a=\0").status_code == 500


class TestFrame:
    def test_evolution_shows_the_page_in_a_frame_by_a_post_without_a_form(self, panel):
        source = "/CMD_PLUGINS/tool/form.html?tab=2"
        frame = ask(panel, "GET", f"/evo/plugin?src={quote(source, safe='')}", "anna")
        assert frame.status_code == 200 and "<iframe" in frame.text and 'method="post"' in frame.text
        assert 'action="/CMD_PLUGINS/tool/form.html?tab=2"' in frame.text and "<input" not in frame.text
        inside = ask(panel, "POST", source, "anna")
        assert "form::length:0:" in inside.text

    def test_in_the_frame_the_query_survives(self, panel):
        given = environment(ask(panel, "POST", "/CMD_PLUGINS/tool/env.html?tab=2", "anna"))
        assert (given["REQUEST_METHOD"], given["POST"], given["QUERY_STRING"]) == ("POST", "", "tab=2")

    @pytest.mark.parametrize(
        "source", ["", "https://evil.example/", "//evil.example", "/CMD_LOGOUT", "javascript:alert(1)"]
    )
    def test_nothing_but_a_plugins_page_is_framed(self, panel, source):
        assert ask(panel, "GET", f"/evo/plugin?src={quote(source, safe='')}", "anna").status_code == 404

    def test_the_frames_address_is_escaped(self, panel):
        frame = ask(panel, "GET", "/evo/plugin?src=" + quote('/CMD_PLUGINS/tool/"><script>', safe=""), "anna")
        assert '"><script>' not in frame.text


class TestOutput:
    def test_index_prints_the_body_only_and_the_skin_goes_round_it(self, panel):
        answer = ask(panel, "GET", "/CMD_PLUGINS/tool/", "anna")
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.count("<html ") == 1 and '<div id="plugin"><p>user page</p>' in answer.text

    def test_a_page_can_send_no_header_no_status_and_no_redirect(self, panel):
        page(
            panel, "tool", "user", "away.html", r"printf 'Status: 302\r\nLocation: /x\r\nSet-Cookie: a=b\r\n\r\nhello'"
        )
        answer = ask(panel, "GET", "/CMD_PLUGINS/tool/away.html", "anna")
        assert answer.status_code == 200 and "Location" not in answer.headers and "Location: /x" in answer.text
        assert "a=b" not in answer.headers.get("Set-Cookie", "")

    def test_raw_prints_a_whole_answer(self, panel):
        answer = ask(panel, "GET", "/CMD_PLUGINS/tool/data.raw", "anna")
        assert (answer.status_code, answer.text) == (202, "body{}")
        assert (answer.headers["Content-Type"], answer.headers["X-Mine"]) == ("text/css", "1")
        assert "Server" not in answer.headers and "X-Frame-Options" not in answer.headers

    def test_what_goes_wrong_is_shown(self, panel):
        assert "out\nerr\n" in ask(panel, "GET", "/CMD_PLUGINS/tool/stderr.html", "anna").text

    def test_a_page_that_cannot_be_started_says_so(self, panel):
        page(panel, "tool", "user", "broken.html", "").write_text("#!/no/such/interpreter\n")
        answer = ask(panel, "GET", "/CMD_PLUGINS/tool/broken.html", "anna")
        assert answer.status_code == 500 and "could not be run" in answer.text

    def test_images_are_served_as_files_and_never_run(self, panel):
        icon = ask(panel, "GET", "/CMD_PLUGINS/tool/images/icon.svg", "anna")
        assert (icon.text, icon.headers["Content-Type"]) == ("<svg/>", "image/svg+xml")
        assert ask(panel, "GET", "/CMD_PLUGINS/tool/images/run.sh", "anna").text == "#!/bin/sh\necho was run\n"

    @pytest.mark.parametrize("path", ["", "none.png", "x" * 300])
    def test_an_image_that_is_not_there_answers_404(self, panel, path):
        assert ask(panel, "GET", f"/CMD_PLUGINS/tool/images/{path}", "anna").status_code == 404


class TestTimeout:
    def test_plugin_conf_says_how_long_a_page_may_run_and_its_children_end_too(self, panel):
        folder = conf(panel, "slow", "timeout=1")
        page(panel, "slow", "user", "index.html", f"sleep 30 & echo $! > {panel.root}/../child; wait")
        (panel.root.parent).chmod(0o777)
        began = time.monotonic()
        answer = ask(panel, "GET", "/CMD_PLUGINS/slow/", "anna")
        assert answer.status_code == 500 and "timed out" in answer.text and time.monotonic() - began < 10
        child = int((panel.root.parent / "child").read_text())
        assert not _alive(child), "the page's child is still there"
        assert folder.is_dir()

    @pytest.mark.parametrize("timeout", ["soon", "", "-1", "nan", "1e9", "9" * 400])
    def test_a_timeout_that_is_no_number_is_as_none(self, panel, timeout):
        conf(panel, "odd", f"timeout={timeout}")
        page(panel, "odd", "user", "index.html", "echo there")
        assert "there" in ask(panel, "GET", "/CMD_PLUGINS/odd/", "anna").text


def _alive(pid):
    for _ in range(50):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return False
        except FileNotFoundError:
            return False
        time.sleep(0.1)
    return True
