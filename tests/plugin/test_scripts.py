"""The installer by itself: other umasks, no network, an ordinary user, and all that it refuses."""

import os
import shutil
import subprocess

import pytest

from tests.plugin.package import ROOT, package, unpacked
from tests.plugin.story import PLUGIN, look, once, run_script
from tests.plugin.test_life import MODES
from tests.sandbox.small import open_folder

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def plugin(tmp_path):
    """The plugin's folder as the manager unpacks it, without its wheels: for what fails before they are needed."""
    folder = tmp_path / PLUGIN
    shutil.copytree(package_folder(), folder)
    return folder


def package_folder():
    """The checkout's plugin/ is laid out as the package, but for what is built."""
    folder = ROOT / "plugin"
    assert (folder / "scripts/install.sh").is_file()
    return folder


@pytest.fixture
def bare(plugin):
    """The same with its manifest and an empty list of wheels."""
    shutil.copy(ROOT / "plugin.conf", plugin)
    (plugin / "wheels").mkdir()
    (plugin / "wheels/requirements.txt").write_text("")
    return plugin


def without_network():
    """The words before a command that take its network away, where that is possible."""
    words = ["unshare", "--net"]
    works = (
        AS_ROOT and shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0
    )
    return words if works else []


def installed_openly():
    """Installed under umask 000, cut off from any network; then uninstalled, twice."""
    with open_folder() as folder:
        plugin = unpacked(package(), folder)
        done = run_script(plugin, "install.sh", 0o000, before=without_network())
        seen = look(folder)
        removed = [run_script(plugin, "uninstall.sh", 0o000) for _ in range(2)]
        return {"done": done, "look": seen, "removed": removed, "left": look(folder)["modes"]}


@pytest.fixture(scope="module")
def openly(shared_folder):
    return once(shared_folder, "installed-openly", installed_openly)


def test_every_mode_is_the_same_under_umask_000(openly):
    assert openly["done"]["code"] == 0, openly["done"]
    found = {path: openly["look"]["modes"][path][1] for path in MODES}
    assert found == MODES


def test_nothing_is_open_to_be_written_by_others_under_umask_000(openly):
    modes = openly["look"]["modes"].items()
    assert [name for name, row in modes if row[0] != "link" and int(row[1], 8) & 0o022 and name != "."] == []


def test_uninstalling_twice_does_no_harm_and_hooks_are_gone_though_the_folder_stays(openly):
    assert [done["code"] for done in openly["removed"]] == [0, 0], openly["removed"]
    assert not any(name.startswith(f"{PLUGIN}/hooks/") and name.endswith(".sh") for name in openly["left"])
    assert "var/lib/dunning/dunning.db" in openly["left"] and "opt/dunning" not in openly["left"]


@pytest.mark.skipif(not AS_ROOT, reason="the whole run is an ordinary user's")
def test_an_ordinary_user_installs_into_a_sandbox_of_his_own_and_is_told_what_that_means():
    nobody = 65534
    with open_folder() as folder:
        unpacked(package(), folder)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody, nobody)
        done = run_script(folder / PLUGIN, "install.sh", 0o077, user=nobody, group=nobody, extra_groups=[])
        seen = look(folder)
        entry = (folder / "etc/passwd").read_text()
    assert done["code"] == 0 and "Not root: everything belongs to nobody" in done["out"], done
    assert {tuple(row[2:4]) for row in seen["modes"].values()} == {(nobody, nobody)}
    assert {path: seen["modes"][path][1] for path in MODES} == MODES
    assert entry == f"dunning:x:{nobody}:{nobody}:dunning plugin pages:/nonexistent:/usr/sbin/nologin\n"


class TestRefusals:
    """Each says why in its last line but one, fails, and leaves nothing that looks whole."""

    def refused(self, plugin, words, **more):
        done = run_script(plugin, more.pop("script", "install.sh"), **more)
        assert done["code"] != 0 and words in done["out"], done
        root = plugin.parents[4]
        for path in ("opt/dunning/venv", "usr/local/bin/dunning", "etc/systemd/system/dunning.service"):
            assert not os.path.lexists(root / path)

    def test_outside_the_panels_plugin_folder(self, bare, tmp_path):
        elsewhere = tmp_path / "a/b/c/d/e"
        shutil.copytree(bare, elsewhere)
        self.refused(elsewhere, "must lie in /usr/local/directadmin/plugins/dunning/scripts")

    def test_below_a_folder_whose_name_cannot_stand_in_a_script(self, bare, tmp_path):
        odd = tmp_path / "a b$(id)"
        shutil.copytree(bare, odd / PLUGIN)
        self.refused(odd / PLUGIN, "cannot stand in a script")

    def test_a_manifest_without_a_usable_version(self, bare):
        (bare / "plugin.conf").write_text("id=dunning\nversion=1;reboot\n")
        self.refused(bare, "no usable version")

    def test_a_customer_of_the_panel_with_the_accounts_name(self, bare, tmp_path):
        (tmp_path / "usr/local/directadmin/data/users/dunning").mkdir(parents=True)
        self.refused(bare, "a customer of the panel is called dunning")

    def test_an_account_of_that_name_that_somebody_else_made(self, bare, tmp_path):
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/passwd").write_text("dunning:x:1234:1234:Jan:/home/jan:/bin/sh\n")
        self.refused(bare, "that this plugin did not make")
        assert (tmp_path / "etc/passwd").read_text() == "dunning:x:1234:1234:Jan:/home/jan:/bin/sh\n"

    @pytest.mark.skipif(not AS_ROOT, reason="an ordinary user cannot become root by it")
    def test_an_account_of_that_name_that_is_root(self, bare, tmp_path):
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/passwd").write_text("dunning:x:0:0:dunning plugin pages:/root:/bin/sh\n")
        self.refused(bare, "root by another name")

    def test_a_package_without_its_wheels(self, bare):
        self.refused(bare, "dunning was not installed")

    def test_an_update_of_what_is_not_installed_fails_as_an_installation_does(self, bare):
        self.refused(bare, "dunning was not installed", script="update.sh")

    def test_uninstalling_with_a_store_that_nothing_can_read(self, bare, tmp_path):
        state = tmp_path / "var/lib/dunning"
        state.mkdir(parents=True)
        (state / "dunning.db").write_text("x")
        self.refused(bare, "Nothing was removed", script="uninstall.sh")
        assert (bare / "hooks/session_create_pre.sh").is_file()

    def test_a_file_of_the_hosts_where_the_command_would_go(self, bare, tmp_path):
        (tmp_path / "usr/local/bin").mkdir(parents=True)
        (tmp_path / "usr/local/bin/dunning").write_text("his own")
        done = run_script(bare, "install.sh")
        assert done["code"] != 0 and "is there and not ours; move it away" in done["out"]
        assert (tmp_path / "usr/local/bin/dunning").read_text() == "his own"


def test_uninstalling_what_was_never_installed_is_done_at_once(bare):
    done = run_script(bare, "uninstall.sh")
    assert done["code"] == 0 and "dunning is removed" in done["out"]


def test_the_accounts_of_others_stay_as_they_are(bare, tmp_path):
    (tmp_path / "etc").mkdir()
    others = "root:x:0:0::/root:/bin/sh\ndunning2:x:900:900::/:/bin/sh\n"
    (tmp_path / "etc/passwd").write_text(others)
    run_script(bare, "install.sh")
    number = 899 if AS_ROOT else os.geteuid()
    assert (tmp_path / "etc/passwd").read_text().startswith(f"{others}dunning:x:{number}:")
    run_script(bare, "uninstall.sh")
    assert (tmp_path / "etc/passwd").read_text() == others


@pytest.mark.parametrize("name", ["install.sh", "update.sh", "uninstall.sh"])
def test_a_script_stops_at_the_first_failure_and_hides_none(name):
    text = (package_folder() / "scripts" / name).read_text()
    assert text.startswith("#!/bin/sh\n") and "\nset -eu\n" in text
