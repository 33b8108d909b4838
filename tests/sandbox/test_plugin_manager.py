"""The sandbox's plugin manager and what it refuses, with small plugins of its own (operations file of 2026)."""

import io
import os
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from dunning_plugin.sandbox.directadmin.hooks import plugin_conf
from tests.sandbox.small import ask, logged_in, password_of, small_panel

MANAGER = "/api/plugin-manager/plugins"
CONF = "id={0}\nname=Tool\nauthor=us\nversion={1}\nactive=no\ninstalled=no\n"
SAY_OK = "#!/bin/sh\necho done\n"


def archive(plugin_id="tool", version="1", conf="", **files):
    """A plugin's .tar.gz; scripts are given as install=…, update=…, uninstall=…."""
    members = {"plugin.conf": (CONF.format(plugin_id, version) + conf, 0o644)}
    members.update({f"scripts/{name}.sh": (text, 0o755) for name, text in files.items()})
    return packed([(name, text.encode(), mode) for name, (text, mode) in members.items()])


def packed(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content, more in members:
            member = tarfile.TarInfo(name)
            if isinstance(more, int):
                member.mode, member.size = more, len(content)
            else:
                member.type, member.linkname = more
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def upload(panel, content, name="tool.tar.gz", user="admin", **more):
    return ask(panel, "POST", f"{MANAGER}/install-file", user, files={"file": (name, content)}, **more)


def manage(panel, act, plugin_id="tool", **given):
    return ask(panel, "POST", f"{MANAGER}/{plugin_id}/{act}", json=given)


def listed(panel):
    return {row["id"]: row for row in ask(panel, "GET", MANAGER).json()}


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    with small_panel(tmp_path_factory.mktemp("panel")) as running:
        yield running


@pytest.fixture
def folder(panel):
    """Where the plugin `tool` goes; gone after the test."""
    place = panel.disk.da / "plugins/tool"
    yield place
    if place.exists():
        (place / "scripts/uninstall.sh").unlink(missing_ok=True)
        assert manage(panel, "delete").status_code == 200
    assert [path.name for path in place.parent.iterdir() if path.name.startswith(".")] == []


@pytest.fixture
def mirror():
    """A web server whose one file is `content`."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.server.content else 404)
            self.end_headers()
            self.wfile.write(self.server.content)

        def log_message(self, *_):
            """Not printed."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    server.content, server.url = b"", f"http://127.0.0.1:{server.server_address[1]}/tool.tar.gz"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class TestInstall:
    def test_a_plugin_is_unpacked_its_script_run_and_it_is_registered(self, panel, folder):
        script = "#!/bin/sh\nid -u; pwd; env | sort; cat\necho noise >&2\n"
        answer = upload(panel, archive(install=script))
        assert answer.status_code == 200, answer.text
        said = answer.json()["output"].splitlines()
        assert said[:2] == [str(os.geteuid()), str(folder)] and said[-1] == "noise"
        assert not [line for line in said if line.upper().startswith(("SESSION", "PASSWORD", "HTTP_COOKIE"))]
        row = listed(panel)["tool"]
        assert (row["version"], row["active"], row["installed"]) == ("1", True, True)

    def test_a_plugin_without_scripts_is_fine(self, panel, folder):
        assert upload(panel, archive()).json() == {"output": ""}

    def test_a_failing_script_leaves_it_unregistered_and_the_next_try_begins_anew(self, panel, folder):
        answer = upload(panel, archive(install="#!/bin/sh\ntouch left\necho no\nexit 3\n"))
        assert answer.status_code == 500 and answer.json()["output"] == "no\n" and answer.json()["exitCode"] == 3
        assert (listed(panel)["tool"]["active"], listed(panel)["tool"]["installed"]) == (False, False)
        assert upload(panel, archive(install=SAY_OK)).status_code == 200
        assert not (folder / "left").exists()

    def test_one_that_is_installed_is_not_installed_over(self, panel, folder):
        upload(panel, archive())
        assert upload(panel, archive(version="2")).status_code == 409
        assert listed(panel)["tool"]["version"] == "1"

    def test_it_can_come_from_an_address(self, panel, folder, mirror):
        mirror.content = archive(install=SAY_OK)
        assert ask(panel, "POST", f"{MANAGER}/install-url", json={"url": mirror.url}).json() == {"output": "done\n"}
        assert listed(panel)["tool"]["installed"]

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/tool.tar.gz", "tool.tar.gz"])
    def test_an_address_that_is_none_of_the_web_is_refused(self, panel, folder, url):
        assert ask(panel, "POST", f"{MANAGER}/install-url", json={"url": url}).status_code == 400

    def test_an_address_where_nothing_lies_is_refused(self, panel, folder, mirror):
        assert ask(panel, "POST", f"{MANAGER}/install-url", json={"url": mirror.url}).status_code == 400

    @pytest.mark.parametrize(
        "name",
        ["tool.zip", "to ol.tar.gz", "../tool.tar.gz", "tool.tar.gz.sh", ".tar.gz", "tööl.tar.gz", "a/tool.tar.gz"],
    )
    def test_a_file_of_another_name_is_refused(self, panel, folder, name):
        assert upload(panel, archive(), name).status_code == 400
        assert not folder.exists()

    @pytest.mark.parametrize(
        "content",
        [b"", b"no archive", archive()[:-40], archive("other"), packed([("readme", b"", 0o644)])],
        ids=["empty", "no archive", "cut short", "another's", "no manifest"],
    )
    def test_what_is_no_plugin_of_this_name_is_refused(self, panel, folder, content):
        assert upload(panel, content).status_code == 400
        assert "tool" not in listed(panel)

    @pytest.mark.parametrize(
        "member",
        [
            ("../outside", b"x", 0o644),
            ("/tmp/outside-tool", b"x", 0o644),
            ("a/../../outside", b"x", 0o644),
            ("link", b"", (tarfile.SYMTYPE, "/etc/passwd")),
            ("hard", b"", (tarfile.LNKTYPE, "plugin.conf")),
            ("device", b"", (tarfile.CHRTYPE, "")),
            ("pipe", b"", (tarfile.FIFOTYPE, "")),
        ],
        ids=lambda member: member[0],
    )
    def test_an_archive_that_leads_out_of_its_folder_is_refused_whole(self, panel, folder, member):
        content = packed([("plugin.conf", CONF.format("tool", "1").encode(), 0o644), member])
        assert upload(panel, content).status_code == 400
        assert not folder.exists() and not (folder.parent / "outside").exists()
        assert not os.path.exists("/tmp/outside-tool")

    def test_a_set_user_id_bit_is_not_taken_over(self, panel, folder):
        content = packed([("plugin.conf", CONF.format("tool", "1").encode(), 0o644), ("run", b"", 0o6755)])
        assert upload(panel, content).status_code == 200
        assert (folder / "run").stat().st_mode & 0o7000 == 0

    def test_a_body_that_is_no_form_is_refused(self, panel, folder):
        assert ask(panel, "POST", f"{MANAGER}/install-file", data=archive()).status_code == 400
        assert (
            ask(panel, "POST", f"{MANAGER}/install-file", files={"other": ("tool.tar.gz", archive())}).status_code
            == 400
        )
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        assert ask(panel, "POST", f"{MANAGER}/install-file", data=b"--x\r\n", headers=headers).status_code == 400


class TestActivate:
    def test_it_is_switched_off_and_on_in_plugin_conf_alone(self, panel, folder):
        upload(panel, archive(conf="admin_run_as=nobody\n"))
        before = plugin_conf(folder)
        assert manage(panel, "deactivate").status_code == 204
        assert plugin_conf(folder) == {**before, "active": "no"} and not listed(panel)["tool"]["active"]
        assert ask(panel, "GET", "/CMD_PLUGINS_ADMIN/tool/").status_code == 404
        assert manage(panel, "activate").status_code == 204
        assert plugin_conf(folder) == before


class TestUpdate:
    def test_files_are_replaced_and_the_script_run(self, panel, folder, mirror):
        upload(panel, archive(conf=f"update_url={mirror.url}\n", install=SAY_OK))
        old = (folder / "plugin.conf").open()
        mirror.content = archive(version="2", update="#!/bin/sh\nsed -n s/^version=//p plugin.conf\n")
        assert manage(panel, "update").json() == {"output": "2\n"}
        assert listed(panel)["tool"]["version"] == "2" and (folder / "scripts/install.sh").exists()
        # Whoever has the old file open, as a script that is being run, keeps it whole.
        with old:
            assert "version=1\n" in old.read()

    def test_the_new_manifest_counts_as_it_is(self, panel, folder, mirror):
        upload(panel, archive(conf=f"update_url={mirror.url}\n"))
        mirror.content = archive(version="2")
        manage(panel, "update")
        assert (listed(panel)["tool"]["active"], listed(panel)["tool"]["installed"]) == (False, False)

    def test_a_failing_script_is_said(self, panel, folder, mirror):
        upload(panel, archive(conf=f"update_url={mirror.url}\n"))
        mirror.content = archive(version="2", update="#!/bin/sh\necho taken back\nexit 1\n")
        answer = manage(panel, "update")
        assert answer.status_code == 500 and answer.json()["output"] == "taken back\n"

    def test_without_an_address_there_is_none(self, panel, folder):
        upload(panel, archive())
        assert manage(panel, "update").status_code == 400

    def test_another_plugins_archive_replaces_nothing(self, panel, folder, mirror):
        upload(panel, archive(conf=f"update_url={mirror.url}\n"))
        mirror.content = archive("other", "2")
        assert manage(panel, "update").status_code == 400
        assert listed(panel)["tool"]["version"] == "1"


class TestDelete:
    def test_the_script_is_run_before_the_files_go(self, panel, folder):
        upload(panel, archive(uninstall="#!/bin/sh\nls plugin.conf\n"))
        assert manage(panel, "delete").json() == {"output": "plugin.conf\n"}
        assert not folder.exists() and "tool" not in listed(panel)

    def test_a_script_that_says_no_keeps_it(self, panel, folder):
        upload(panel, archive(uninstall="#!/bin/sh\necho not yet\nexit 1\n"))
        answer = manage(panel, "delete")
        assert answer.status_code == 500 and answer.json()["output"] == "not yet\n"
        assert listed(panel)["tool"]["active"]


class TestWho:
    @pytest.mark.parametrize("user", ["webbouw", "anna", "admin|webbouw"])
    def test_only_an_admin_manages_plugins(self, panel, folder, user):
        assert ask(panel, "GET", MANAGER, user).status_code == 403
        assert upload(panel, archive(), user=user).status_code == 403
        assert not folder.exists()

    @pytest.mark.parametrize("act", ["activate", "deactivate", "update", "delete"])
    def test_an_unknown_plugin_is_not_found(self, panel, act):
        assert manage(panel, act, "none").status_code == 404
        assert manage(panel, act, "..").status_code == 404

    def test_a_session_gives_the_password_again(self, panel, folder):
        browser = logged_in(panel)
        send = {"files": {"file": ("tool.tar.gz", archive())}, "timeout": 30}
        url = panel.url + MANAGER
        assert browser.post(f"{url}/install-file", **send).status_code == 403
        assert browser.post(f"{url}/install-file", data={"password": "wrong"}, **send).status_code == 403
        assert not folder.exists()
        assert browser.post(f"{url}/install-file", data={"password": panel.password}, **send).status_code == 200
        for act in ("deactivate", "activate", "delete"):
            for given in ({}, {"password": "wrong"}, {"password": password_of("webbouw")}):
                assert browser.post(f"{url}/tool/{act}", json=given, timeout=30).status_code == 403
            assert browser.post(f"{url}/tool/{act}", json={"password": panel.password}, timeout=30).ok

    def test_without_a_login_there_is_nothing(self, panel):
        assert requests.get(panel.url + MANAGER, timeout=10).status_code == 401


class TestMenus:
    def test_a_plugins_entries_show_in_both_skins_while_it_is_active(self, panel, folder):
        menu = (
            b'[{"name": "Tools <1>", "entries": [{"name": "Page", "href": "/CMD_PLUGINS_ADMIN/tool/a.html?b=1&c=2"}]}]'
        )
        manifest = (CONF.format("tool", "1") + "menu_admin=images/menu.json\n").encode()
        members = [("plugin.conf", manifest, 0o644), ("images/menu.json", menu, 0o644)]
        upload(
            panel, packed([*members, ("hooks/admin_txt.html", b'<a href="/CMD_PLUGINS_ADMIN/tool/">Tool</a>', 0o644)])
        )
        classic, evolution = (lambda: ask(panel, "GET", "/").text), (lambda: ask(panel, "GET", "/evo/").text)
        assert '<a href="/CMD_PLUGINS_ADMIN/tool/">Tool</a>' in classic()
        assert "Tools &lt;1&gt;" in evolution()
        assert 'href="/evo/plugin?src=%2FCMD_PLUGINS_ADMIN%2Ftool%2Fa.html%3Fb%3D1%26c%3D2"' in evolution()
        assert "CMD_PLUGINS_ADMIN/tool" not in ask(panel, "GET", "/", "webbouw").text
        manage(panel, "deactivate")
        assert "CMD_PLUGINS_ADMIN/tool" not in classic() + evolution()

    @pytest.mark.parametrize("menu", [b"{", b"{}", b'["x"]', b"\xff", b'[{"entries": 3}]', b'[{"entries": ["x"]}]'])
    def test_a_menu_that_cannot_be_read_is_left_out(self, panel, folder, menu):
        manifest = (CONF.format("tool", "1") + "menu_admin=images/menu.json\n").encode()
        upload(panel, packed([("plugin.conf", manifest, 0o644), ("images/menu.json", menu, 0o644)]))
        assert ask(panel, "GET", "/evo/").status_code == 200

    def test_a_menu_is_taken_from_below_images_alone(self, panel, folder):
        manifest = (CONF.format("tool", "1") + "menu_admin=images/../menu.json\n").encode()
        menu = b'[{"name": "Elsewhere", "entries": [{"name": "x", "href": "/"}]}]'
        upload(panel, packed([("plugin.conf", manifest, 0o644), ("menu.json", menu, 0o644)]))
        assert "Elsewhere" not in ask(panel, "GET", "/evo/").text


class TestAccounts:
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
    def test_a_pages_account_is_looked_for_in_the_panels_own_passwd_first(self, panel):
        ids = panel.plugins._ids
        passwd = panel.root / "etc/passwd"
        passwd.write_text("nobody:x:4321:4322::/:/bin/false\ntoor:x:0:0::/:/bin/sh\nshort:x:1\nanna:x:a:b::/:/bin/sh\n")
        try:
            assert ids("nobody") == (4321, 4322) and ids("toor") is None and ids("short") is None
            assert ids("anna") == (panel.disk.uid("anna"),) * 2 and ids("daemon") is not None and ids("none") is None
        finally:
            passwd.unlink()


def test_da_api_url_gives_an_address_with_a_login_for_its_owner_alone(panel):
    from dunning_plugin.panels.directadmin.client import DA, ask_da

    program = panel.root / DA
    assert program.stat().st_mode & 0o777 == 0o700
    url, login = ask_da("da1", program)
    assert (url, login) == (panel.url, (panel.admin, panel.password))
    assert requests.get(url + "/CMD_API_LOGIN_TEST", auth=login, timeout=10).status_code == 200
