"""The doctor asks the service as a stranger would, and says how to start it."""

import socket
import threading

import pytest

from dunning_plugin.doctor.finding import Level
from dunning_plugin.doctor.service import PAGE, check_service
from dunning_plugin.service import socket as sockets


@pytest.fixture
def root(tmp_path):
    (tmp_path / PAGE).parent.mkdir(parents=True)
    (tmp_path / PAGE).write_text("")
    return tmp_path


def findings(root):
    return [(finding.level, finding.what, finding.remedy) for finding in check_service("service", root)]


def serve(root, answer):
    listener = sockets.listen(root / "run/dunning", (64999, 64999))

    def once():
        try:
            line, _ = listener.accept()
        except OSError:
            return
        line.recv(1000)
        line.sendall(answer)
        line.close()

    threading.Thread(target=once, daemon=True).start()
    return listener


def test_a_panel_without_the_page_needs_no_service(tmp_path):
    assert findings(tmp_path) == []


def test_a_service_that_does_not_run_is_bad_and_how_to_start_it_is_said(root):
    [(level, what, remedy)] = findings(root)
    assert level is Level.BAD and "does not run" in what and "systemctl start dunning" in remedy


def test_a_service_that_refuses_strangers_is_well(root):
    with serve(root, b"HTTP/1.1 403 FORBIDDEN\r\n\r\n"):
        assert [level for level, _, _ in findings(root)] == [Level.OK]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n", b"SSH-2.0\r\n"])
def test_something_else_on_the_socket_is_bad(root, answer):
    with serve(root, answer):
        [(level, what, _)] = findings(root)
        assert level is Level.BAD and "not as a service of dunning's" in what


def test_a_dead_socket_is_bad(root):
    serve(root, b"").close()
    assert [level for level, _, _ in findings(root)] == [Level.BAD]


@pytest.mark.parametrize("name, mode", [("", 0o755), ("service.sock", 0o666)])
def test_a_socket_that_others_may_use_is_bad(root, name, mode):
    with serve(root, b"HTTP/1.1 403 FORBIDDEN\r\n\r\n"):
        (root / "run/dunning" / name).chmod(mode)
        assert [level for level, _, _ in findings(root)] == [Level.BAD]


def test_a_socket_deep_below_a_long_path_is_reached(tmp_path):
    root = tmp_path / ("x" * 60) / ("y" * 60)
    (root / PAGE).parent.mkdir(parents=True)
    (root / PAGE).write_text("")
    with serve(root, b"HTTP/1.1 403 FORBIDDEN\r\n\r\n") as listener:
        assert isinstance(listener, socket.socket) and [level for level, _, _ in findings(root)] == [Level.OK]
