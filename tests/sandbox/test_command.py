"""`dunning sandbox directadmin` as a process of its own: one line when ready, until interrupted, and nothing left."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

COMMAND = [sys.executable, "-m", "dunning_plugin", "sandbox", "directadmin"]


@contextmanager
def running(tmp_path, *words, port="0"):
    """The running command with its line of JSON; killed if it is still there in the end."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    line = [*COMMAND, "--port", port, "--json", *words]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            first = process.stdout.readline()
            assert first, process.stderr.read()
            yield process, json.loads(first)
        finally:
            if process.poll() is None:
                process.kill()


def ended(process, number):
    """Interrupt it; what it still said, and its exit code."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    return output, errors, process.returncode


def refused(*words, cwd=None):
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, cwd=cwd)
    assert done.stdout == "" and "Traceback" not in done.stderr
    return done.returncode, done.stderr


def get(facts, path, user=None):
    login = (facts[user], facts[f"{user}_password"]) if user else (facts["admin"], facts["password"])
    return requests.get(facts["url"] + path, auth=login, timeout=15)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """The command with the case, for tests that only look."""
    with running(tmp_path_factory.mktemp("ready")) as (process, facts):
        yield facts
        assert ended(process, signal.SIGTERM) == ("", "", 0)


class TestReady:
    def test_the_line_names_a_plain_http_address_of_the_loopback(self, ready):
        assert ready["url"].startswith("http://127.0.0.1:") and ready["url"].count("/") == 2
        assert get(ready, "/CMD_API_LOGIN_TEST?json=yes").json()["success"] == "Login OK"

    def test_the_reseller_is_one_of_the_four_and_the_user_an_active_one_of_his(self, ready):
        four = get(ready, "/CMD_API_SHOW_RESELLERS?json=yes").json()[:4]
        assert four == ready["resellers"] and ready["reseller"] in four
        assert ready["user"] in get(ready, f"/CMD_API_SHOW_USERS?json=yes&reseller={ready['reseller']}").json()
        assert get(ready, f"/api/users/{ready['user']}/config").json()["suspended"] is False

    @pytest.mark.parametrize("who", ["reseller", "user"])
    def test_their_passwords_let_them_in(self, ready, who):
        assert get(ready, "/CMD_API_SHOW_USER_CONFIG?json=yes", who).json()["username"] == ready[who]

    def test_the_site_answers_by_its_host_header(self, ready):
        answer = requests.get(ready["sites_url"], headers={"Host": ready["site"]}, timeout=10)
        assert answer.status_code == 200 and ready["site"] in answer.text

    def test_the_root_has_the_panels_files(self, ready):
        conf = Path(ready["root"]) / "usr/local/directadmin/data/users" / ready["user"] / "user.conf"
        assert f"creator={ready['reseller']}\n" in conf.read_text()

    def test_faults_are_planned_with_the_token(self, ready):
        headers = {"X-Sandbox-Token": ready["control_token"]}
        plan = {"faults": [{"kind": "error", "path": "NEVER"}]}
        assert (
            requests.post(ready["url"] + "/__sandbox__/faults", json=plan, headers=headers, timeout=10).status_code
            == 204
        )

    def test_it_listens_on_the_loopback_only(self, ready):
        port = int(ready["url"].rsplit(":", 1)[1])
        listening = [
            line.split()[1]
            for name in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
            if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
        ]
        assert listening == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_interrupted_then_ends_clean_and_leaves_nothing(tmp_path, number):
    with running(tmp_path, "--empty") as (process, facts):
        assert process.poll() is None and Path(facts["root"]).parent == tmp_path
        assert ended(process, number) == ("", "", 0)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(requests.ConnectionError):
        requests.get(facts["url"], timeout=5)


def test_it_ends_clean_with_callers_still_connected_and_one_hanging(tmp_path):
    with running(tmp_path, "--empty") as (process, facts):
        headers = {"X-Sandbox-Token": facts["control_token"]}
        plan = {"faults": [{"kind": "hang", "seconds": 60}]}
        with requests.Session() as client:
            client.post(facts["url"] + "/__sandbox__/faults", json=plan, headers=headers, timeout=10)
            address = facts["url"].rsplit(":", 1)[1]
            with socket.create_connection(("127.0.0.1", int(address)), timeout=10) as link:
                link.sendall(b"GET /api/info HTTP/1.1\r\nHost: x\r\n\r\n")
                assert ended(process, signal.SIGTERM)[1:] == ("", 0)
    assert list(tmp_path.iterdir()) == []


def test_empty_has_only_the_admin(tmp_path):
    with running(tmp_path, "--empty") as (_, facts):
        assert set(facts) == {"url", "admin", "password", "sites_url", "root", "control_token"}
        assert get(facts, "/CMD_API_SHOW_RESELLERS?json=yes").json() == []
        assert get(facts, "/CMD_API_SHOW_ADMINS?json=yes").json() == ["admin"]


def test_a_root_of_ones_own_is_made_and_kept(tmp_path):
    root = tmp_path / "deep/panel"
    with running(tmp_path, "--empty", "--root", str(root)) as (process, facts):
        assert facts["root"] == str(root)
        assert ended(process, signal.SIGTERM)[2] == 0
    assert (root / "usr/local/directadmin/data/users/admin/user.conf").is_file()


def test_a_root_that_is_not_empty_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine").write_text("x")
    code, said = refused("--root", str(tmp_path))
    assert code == 2 and "is not empty" in said and os.listdir(tmp_path) == ["mine"]


def test_over_tls_the_line_names_https_and_the_certificate_to_trust(tmp_path):
    with running(tmp_path, "--empty", "--tls") as (process, facts):
        assert facts["url"].startswith("https://127.0.0.1:")
        answer = requests.get(facts["url"] + "/api/info", verify=facts["ca_file"], timeout=10)
        assert answer.status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(facts["url"] + "/api/info", timeout=10)
        assert ended(process, signal.SIGTERM)[1:] == ("", 0)
    assert list(tmp_path.iterdir()) == []


def test_options_and_latency_hold(tmp_path):
    words = ("--option", "web_server=nginx", "--option", "brute_force_limit=1", "--latency", "200")
    with running(tmp_path, "--empty", *words) as (_, facts):
        answer = requests.post(facts["sites_url"], headers={"Host": "x"}, timeout=10)
        assert answer.status_code == 405
        wrong = requests.get(facts["url"] + "/CMD_API_LOGIN_TEST", auth=("admin", "wrong"), timeout=10)
        assert wrong.status_code == 401 and wrong.elapsed.total_seconds() >= 0.2
        assert get(facts, "/CMD_API_LOGIN_TEST").status_code == 403


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--option", "nonsense=1"], "no option 'nonsense'"),
        (["--option", "unsuspend_toggles"], "unsuspend_toggles has no value"),
        (["--option", "unsuspend_toggles=perhaps"], "'perhaps' is no value for unsuspend_toggles"),
        (["--option", "reason_shown=all"], "'all' is no value for reason_shown"),
        (["--option", "brute_force_limit=x"], "'x' is no value for brute_force_limit"),
        (["--port", "70000"], "70000"),
        (["--port", "x"], "x"),
        (["--latency", "-1"], "-1"),
        (["--nonsense"], "--nonsense"),
        (["more"], "more"),
    ],
)
def test_wrong_use_is_one_clear_error_and_exit_code_2(tmp_path, words, said):
    root = tmp_path / "root"
    code, text = refused(*words, "--json", "--root", str(root))
    assert code == 2 and said in text and not root.exists()


def test_a_wrong_value_says_which_would_do():
    assert "details, code, code: details, none" in refused("--option", "reason_shown=all")[1]
    assert "web_server" in refused("--option", "x=1")[1]


@pytest.mark.parametrize("which", ["--port", "--sites-port"])
def test_a_port_in_use_is_one_clear_error_that_leaves_nothing(tmp_path, which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = refused(which, port, "--root", str(tmp_path / "root"))
    assert code == 2 and f"port {port} cannot be used" in said and f"{which} 0" in said
    assert not (tmp_path / "root").exists()


def test_a_given_port_is_used_and_free_again_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = str(found.getsockname()[1])
    for _ in range(2):
        with running(tmp_path, "--empty", port=port) as (process, facts):
            assert facts["url"] == f"http://127.0.0.1:{port}"
            assert get(facts, "/CMD_API_LOGIN_TEST").status_code == 200
            assert ended(process, signal.SIGTERM)[2] == 0


def test_people_get_lines_instead_of_json(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    line = [*COMMAND, "--empty"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert "stop it with Ctrl-C" in lines[0] and lines[1].startswith("  url: http://127.0.0.1:")
    assert process.returncode == 0


def test_its_folder_lets_page_accounts_through(tmp_path):
    with running(tmp_path, "--empty") as (_, facts):
        assert Path(facts["root"]).stat().st_mode & 0o777 == 0o755
