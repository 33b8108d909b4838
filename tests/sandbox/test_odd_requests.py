"""Odd, broken and hostile requests: an answer or a closed connection, never a mistake of the sandbox itself.

The fixtures see that `panel.mistakes` stays empty."""

import base64
import json
import socket
import ssl
import threading
import time
from urllib.parse import quote, urlsplit

import pytest
import requests

from dunning_plugin.cli.sandbox import _certificate
from dunning_plugin.sandbox.directadmin.bodies import MOST_BODY
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from tests.sandbox.small import ask, logged_in, raw, select, suspended

FORM = b"suspend=Suspend&select0=anna"


def auth(panel):
    return b"Authorization: Basic " + base64.b64encode(f"admin:{panel.password}".encode()) + b"\r\n"


def request(panel, line, headers=b"", body=b"", close=True):
    end = b"Connection: close\r\n" if close else b""
    return line + b" HTTP/1.1\r\nHost: x\r\n" + auth(panel) + headers + end + b"\r\n" + body


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None


def act(panel, headers, body):
    return raw(panel.url, request(panel, b"POST /CMD_API_SELECT_USERS", headers, body))


class TestBodies:
    @pytest.mark.parametrize(
        "chunks",
        [
            b"1c\r\n" + FORM + b"\r\n0\r\n\r\n",
            b"8\r\nsuspend=\r\n14;x=y\r\nSuspend&select0=anna\r\n0\r\nTrailer: 1\r\n\r\n",
            b"1C\n" + FORM + b"\n0\n\n",
        ],
    )
    def test_a_chunked_body_is_taken(self, fresh, chunks):
        assert status(act(fresh, b"Transfer-Encoding: chunked\r\n", chunks)) == 200
        assert suspended(fresh) == {"anna"}

    def test_a_client_that_streams_is_understood(self, fresh):
        answer = ask(fresh, "POST", "/CMD_API_SELECT_USERS", data=iter([FORM[:5], FORM[5:]]))
        assert answer.status_code == 200 and suspended(fresh) == {"anna"}

    @pytest.mark.parametrize(
        "chunks",
        [
            b"zz\r\n" + FORM,
            b"-1\r\n" + FORM,
            b"\r\n\r\n",
            b"5\r\n" + FORM + b"\r\n0\r\n\r\n",
            b"1c" * 600,
            b"0x1c\r\n" + FORM,
        ],
    )
    def test_broken_chunks_are_refused_and_nothing_is_done(self, fresh, chunks):
        assert status(act(fresh, b"Transfer-Encoding: chunked\r\n", chunks)) == 400
        assert suspended(fresh) == set()

    @pytest.mark.parametrize(
        "cut", [b"", b"1c", b"1c\r\n" + FORM[:9], b"1c\r\n" + FORM + b"\r\n", b"1c\r\n" + FORM + b"\r\n0\r\n"]
    )
    def test_of_half_a_chunked_request_nothing_comes(self, fresh, cut):
        answer = act(fresh, b"Transfer-Encoding: chunked\r\n", cut)
        assert status(answer) in (None, 400) and suspended(fresh) == set()

    def test_of_half_a_body_nothing_comes(self, fresh):
        assert act(fresh, b"Content-Length: 900\r\n", FORM) == b"" and suspended(fresh) == set()

    @pytest.mark.parametrize("length", [b"x", b"-1", b"+28", b"2_8", b"28 28", b"0x1c", b"9" * 30, b"\xb2"])
    def test_a_length_that_is_no_number_is_refused(self, fresh, length):
        answer = act(fresh, b"Content-Length: " + length + b"\r\n", FORM)
        assert status(answer) == 400 and b"Connection: close" in answer and suspended(fresh) == set()

    def test_two_different_lengths_are_refused_and_the_same_one_twice_is_not(self, fresh):
        assert status(act(fresh, b"Content-Length: 28\r\nContent-Length: 5\r\n", FORM)) == 400
        assert suspended(fresh) == set()
        assert status(act(fresh, b"Content-Length: 28\r\nContent-Length: 28\r\n", FORM)) == 200
        assert suspended(fresh) == {"anna"}

    def test_bytes_after_the_body_are_no_part_of_it(self, fresh):
        form = b"suspend=Suspend&select0=anna"
        data = request(
            fresh, b"POST /CMD_API_SELECT_USERS", b"Content-Length: 28\r\n", form + b"&select1=bert", close=False
        )
        raw(fresh.url, data)
        assert suspended(fresh) == {"anna"}

    def test_too_long_a_body_is_refused_before_it_is_read(self, shared):
        assert status(act(shared, f"Content-Length: {MOST_BODY + 1}\r\n".encode(), b"")) == 413
        chunk = f"{MOST_BODY + 1:x}\r\n".encode()
        assert status(act(shared, b"Transfer-Encoding: chunked\r\n", chunk)) == 413

    def test_an_unknown_transfer_encoding_is_refused(self, shared):
        assert status(act(shared, b"Transfer-Encoding: gzip, chunked\r\n", FORM)) == 501

    def test_a_client_that_waits_for_100_continue_gets_it(self, fresh):
        head = request(fresh, b"POST /CMD_API_SELECT_USERS", b"Content-Length: 28\r\nExpect: 100-continue\r\n")
        address = urlsplit(fresh.url)
        with socket.create_connection((address.hostname, address.port), timeout=10) as link:
            link.sendall(head)
            assert link.recv(100).startswith(b"HTTP/1.1 100 ")
            link.sendall(FORM)
            assert b"200 OK" in link.recv(65536)
        assert suspended(fresh) == {"anna"}

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"[]",
            b"null",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a":' * 5_000,
            b'{"username":"\\ud800","password":"\\udfff"}',
            b'{"username":{},"password":[]}',
            b"1" * 5000,
        ],
    )
    @pytest.mark.parametrize(
        "path", ["/api/login", "/api/login-keys/keys", "/api/session/login-as/switch", "/api/change-user-creator"]
    )
    def test_a_body_that_is_no_usable_json_is_the_callers_mistake(self, shared, body, path):
        browser = {"data": body, "headers": {"Content-Type": "application/json"}}
        assert 400 <= ask(shared, "POST", path, **browser).status_code < 500
        shared.auth.brute_force.right("127.0.0.1")

    @pytest.mark.parametrize(
        "body",
        [
            b"\0",
            b"&&&&=&=",
            b"%",
            b"%zz=%u1234",
            b"\xff=\xfe",
            b"a" * 100_000,
            b"&" * 100_000,
            b"select0[]=anna",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n",
        ],
    )
    def test_an_odd_form_does_nothing(self, shared, body):
        assert ask(shared, "POST", "/CMD_API_SELECT_USERS", data=body).status_code == 200
        assert suspended(shared) == set()


class TestLines:
    @pytest.mark.parametrize(
        "method", [b"HEAD", b"OPTIONS", b"PUT", b"PATCH", b"DELETE", b"TRACE", b"PROPFIND", b"get", b"CONNECT"]
    )
    @pytest.mark.parametrize("path", [b"/", b"/CMD_API_SHOW_USERS", b"/api/session", b"/CMD_LOGIN", b"/CMD_PLUGINS/x/"])
    def test_every_method_gets_an_answer(self, shared, method, path):
        answer = raw(shared.url, request(shared, method + b" " + path))
        assert 200 <= (status(answer) or 0) < 502 and b"Traceback" not in answer

    def test_head_has_no_body(self, shared):
        answer = raw(shared.url, request(shared, b"HEAD /CMD_API_SHOW_RESELLERS"))
        assert answer.endswith(b"\r\n\r\n") and b"Content-Length: 27" in answer

    @pytest.mark.parametrize(
        "path",
        [
            b"/%",
            b"/%zz",
            b"/%00",
            b"/CMD_%00",
            b"/api/users/%00/config",
            b"/api/users/%2e%2e/config",
            b"/api/users/" + b"a" * 5000 + b"/config",
            b"//",
            b"/" * 50,
            b"*",
            b"http://[x/",
            b"http://x:y/",
            b"//[",
            b"/?%",
            b"/?a=%ff&b",
            b"/\xff\xfe",
            b"/CMD_API_SHOW_USERS;x",
            b"/CMD_API_SHOW_USERS/more",
            b"/CMD_API_SHOW_USERS?reseller=%00",
            b"/CMD_API_SHOW_USERS?reseller=../../etc",
            b"/CMD_API_USER_SHOW?json=yes&ipp=-1&page=0",
            b"/CMD_API_USER_SHOW?json=yes&ipp=" + b"9" * 5000,
            b"/CMD_API_USER_SHOW?json=yes&ipp=%D9%A3",
            b"/api/session/login-as/user-list?limit=" + b"9" * 5000,
            b"/CMD_PLUGINS/%ff/",
            b"/CMD_PLUGINS/" + b"x" * 300,
            b"/CMD_PLUGINS",
            b"/evo",
            b"/evo/",
            b"/evo/plugin?src=%00",
        ],
    )
    def test_every_path_gets_an_answer(self, shared, path):
        answer = raw(shared.url, request(shared, b"GET " + path))
        assert (status(answer) or 500) < 500 and b"Traceback" not in answer

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\r\n",
            b"\r\n\r\n\r\n",
            b"nonsense\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/x\r\n\r\n",
            b"\0" * 100,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"GET / HTTP/1.1\r\n: x\r\n\r\n",
            b"GET / HTTP/1.1\r\n a: b\r\n\r\n",
            b"GET /",
        ],
    )
    def test_what_is_no_request_at_all_is_no_trouble(self, shared, data):
        assert b"Traceback" not in raw(shared.url, data)
        assert ask(shared, "GET", "/CMD_API_LOGIN_TEST").status_code == 200

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            (b"X: " + b"a" * 70_000 + b"\r\n", 431),
            (b"".join(b"X%d: y\r\n" % n for n in range(200)), 431),
            (b"X: " + b"a" * 60_000 + b"\r\n", 200),
        ],
    )
    def test_huge_headers_are_refused(self, shared, headers, code):
        assert status(raw(shared.url, request(shared, b"GET /CMD_API_LOGIN_TEST", headers))) == code

    def test_a_huge_address_is_refused(self, shared):
        assert status(raw(shared.url, request(shared, b"GET /" + b"a" * 70_000))) == 414

    @pytest.mark.parametrize(
        "header",
        [
            b"Cookie: session=\xe9; key=\xe9\r\n",
            b"Cookie: ;;;=;a;=b; session\r\n",
            b"Cookie: session=" + b"A" * 5000 + b"\r\n",
            b"Accept: \xff\r\n",
            b"Referer: \x01\xff\r\nUser-Agent: \xff\r\n",
        ],
    )
    @pytest.mark.parametrize("path", [b"/CMD_LOGIN", b"/CMD_API_LOGIN_TEST", b"/"])
    def test_odd_headers_get_an_answer(self, shared, header, path):
        answer = raw(shared.url, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + b"\r\n")
        assert (status(answer) or 500) < 500

    @pytest.mark.parametrize(
        "name", ["", "\0", "a" * 5000, "../../etc/shadow", "anna\n", "é", "anna|bert", "|", "admin|", "%s", "\x7f"]
    )
    def test_odd_names_at_the_login_page_let_nobody_in(self, shared, name):
        answer = requests.post(shared.url + "/CMD_LOGIN", data={"username": name, "password": "x\0"}, timeout=10)
        assert answer.status_code == 200 and "DirectAdmin Login" in answer.text
        shared.auth.brute_force.right("127.0.0.1")


class TestConnections:
    def test_an_old_client_gets_its_answer_and_the_end(self, shared):
        answer = raw(shared.url, b"GET /CMD_API_LOGIN_TEST HTTP/1.0\r\n" + auth(shared) + b"\r\n")
        assert status(answer) == 200 and b"Login" in answer

    def test_one_connection_serves_many_requests(self, shared):
        with requests.Session() as client:
            client.auth = ("admin", shared.password)
            ports = set()
            for _ in range(5):
                answer = client.get(shared.url + "/CMD_API_LOGIN_TEST", timeout=10, stream=True)
                ports.add(answer.raw._connection.sock.getsockname()[1] if answer.raw._connection else None)
                assert answer.text
        assert len(ports) == 1

    def test_requests_sent_ahead_are_answered_in_order(self, fresh):
        body = b"suspend=Suspend&select0=anna"
        first = request(fresh, b"POST /CMD_API_SELECT_USERS", b"Content-Length: 28\r\n", body, close=False)
        second = request(fresh, b"GET /CMD_API_SHOW_USER_CONFIG?user=anna&json=yes", close=False)
        third = request(fresh, b"GET /CMD_API_SHOW_RESELLERS")
        answer = raw(fresh.url, first + second + third)
        assert answer.count(b"HTTP/1.1 200 OK") == 3
        assert answer.index(b"selected") < answer.index(b'"suspended": "yes"') < answer.index(b"list[]=webbouw")

    def test_a_slow_client_is_waited_for_and_holds_up_nobody(self, fresh):
        data = request(fresh, b"POST /CMD_API_SELECT_USERS", b"Content-Length: 28\r\n", FORM)
        address = urlsplit(fresh.url)
        with socket.create_connection((address.hostname, address.port), timeout=10) as link:
            for start in range(0, len(data), 40):
                link.sendall(data[start : start + 40])
                began = time.monotonic()
                assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST").status_code == 200
                assert time.monotonic() - began < 5
            assert link.recv(65536).startswith(b"HTTP/1.1 200")
        assert suspended(fresh) == {"anna"}

    def test_a_client_that_hangs_up_is_no_trouble(self, fresh):
        address = urlsplit(fresh.url)
        for _ in range(5):
            link = socket.create_connection((address.hostname, address.port), timeout=10)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            link.sendall(request(fresh, b"GET /CMD_API_ALL_USER_SHOW?json=yes"))
            link.close()
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST").status_code == 200

    def test_many_at_once_all_get_the_right_answer(self, fresh):
        wrong = []

        def work(name):
            for _ in range(10):
                select(fresh, [name], suspend="Suspend")
                config = ask(fresh, "GET", f"/CMD_API_SHOW_USER_CONFIG?user={name}&json=yes").json()
                if config["suspended"] != "yes" or config["username"] != name:
                    wrong.append(config)
                select(fresh, [name], suspend="Unsuspend")

        threads = [threading.Thread(target=work, args=(name,)) for name in ("anna", "bert", "carl", "noord")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == [] and suspended(fresh) == set()

    def test_a_session_is_found_while_it_is_written(self, fresh):
        browser = logged_in(fresh)
        stop, lost = threading.Event(), []

        def look():
            cookies = dict(browser.cookies)
            while not stop.is_set():
                if fresh.sessions.find(cookies["session"], cookies["key"]) is None:
                    lost.append(1)

        thread = threading.Thread(target=look)
        thread.start()
        session = fresh.sessions.all()[0]
        for _ in range(300):
            fresh.sessions.switch(session, "anna", "admin")
        stop.set()
        thread.join()
        assert lost == []


def test_over_tls_the_same_holds_and_plain_callers_are_no_trouble(tmp_path):
    with _certificate(True) as context, SandboxPanel(tmp_path, tls=context) as panel:
        address = urlsplit(panel.url)
        assert address.scheme == "https"
        silent = socket.create_connection((address.hostname, address.port), timeout=10)
        assert b"Traceback" not in _quietly(lambda: raw(panel.url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
        (tmp_path / "ca.pem").write_text(ssl.get_server_certificate((address.hostname, address.port)))
        login = {"auth": ("admin", panel.password), "timeout": 10}
        good = requests.get(panel.url + "/CMD_API_LOGIN_TEST", verify=str(tmp_path / "ca.pem"), **login)
        assert good.status_code == 200
        panel.faults.plan("cut")
        with pytest.raises(requests.ConnectionError):
            requests.get(panel.url + "/CMD_API_LOGIN_TEST", verify=str(tmp_path / "ca.pem"), **login)
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(panel.url + "/", **login)
        made = requests.post(
            panel.url + "/api/login-keys/urls", data=json.dumps({}), verify=str(tmp_path / "ca.pem"), **login
        )
        assert made.json()["url"].startswith(panel.url + "/api/login/url?key=")
        silent.close()
        assert panel.mistakes == []


def _quietly(call):
    try:
        return call()
    except OSError:
        return b""


@pytest.mark.parametrize("path", ["/%00", "/" + quote("é" * 500), "/" + "a/" * 5000, "/..%2f..%2fetc/passwd"])
def test_odd_paths_of_sites_are_no_mistakes(shared, path):
    answer = raw(shared.sites_url, f"GET {path} HTTP/1.1\r\nHost: anna.example\r\nConnection: close\r\n\r\n".encode())
    assert 400 <= (status(answer) or 0) < 500


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "soon", 5, [], "2026-02-30T00:00:00Z", "١٢"]
)
def test_an_odd_instant_is_the_callers_mistake(shared, when):
    body = {
        "expires": when,
        "hasExpiry": True,
        "id": "odd",
        "password": "long-enough",
        "currentPassword": shared.password,
    }
    answer = ask(shared, "POST", "/api/login-keys/keys", json=body)
    assert answer.status_code in (200, 400)
    assert ask(shared, "GET", "/api/login-keys/keys").status_code == 200
    shared.keys.save("admin", [])
