"""The pages' relay: what it asks the service, what it prints, and what it says when there is nobody to ask."""

import json
import os
import pty
import socket
import subprocess
import time

import pytest

from tests.plugin.listener import ADMIN, OK, Listener, bind, placed, relay

SESSION = {"SESSION_ID": "s" * 39, "SESSION_KEY": "k" * 39, "USERNAME": "admin", "IS_LOGIN_AS": "0"}
DOWN = b"systemctl start dunning"


def answering(status: str, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def test_both_pages_are_one_program():
    assert (ADMIN / "index.html").read_bytes() == (ADMIN / "data.raw").read_bytes()


def test_the_program_is_a_few_dozen_lines_and_starts_without_site_and_environment():
    lines = (ADMIN / "index.html").read_text().splitlines()
    assert len(lines) < 100 and lines[0] == "#!/usr/bin/python3 -IS"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_form_the_page_is_got_whatever_the_method_says(tmp_path, method):
    with Listener(tmp_path) as service:
        assert relay(tmp_path, REQUEST_METHOD=method, QUERY_STRING="page=2&q=a%20b", POST="") == b"<p>hello</p>"
    assert service.line == b"GET /index.html?page=2&q=a%20b HTTP/1.1"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_form_is_posted_as_it_came_whatever_the_method_says(tmp_path, method):
    form = "reason=niet+betaald%0D%0A&token=" + "x" * 100_000
    with Listener(tmp_path) as service:
        relay(tmp_path, REQUEST_METHOD=method, QUERY_STRING="do=suspend", POST=form)
    assert service.line == b"POST /index.html?do=suspend HTTP/1.1"
    assert service.head[b"Content-Type"] == b"application/x-www-form-urlencoded"
    assert service.request.partition(b"\r\n\r\n")[2] == form.encode()


def test_the_panels_session_and_who_sits_there_travel_as_headers(tmp_path):
    with Listener(tmp_path) as service:
        relay(tmp_path, POST="", **{**SESSION, "IS_LOGIN_AS": "1", "LOGIN_AS_MASTER": "root2"})
    assert service.head == {
        b"Host": b"dunning",
        b"Connection": b"close",
        b"X-Session-Id": b"s" * 39,
        b"X-Session-Key": b"k" * 39,
        b"X-Username": b"admin",
        b"X-Is-Login-As": b"1",
        b"X-Login-As-Master": b"root2",
    }


def test_the_cookie_is_never_touched(tmp_path):
    with Listener(tmp_path) as service:
        printed = relay(tmp_path, POST="", HTTP_COOKIE="session=secret-one", **SESSION)
    assert b"secret-one" not in service.request + printed


def test_a_page_prints_the_body_alone_whatever_the_status(tmp_path):
    with Listener(tmp_path, answering("403 Forbidden", b"<p>no</p>", "Set-Cookie: a=b")):
        assert relay(tmp_path, POST="") == b"<p>no</p>"


def test_data_prints_a_whole_answer_with_the_headers_that_it_needs(tmp_path):
    headers = ["Content-Type: text/csv", "Cache-Control: no-store", 'Content-Disposition: attachment; filename="a.csv"']
    headers += ["X-Content-Type-Options: nosniff", "Set-Cookie: a=b", "Server: x", "Location: /elsewhere"]
    with Listener(tmp_path, answering("201 Created", b"a;b\n", *headers)) as service:
        head, _, body = relay(tmp_path, "data.raw", QUERY_STRING="what=csv", POST="").partition(b"\r\n\r\n")
    assert service.line == b"GET /data.raw?what=csv HTTP/1.1"
    status, *rows = head.decode().split("\r\n")
    assert status == "HTTP/1.1 201 Created" and body == b"a;b\n"
    assert {row.lower() for row in rows} == {row.lower() for row in [*headers[:4], "Content-Length: 4"]}


def test_a_body_of_any_bytes_and_size_comes_through(tmp_path):
    body = bytes(range(256)) * 8000
    with Listener(tmp_path, answering("200 OK", body)):
        assert relay(tmp_path, POST="") == body


@pytest.mark.parametrize(
    "name", ["QUERY_STRING", "SESSION_ID", "SESSION_KEY", "USERNAME", "LOGIN_AS_MASTER", "IS_LOGIN_AS"]
)
@pytest.mark.parametrize("odd", ["a\r\nX-Username: admin", "a\nb", "a\x1fb", "a\x7fb"])
def test_a_value_with_control_characters_is_refused_and_never_sent(tmp_path, name, odd):
    with Listener(tmp_path) as service:
        assert b"cannot be passed on" in relay(tmp_path, POST="", **{name: odd})
        raw = relay(tmp_path, "data.raw", POST="", **{name: odd})
    assert service.asked == []
    assert raw.startswith(b"HTTP/1.1 400 ") and json.loads(raw.partition(b"\r\n\r\n")[2])["error"]


def test_a_query_with_spaces_and_letters_beyond_ascii_stays_one_request_line(tmp_path):
    with Listener(tmp_path) as service:
        relay(tmp_path, POST="", QUERY_STRING="q=jan piet é HTTP/1.1")
    assert service.line == b"GET /index.html?q=jan%20piet%20%C3%A9%20HTTP/1.1 HTTP/1.1"


def test_standard_input_is_read_where_the_panel_sets_no_form_at_all(tmp_path):
    with Listener(tmp_path) as service:
        relay(tmp_path, stdin=b"a=1&b=2")
    assert service.request.endswith(b"\r\n\r\na=1&b=2") and service.line.startswith(b"POST ")


def test_standard_input_is_left_alone_where_the_panel_sets_an_empty_form(tmp_path):
    with Listener(tmp_path) as service:
        relay(tmp_path, stdin=b"a=1&b=2", POST="")
    assert service.line.startswith(b"GET ")


def test_a_terminal_is_not_read_from(tmp_path):
    ours, theirs = pty.openpty()
    try:
        with Listener(tmp_path) as service:
            relay(tmp_path, stdin=theirs)
        assert service.line.startswith(b"GET ")
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(("size", "passes"), [(128 * 1024, True), (128 * 1024 + 1, False)])
def test_standard_input_is_bounded(tmp_path, size, passes):
    with Listener(tmp_path) as service:
        printed = relay(tmp_path, stdin=b"x" * size)
    assert (printed == b"<p>hello</p>", len(service.asked)) == (passes, int(passes))


def test_a_closed_standard_input_is_no_form(tmp_path):
    script = placed(tmp_path, "index.html")
    with Listener(tmp_path) as service:
        done = subprocess.run(["/bin/sh", "-c", f"exec {script} <&-"], env={}, capture_output=True, timeout=30)
    assert (done.stdout, done.stderr, service.line[:4]) == (b"<p>hello</p>", b"", b"GET ")


@pytest.mark.parametrize("trouble", ["no folder", "no socket", "nobody listens"])
def test_a_service_that_is_down_is_said_in_english_and_dutch_with_how_to_start_it(tmp_path, trouble):
    if trouble != "no folder":
        (tmp_path / "run/dunning").mkdir(parents=True)
    if trouble == "nobody listens":
        with Listener(tmp_path / "other") as other:
            os.rename(other.folder / "service.sock", tmp_path / "run/dunning/service.sock")
    printed = relay(tmp_path, POST="", **SESSION).decode()
    for words in ('lang="en"', 'lang="nl"', "systemctl start dunning", "journalctl -u dunning", "dunning doctor"):
        assert words in printed
    raw = relay(tmp_path, "data.raw", POST="", **SESSION)
    assert raw.startswith(b"HTTP/1.1 503 ") and "systemctl" in json.loads(raw.partition(b"\r\n\r\n")[2])["error"]


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", OK[:-1], OK + b"more", OK.replace(b"12", b"x"), b"\x00" * 99]
)
def test_an_answer_that_is_cut_short_or_none_is_not_shown(tmp_path, answer):
    with Listener(tmp_path, answer):
        printed = relay(tmp_path, POST="", **SESSION)
    assert DOWN in printed and b"hello" not in printed


def test_a_service_that_hangs_is_given_up_after_a_while(tmp_path):
    script = placed(tmp_path, "index.html")
    script.write_text(script.read_text().replace("128 * 1024, 20", "128 * 1024, 1"))
    folder = tmp_path / "run/dunning"
    folder.mkdir(parents=True)
    with Listener(tmp_path / "other") as other, socket.socket(socket.AF_UNIX) as silent:
        bind(silent, folder)
        began = time.monotonic()
        assert DOWN in relay(tmp_path, POST="", **SESSION)
        assert 0.9 < time.monotonic() - began < 15 and other.asked == []


def test_no_secret_is_in_an_argument_or_in_what_is_printed(tmp_path):
    with Listener(tmp_path, answering("200 OK", b"<p>x</p>")):
        assert b"sss" not in relay(tmp_path, POST="", **SESSION)
    assert b"kkk" not in relay(tmp_path, POST="", **SESSION)


def test_a_folder_deeper_than_a_sockets_path_may_be_does_no_harm(tmp_path):
    deep = tmp_path / ("d" * 100) / ("e" * 60)
    with Listener(deep):
        assert relay(deep, POST="") == b"<p>hello</p>"


def test_a_page_costs_less_than_four_bare_pythons(tmp_path):
    from statistics import median

    script = placed(tmp_path, "index.html", "/usr/bin/python3")

    def seconds(*command: str) -> float:
        began = time.perf_counter()
        subprocess.run(command, env={"POST": ""}, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return time.perf_counter() - began

    with Listener(tmp_path, answering("200 OK", b"x" * 50_000)):
        pairs = [(seconds(str(script)), seconds("/usr/bin/python3", "-I", "-S", "-c", "pass")) for _ in range(15)]
    assert median(page for page, _ in pairs) < 4 * median(bare for _, bare in pairs)
