"""The hooks as the panel runs them: /bin/sh, the documented environment, nothing else."""

import os
import subprocess
from pathlib import Path

import pytest

from dunning_plugin.panels.directadmin import hookfiles

HOOKS = Path(__file__).resolve().parents[2] / "plugin/hooks"


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "state"
    hookfiles.prepare_state(folder)
    return folder


@pytest.fixture
def run(tmp_path, state):
    hookfiles.install(tmp_path / "panel", state)

    def call(hook, **environment):
        script = tmp_path / "panel/usr/local/directadmin/plugins/dunning/hooks" / f"{hook}.sh"
        return subprocess.run(
            ["/bin/sh", str(script)],
            env={"PATH": "/usr/bin:/bin", **environment},
            capture_output=True,
            text=True,
            timeout=20,
        )

    return call


def test_a_locked_account_is_refused_and_every_other_passes(state, run):
    (state / "locks/login/jan").write_text("K7QM-2XHB\n")
    refused = run("session_create_pre", username="jan", password="x")
    assert refused.returncode == 1 and "administrative reasons" in refused.stdout
    assert run("session_create_pre", username="piet", password="x").returncode == 0


@pytest.mark.parametrize(
    "name", ["", "../login/jan", "/etc/passwd", "jan piet", "jan\n", ".jan", "JAN", "jan*", "$(id)", "-jan", "j\x7fan"]
)
def test_an_odd_name_is_no_path_and_passes(state, run, name):
    (state / "locks/login/jan").write_text("K7QM-2XHB\n")
    done = run("session_create_pre", username=name, password="x")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_a_user_name_everybody_passes(run):
    assert run("session_create_pre").returncode == 0


@pytest.mark.parametrize("trouble", ["missing", "file", "unreadable", "link to nothing"])
def test_a_broken_lock_folder_lets_everybody_in(state, run, trouble):
    folder = state / "locks/login"
    folder.rmdir()
    if trouble == "file":
        folder.write_text("")
    if trouble == "unreadable":
        folder.mkdir(mode=0o000)
    if trouble == "link to nothing":
        folder.symlink_to(state / "none")
    assert run("session_create_pre", username="jan", password="x").returncode == 0


def test_an_admins_login_as_comes_without_a_password_and_passes(state, run):
    (state / "locks/login/jan").write_text("K7QM-2XHB\n")
    assert run("session_create_pre", username="jan", password="").returncode == 0


def test_a_locked_account_is_refused_also_where_no_password_is_handed_over_at_all(state, run):
    (state / "locks/login/jan").write_text("K7QM-2XHB\n")
    assert run("session_create_pre", username="jan").returncode == 1


def test_the_password_is_touched_by_nothing(state, run, tmp_path):
    (state / "locks/login/jan").write_text("K7QM-2XHB\n")
    marker = tmp_path / "ran"
    for hook in ("session_create_pre", "user_create_post"):
        for secret in (f"$(touch {marker})", f"`touch {marker}`", "s3cret"):
            done = run(hook, username="jan", password=secret, passwd=secret)
            assert "s3cret" not in done.stdout + done.stderr
    assert not marker.exists()
    assert all("s3cret" not in path.read_text() for path in (state / "spool").iterdir())


def test_our_block_is_not_lifted_by_hand_and_the_refusal_says_who_can(state, run):
    (state / "locks/guard/jan").write_text("K7QM-2XHB\n")
    refused = run("user_activate_pre", username="jan", creator="webbouw")
    assert refused.returncode == 1 and "K7QM-2XHB" in refused.stdout and "dunning restore jan" in refused.stdout
    assert run("user_activate_pre", username="piet").returncode == 0


@pytest.mark.parametrize("content", ["", "\n", "$(id)\n", "K7QM 2XHB\n"])
def test_a_broken_guard_refuses_nothing(state, run, content):
    (state / "locks/guard/jan").write_text(content)
    assert run("user_activate_pre", username="jan").returncode == 0


def test_a_setting_turns_the_guard_off(state, run):
    (state / "locks/guard/jan").write_text("K7QM-2XHB\n")
    (state / "locks/guard.off").touch()
    assert run("user_activate_pre", username="jan").returncode == 0


@pytest.mark.parametrize("hook", ["user_suspend_post", "user_activate_post", "user_create_post", "user_destroy_post"])
def test_what_happened_is_left_in_the_spool(state, run, hook):
    assert run(hook, username="jan", creator="webbouw", usertype="user", domain="x\ny=z").returncode == 0
    (event,) = (state / "spool").iterdir()
    assert event.read_text() == f"hook={hook}\nusername=jan\ncreator=webbouw\nusertype=user\n"
    assert event.stat().st_mode & 0o777 == 0o600


def test_a_deleted_accounts_lock_and_guard_do_not_wait_for_the_next_of_its_name(state, run):
    for name in ("login/jan", "guard/jan", "guard/~jan", "login/piet"):
        (state / "locks" / name).write_text("K7QM-2XHB\n")
    run("user_destroy_post", username="jan")
    assert sorted(path.name for path in (state / "locks").rglob("*") if path.is_file()) == ["piet"]


def test_a_guard_ends_with_the_block_whoever_lifted_it(state, run):
    for name in ("guard/jan", "guard/piet", "login/jan"):
        (state / "locks" / name).write_text("K7QM-2XHB\n")
    run("user_activate_post", username="jan")
    run("user_activate_post", username="../guard/piet")
    assert sorted(str(path.relative_to(state / "locks")) for path in (state / "locks").rglob("*") if path.is_file()) == [
        "guard/piet", "login/jan"
    ]  # fmt: skip


def test_hostile_values_are_left_out_of_an_event(state, run):
    run("user_create_post", username="jan\nhook=x", creator="$(id)", usertype="a=b")
    (event,) = (state / "spool").iterdir()
    assert event.read_text() == "hook=user_create_post\nusername=\ncreator=\nusertype=\n"


@pytest.mark.parametrize("trouble", ["missing", "file"])
def test_a_broken_spool_never_fails_the_panels_command(state, run, trouble):
    (state / "spool").rmdir()
    if trouble == "file":
        (state / "spool").write_text("")
    done = run("user_suspend_post", username="jan")
    assert (done.returncode, done.stdout) == (0, "")


def test_installing_twice_changes_nothing_and_check_finds_what_is_missing(tmp_path, state):
    umask = os.umask(0o077)
    try:
        files = hookfiles.install(tmp_path, state)
    finally:
        os.umask(umask)
    before = [(path.stat().st_ino, path.stat().st_mode) for path in files]
    hookfiles.install(tmp_path, state)
    assert [(path.stat().st_ino, path.stat().st_mode) for path in files] == before
    assert hookfiles.check(tmp_path, state) == []
    files[0].write_text("#!/bin/sh\n")
    files[1].unlink()
    assert len(hookfiles.check(tmp_path, state)) == 2


@pytest.mark.parametrize("hook", sorted(HOOKS.glob("*.sh")), ids=lambda path: path.name)
def test_a_hook_is_posix_sh_without_python(hook):
    text = hook.read_text()
    assert text.startswith("#!/bin/sh\n") and "python" not in text.lower().replace("no python", "")
    assert subprocess.run(["/bin/sh", "-n", str(hook)], timeout=20).returncode == 0


def packaged(root, account=True):
    """The plugin package as its install.sh leaves it, as far as the manifest goes."""
    folder = root / "usr/local/directadmin/plugins/dunning"
    (folder / "admin").mkdir(parents=True)
    (folder / "admin/index.html").write_text("#!/usr/bin/python3 -IS\n")
    conf = (hookfiles.source() / "plugin.conf").read_text()
    (folder / "plugin.conf").write_text(conf + "update_url=https://mirror.example/dunning.tar.gz\n")
    (root / "etc").mkdir()
    (root / "etc/passwd").write_text(
        "dunning:x:900:900:dunning plugin pages:/nonexistent:/usr/sbin/nologin\n" * account
    )
    return folder / "plugin.conf"


def test_hooks_without_the_package_name_no_account_and_no_page(tmp_path, state):
    hookfiles.install(tmp_path, state)
    text = (tmp_path / "usr/local/directadmin/plugins/dunning/plugin.conf").read_text()
    assert "active=yes\ninstalled=yes\n" in text
    assert not any(line.startswith(hookfiles.PAGE_KEYS) for line in text.splitlines())


def test_mending_the_hooks_leaves_the_packages_manifest_as_it_is_but_puts_it_to_work(tmp_path, state):
    conf = packaged(tmp_path)
    before = conf.read_text()
    hookfiles.install(tmp_path, state)
    assert conf.read_text() == before.replace("active=no", "active=yes").replace("installed=no", "installed=yes")
    assert hookfiles.check(tmp_path, state) == []


def test_a_manifest_never_names_an_account_that_does_not_exist(tmp_path, state):
    conf = packaged(tmp_path, account=False)
    hookfiles.install(tmp_path, state)
    assert "admin_run_as" not in conf.read_text()
    (problem,) = hookfiles.check(tmp_path, state)
    assert "names no account" in problem.what and "install.sh" in problem.remedy
    conf.write_text(conf.read_text() + "admin_run_as=dunning\n")
    (problem,) = hookfiles.check(tmp_path, state)
    assert "does not exist" in problem.what
