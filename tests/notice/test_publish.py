"""The notice in folders that a hostile owner holds: nothing is followed, everything comes back, at any instant."""

import os
import tempfile
import threading
from pathlib import Path

import pytest

from dunning_plugin.model import Seen
from dunning_plugin.notice import safefs
from dunning_plugin.notice.publish import KEEP, NoticeLayer
from dunning_plugin.sandbox.directadmin.state import state_of

REF = "K7QM-2XHB"


@pytest.fixture
def tmp_path():
    """In memory where there is such a place: every step is synced, and there are thousands."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as path:
        yield Path(path)


@pytest.fixture
def home(tmp_path):
    domains = tmp_path / "home/webbouw/domains"
    domains.mkdir(parents=True)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/index.html").write_text("victim\n")
    return domains


@pytest.fixture
def layer(tmp_path):
    return NoticeLayer(tmp_path, lambda name, place, ref: {"index.html": b"notice\n", ".dunning": f"{ref}\n".encode()})


def folder(home, _):
    (home / "suspended/img").mkdir(parents=True)
    (home / "suspended/index.html").write_text("mine\n")
    os.link(home / "suspended/index.html", home / "suspended/again.html")
    os.symlink("/etc/passwd", home / "suspended/link")
    (home / "suspended/img").chmod(0o2770)
    os.utime(home / "suspended", (1, 1))


def link_to_a_folder(home, tmp_path):
    os.symlink(tmp_path / "victim", home / "suspended")


def link_to_nothing(home, _):
    os.symlink("/nowhere", home / "suspended")


def a_file(home, _):
    (home / "suspended").write_text("a file\n")


def nothing(home, _):
    pass


def links_inside(home, tmp_path):
    (home / "suspended").mkdir()
    os.symlink(tmp_path / "victim/index.html", home / "suspended/index.html")


BEFORE = [folder, link_to_a_folder, link_to_nothing, a_file, nothing, links_inside]


def lay(layer):
    return layer.lay(["webbouw"], REF)["webbouw"]


def lift(layer):
    return layer.lift({"webbouw": {}}, REF)["webbouw"]


def see(layer, ref=REF):
    return layer.see(["webbouw"], ref)["webbouw"].seen


def inodes(top):
    return {path: os.lstat(os.path.join(top, path)).st_ino for path in state_of(top)}


@pytest.mark.parametrize("before", BEFORE)
def test_what_stood_there_comes_back_byte_for_byte(home, layer, tmp_path, before):
    before(home, tmp_path)
    state, numbers = state_of(home), inodes(home)
    assert lay(layer).ok and see(layer) is Seen.OURS
    assert (home / "suspended/index.html").read_text() == "notice\n"
    assert lift(layer).ok and see(layer) is Seen.FREE
    assert (state_of(home), inodes(home)) == (state, numbers)
    assert not (tmp_path / "home" / KEEP).exists() and (tmp_path / "victim/index.html").read_text() == "victim\n"


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("act", [lay, lift])
@pytest.mark.parametrize("after", [False, True])
def test_a_death_at_any_instant_is_finished_by_the_next_call(home, layer, tmp_path, before, act, after, monkeypatch):
    before(home, tmp_path)
    state = state_of(home)
    for step in range(60):
        if act is lift:
            lay(layer)
        died = die_at(monkeypatch, step, after, lambda: act(layer))
        act(layer)
        assert see(layer) is (Seen.OURS if act is lay else Seen.FREE)
        lift(layer)
        assert state_of(home) == state, f"step {step}"
        if not died:
            break
    else:
        pytest.fail("more steps than expected")
    assert not (tmp_path / "home" / KEEP).exists()


class Stop(BaseException):
    pass


def die_at(monkeypatch, step, after, act):
    count = iter(range(10_000))

    def mortal(function):
        def call(*args, **kwargs):
            number = next(count)
            if number == step and not after:
                raise Stop
            answer = function(*args, **kwargs)
            if number == step:
                raise Stop
            return answer

        return call

    with monkeypatch.context() as patch:
        for name in ("rename", "mkdir", "rmdir", "unlink", "fsync"):
            patch.setattr(safefs.os, name, mortal(getattr(os, name)))
        try:
            act()
        except Stop:
            return True
    return False


def test_laying_and_lifting_twice_is_harmless(home, layer, tmp_path):
    folder(home, tmp_path)
    state = state_of(home)
    assert lay(layer).ok and lay(layer).ok
    assert lift(layer).ok and lift(layer).ok
    assert state_of(home) == state


def test_what_somebody_put_there_meanwhile_is_left_and_said(home, layer, tmp_path):
    folder(home, tmp_path)
    lay(layer)
    os.rename(home / "suspended", home / "elsewhere")
    (home / "suspended").mkdir()
    (home / "suspended/index.html").write_text("new\n")
    answer = lift(layer)
    assert "replaced by someone" in answer.words and (home / "suspended/index.html").read_text() == "new\n"
    kept = tmp_path / "home" / KEEP / f"webbouw-suspended-{REF}"
    assert str(kept) in answer.words and (kept / "index.html").read_text() == "mine\n"


@pytest.mark.parametrize("part", ["webbouw", "webbouw/domains"])
def test_a_home_that_is_a_link_is_refused_and_nothing_is_touched(home, layer, tmp_path, part):
    elsewhere = tmp_path / "elsewhere"
    os.rename(tmp_path / "home" / part, elsewhere)
    os.symlink(elsewhere, tmp_path / "home" / part)
    before = state_of(elsewhere)
    answer = lay(layer)
    assert not answer.ok and "link" in answer.words and state_of(elsewhere) == before


def test_a_marker_that_the_owner_wrote_himself_is_not_ours_under_root(home, layer, tmp_path):
    (home / "suspended").mkdir()
    (home / "suspended/.dunning").write_text(f"{REF}\n")
    if os.geteuid() == 0:
        os.chown(home / "suspended", 20001, 20001)
        assert see(layer) is Seen.FREE
    else:
        assert see(layer) is Seen.OURS


def test_another_cases_notice_is_foreign(home, layer):
    lay(layer)
    assert see(layer, "ZZZZ-9999") is Seen.FOREIGN


def test_a_deleted_reseller_is_gone(layer, home):
    assert layer.see(["nobody"], REF)["nobody"].seen is Seen.GONE
    assert layer.lift({"nobody": {}}, REF)["nobody"].ok


def test_an_owner_who_swaps_folders_while_we_write_gets_nothing_written_elsewhere(home, layer, tmp_path):
    victim = state_of(tmp_path / "victim")
    stop = threading.Event()

    def attack():
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                if turn % 2:
                    os.symlink(tmp_path / "victim", home / "suspended")
                else:
                    os.rename(home / "suspended", home / f"moved{turn % 7}")
            except OSError:
                for name in os.listdir(home):
                    if name.startswith("moved") and os.path.islink(home / name):
                        os.unlink(home / name)

    thread = threading.Thread(target=attack)
    thread.start()
    try:
        for _ in range(15):
            lay(layer)
            lift(layer)
    finally:
        stop.set()
        thread.join()
    assert state_of(tmp_path / "victim") == victim
    lift(layer)
    assert see(layer) is Seen.FREE
