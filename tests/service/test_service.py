"""`dunning service` as a process of its own, asked over its socket as the relay asks, with sessions of the panel's."""

import os
import signal
import socket
import stat
import subprocess
import time
from contextlib import contextmanager

import pytest
import requests

from dunning_plugin import jobs
from dunning_plugin.enforce.wishes import SuspendWish
from dunning_plugin.installation import Installation
from dunning_plugin.service.person import SECONDS
from tests.e2e.world import NOW, world

RESELLER = "atelier"


@contextmanager
def running(here, folder):
    """The service, ready; its log goes to a file."""
    log = here.folder / "service.log"
    with log.open("ab") as file:
        command = here.command("service", "--socket-dir", str(folder))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file)
    try:
        until = time.monotonic() + 60
        while not _listens(folder):
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _listens(folder):
    try:
        with connected(folder):
            return True
    except OSError:
        return False


@contextmanager
def connected(folder):
    line = socket.socket(socket.AF_UNIX)
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        line.connect("service.sock")
    finally:
        os.fchdir(here)
        os.close(here)
    try:
        line.settimeout(30)
        yield line
    finally:
        line.close()


def ask(folder, path="/index.html?page=overdue", session=None, body=b"", headers=()):
    """(status, headers, body) of one request; `session`: one of the panel's."""
    rows = [("Host", "dunning"), ("Connection", "close"), *headers]
    if session is not None:
        rows += [("X-Session-Id", session.id), ("X-Session-Key", session.key)]
    if body:
        rows += [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in rows)
    with connected(folder) as line:
        line.sendall(f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = b""
        while part := line.recv(65536):
            answer += part
    first, _, rest = answer.partition(b"\r\n")
    rows, _, content = rest.partition(b"\r\n\r\n")
    return int(first.split()[1]), rows.decode().lower(), content.decode()


@contextmanager
def with_account(folder):
    """The world, with the page's account in the panel's own passwd."""
    with world(folder, only=RESELLER) as here:
        if os.geteuid() == 0:
            (here.panel.root / "etc").mkdir(exist_ok=True)
            with (here.panel.root / "etc/passwd").open("a") as file:
                file.write("dunning:x:64999:64999::/nonexistent:/usr/sbin/nologin\n")
        yield here


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with with_account(tmp_path_factory.mktemp("service")) as here:
        yield here


@pytest.fixture(scope="module")
def folder(here):
    folder = here.panel.root / "run/dunning"
    with running(here, folder):
        yield folder


@pytest.fixture
def admin(here):
    return here.panel.try_login("admin", here.panel.password)


def test_an_admin_sees_who_is_overdue(folder, admin):
    status, headers, body = ask(folder, session=admin)
    assert status == 200 and "Webbouw Noord" in body and "no-store" in headers


def test_without_a_session_nobody_sees_anything(folder):
    status, _, body = ask(folder)
    assert status == 403 and "Webbouw" not in body


@pytest.mark.parametrize("name", [RESELLER, f"{RESELLER}01"])
def test_a_resellers_or_users_session_is_refused(here, folder, name):
    session = here.panel.try_login(name, here.filled.passwords[name])
    status, _, body = ask(folder, session=session)
    assert status == 403 and "only admins" in body and "Webbouw" not in body


def test_what_the_page_says_of_itself_is_not_believed(here, folder):
    session = here.panel.try_login(RESELLER, here.filled.passwords[RESELLER])
    status, _, _ = ask(folder, session=session, headers=[("X-Username", "admin"), ("X-Login-As-Master", "admin")])
    assert status == 403


def test_a_session_that_ended_is_refused_within_seconds(here, folder, admin):
    assert ask(folder, session=admin)[0] == 200
    here.panel.sessions.destroy(admin)
    time.sleep(SECONDS + 0.2)
    assert ask(folder, session=admin)[0] == 403


@pytest.mark.parametrize("value", ["x", "x" * 39, "a; b=c", "' OR 1=1", "x" * 5000])
def test_a_made_up_session_is_refused(folder, admin, value):
    made_up = type("Made", (), {"id": value, "key": admin.key})
    assert ask(folder, session=made_up)[0] in (403, 400, 431)


def test_an_admin_who_acts_as_a_reseller_is_refused_as_one(here, folder):
    session = here.panel.try_login("admin", here.panel.password)
    cookies = {"session": session.id, "key": session.key}
    requests.post(
        f"{here.panel.url}/api/session/login-as/switch", json={"username": RESELLER}, cookies=cookies, timeout=10
    )
    assert ask(folder, session=session)[0] == 403


def test_the_socket_is_the_pages_accounts_alone(folder):
    socket_status, folder_status = os.lstat(folder / "service.sock"), os.lstat(folder)
    assert stat.S_IMODE(socket_status.st_mode) == 0o600 and stat.S_IMODE(folder_status.st_mode) == 0o710
    if os.geteuid() == 0:
        assert (socket_status.st_uid, folder_status.st_uid, folder_status.st_gid) == (64999, 0, 64999)


def test_no_session_is_in_the_log_or_in_an_argument_list(here, folder, admin):
    ask(folder, session=admin)
    ask(folder, session=type("Made", (), {"id": "made-up-session", "key": "made-up-key"}))
    log = (here.folder / "service.log").read_text()
    assert admin.id not in log and admin.key not in log and "made-up" not in log and here.panel.password not in log


@pytest.mark.parametrize(
    "path", ["/", "/admin", "/index.html/../x", "/data.raw", "/static/x", "/index.html?page=nothing"]
)
def test_any_other_address_shows_nothing(folder, admin, path):
    status, _, body = ask(folder, path, session=admin)
    assert status in (400, 404) and "Webbouw" not in body


def test_a_form_without_a_token_is_refused(here, folder, admin):
    before = here.panel.state_without_times()
    body = f"page=confirm&act=suspend&account=da1/{RESELLER}&why=x".encode()
    status, _, _ = ask(folder, f"/index.html?page=confirm&act=suspend&account=da1%2F{RESELLER}", admin, body)
    assert status in (400, 403, 404, 409) and here.panel.state_without_times() == before


def test_an_oversized_form_is_refused(folder, admin):
    assert ask(folder, session=admin, body=b"why=" + b"x" * 200_000)[0] == 413


def test_a_second_service_says_that_one_runs(here, folder):
    done = here.run("service", "--socket-dir", str(folder), code=3)
    assert "runs already" in done.stderr and _listens(folder)


def test_an_event_in_the_spool_is_in_the_journal_within_a_second(here, folder):
    (here.state / "spool/.9").write_text("hook=user_create_post\nusername=newcomer\ncreator=atelier\n")
    (here.state / "spool/.9").rename(here.state / "spool/user_create_post.9")
    time.sleep(1.0)
    assert not (here.state / "spool/user_create_post.9").exists()
    assert "newcomer" in here.run("journal", "show").stdout


def test_a_kill_in_the_middle_of_a_job_loses_nothing(tmp_path):
    with with_account(tmp_path) as here:
        free = here.panel.state_without_times()
        installation = Installation(str(here.config), NOW)
        with installation.store.begin() as conn:
            job_id = jobs.queue(conn, SuspendWish((f"da1/{RESELLER}",)), "admin", installation.now())
        here.panel.faults.plan("hang", path="SELECT_USERS", seconds=3)
        with running(here, tmp_path / "run") as process:
            _until(lambda: not here.panel.faults.planned)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert _job(installation, job_id).state == "running"
        with running(here, tmp_path / "run"):
            _until(lambda: _job(installation, job_id).is_over)
        assert _job(installation, job_id).state == "done"
        assert here.suspended() == {RESELLER, "atelier01", "atelier02", "atelier03"}
        here.run("restore", "--all", "--yes")
        assert here.panel.state_without_times() == free
        installation.close()


def _job(installation, job_id):
    with installation.store.read() as conn:
        return jobs.get(conn, job_id)


def _until(condition, seconds=40):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)
