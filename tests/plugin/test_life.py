"""The plugin installed, updated and deleted through the panel's plugin manager: what each step leaves, and refuses."""

import json
import os
import re

import pytest

from tests.plugin.package import ROOT, newest_revision
from tests.plugin.story import PLUGIN
from tools.pure_wheel import version_of

AS_ROOT = os.geteuid() == 0
ME, MINE = os.geteuid(), os.getegid()
PAGES = 900 if AS_ROOT else MINE
"""The group of the page's account below a sandbox's root: the highest free number, or the ordinary user's own."""
VENV = f"opt/dunning/venv-{version_of(ROOT)}"
MODES = {
    "opt/dunning": "0755",
    VENV: "0755",
    f"{VENV}/bin/dunning": "0755",
    "etc/dunning": "0700",
    "etc/dunning/dunning.yaml": "0600",
    "etc/systemd/system/dunning.service": "0644",
    "etc/passwd": "0644",
    "etc/group": "0644",
    "var/lib/dunning": "0700",
    "var/lib/dunning-import": "0700",
    "var/lib/dunning/dunning.db": "0600",
    "var/lib/dunning/spool": "0700",
    "var/lib/dunning/run": "0700",
    "var/lib/dunning/backups": "0700",
    "var/lib/dunning/locks": "0700",
    "var/lib/dunning/locks/login": "0700",
    "var/lib/dunning/locks/guard": "0700",
    "run/dunning": "0710",
    PLUGIN: "0755",
    f"{PLUGIN}/plugin.conf": "0644",
    f"{PLUGIN}/admin": "0755",
    f"{PLUGIN}/admin/index.html": "0755",
    f"{PLUGIN}/admin/data.raw": "0755",
    f"{PLUGIN}/hooks": "0755",
    f"{PLUGIN}/hooks/admin_txt.html": "0644",
    f"{PLUGIN}/hooks/admin_img.html": "0644",
    f"{PLUGIN}/hooks/session_create_pre.sh": "0755",
    f"{PLUGIN}/hooks/user_activate_pre.sh": "0755",
    f"{PLUGIN}/images": "0755",
    f"{PLUGIN}/images/icon.png": "0644",
    f"{PLUGIN}/images/menu_admin.json": "0644",
    f"{PLUGIN}/scripts/install.sh": "0755",
    f"{PLUGIN}/scripts/update.sh": "0755",
    f"{PLUGIN}/scripts/uninstall.sh": "0755",
    f"{PLUGIN}/scripts/common.sh": "0644",
    f"{PLUGIN}/wheels": "0755",
}


@pytest.fixture(scope="module")
def installed(story):
    assert story["install"]["status"] == 200, story["install"]
    return story["installed"]


def conf(look):
    return dict(line.split("=", 1) for line in look["texts"][f"{PLUGIN}/plugin.conf"].splitlines())


def without_inodes(look):
    return {name: row[:4] for name, row in look["modes"].items()}


class TestInstall:
    @pytest.mark.parametrize(("path", "mode"), MODES.items())
    def test_a_path_has_its_own_mode_under_umask_077_and_belongs_to_root(self, installed, path, mode):
        _, found, uid, gid, _ = installed["modes"][path]
        assert (found, uid, gid) == (mode, ME, PAGES if path == "run/dunning" else MINE)

    def test_nothing_but_links_may_be_written_by_group_or_others(self, installed):
        loose = [name for name, row in installed["modes"].items() if row[0] != "link" and int(row[1], 8) & 0o022]
        assert loose == []

    def test_the_panel_lists_it_as_installed_and_active(self, installed):
        (plugin,) = installed["listed"]
        assert (plugin["id"], plugin["active"], plugin["installed"]) == ("dunning", True, True)
        assert plugin["version"] == version_of(ROOT)

    def test_the_account_can_neither_log_in_nor_be_at_home(self, installed):
        (line,) = [line for line in installed["texts"]["etc/passwd"].splitlines() if line.startswith("dunning:")]
        _, password, uid, gid, _, home, shell = line.split(":")
        assert (password, home, shell) == ("x", "/nonexistent", "/usr/sbin/nologin")
        assert (int(uid), int(gid)) == (900 if AS_ROOT else ME, PAGES)
        assert f"dunning:x:{gid}:\n" in installed["texts"]["etc/group"]

    def test_the_link_leads_to_the_venv_of_this_version_and_the_command_to_the_link(self, installed):
        assert installed["venv"] == VENV.rpartition("/")[2]
        assert installed["program"] == f"{installed['root']}/opt/dunning/venv/bin/dunning"

    def test_the_store_is_made_and_of_this_revision(self, installed):
        assert installed["revision"] == newest_revision()

    def test_a_commented_configuration_that_works_is_written(self, installed, tmp_path):
        from dunning_plugin.config import load

        (tmp_path / "dunning.yaml").write_text(installed["texts"]["etc/dunning/dunning.yaml"])
        config = load(tmp_path / "dunning.yaml")
        assert str(config.state_dir) == f"{installed['root']}/var/lib/dunning"
        assert str(config.panels["da1"].root) == installed["root"] and config.panels["da1"].password_file is None
        assert "  # Its e-mail address\n" in (tmp_path / "dunning.yaml").read_text()

    def test_hooks_and_relay_know_where_they_are_and_which_python_there_is(self, installed):
        hook = installed["texts"][f"{PLUGIN}/hooks/user_create_post.sh"]
        assert f"\nstate={installed['root']}/var/lib/dunning\n" in hook
        assert re.match(r"#!/usr/(local/)?bin/python3[.0-9]* -IS\n", installed["texts"][f"{PLUGIN}/admin/index.html"])

    def test_the_unit_is_hardened_and_writes_only_where_it_must(self, installed):
        unit, root = installed["texts"]["etc/systemd/system/dunning.service"], installed["root"]
        assert f"\nExecStart={root}/opt/dunning/venv/bin/dunning service\n" in unit
        assert f"\nExecStartPre=+/usr/bin/install -d -m 0710 -o root -g dunning {root}/run/dunning\n" in unit
        for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=on-failure"):
            assert f"\n{line}\n" in unit
        writable = re.findall(r"^ReadWritePaths=(.*)$", unit, re.MULTILINE)[0].split()
        places = ("home", "usr/local/directadmin/data", "var/log/directadmin")
        assert writable == [
            f"{root}/var/lib/dunning",
            f"-{root}/run/dunning",
            *(f"-{root}/{place}" for place in places),
        ]
        bounds = re.findall(r"^CapabilityBoundingSet=(.*)$", unit, re.MULTILINE)[0].split()
        # Set-group-ID folders and used-up quotas must not keep what was there from coming back.
        assert {"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_SYS_RESOURCE"} == set(bounds)
        assert "\nRestrictSUIDSGID" not in unit

    def test_the_page_runs_as_its_account_and_says_that_the_service_is_down(self, story):
        page, raw = story["seen"]["page"], story["seen"]["raw"]
        assert page["status"] == 200 and "systemctl start dunning" in page["text"]
        assert raw["status"] == 503 and json.loads(raw["text"])["error"]

    def test_an_admin_finds_it_in_both_skins(self, story):
        assert '<a href="/CMD_PLUGINS_ADMIN/dunning/index.html">Dunning</a>' in story["seen"]["classic"]["text"]
        assert 'src="/CMD_PLUGINS_ADMIN/dunning/images/icon.png"' in story["seen"]["classic"]["text"]
        assert "/evo/plugin?src=%2FCMD_PLUGINS_ADMIN%2Fdunning%2Findex.html" in story["seen"]["evolution"]["text"]
        assert story["seen"]["icon"]["status"] == 200

    def test_what_it_says_goes_to_the_panel_alone(self, story):
        assert story["again"]["err"] == "" and "is installed" in story["install"]["output"]


class TestInstallAgain:
    def test_it_changes_nothing(self, story, installed):
        assert story["again"]["code"] == 0
        # The plugin manager has marked it active since.
        assert without_inodes(story["again"]["look"]) == without_inodes(installed)
        assert story["again"]["look"]["texts"] == installed["texts"]

    @pytest.mark.parametrize("path", [f"{VENV}/pyvenv.cfg", "var/lib/dunning/dunning.db", "etc/dunning/dunning.yaml"])
    def test_venv_store_and_settings_are_the_same_files_as_before(self, story, installed, path):
        assert story["again"]["look"]["modes"][path] == installed["modes"][path]


class TestDeleteWhileBlocked:
    def test_it_is_refused_with_names_and_the_way_out(self, story):
        assert story["suspended"]["code"] == 0, story["suspended"]
        refused = story["refused"]
        assert refused["status"] == 500 and "dunning restore --all" in refused["output"]
        assert "3 accounts" in refused["output"] and "da1/webbouw" in refused["output"]

    def test_everything_stays(self, story, installed):
        assert without_inodes(story["refused"]["look"]).keys() >= without_inodes(installed).keys()
        assert story["refused"]["look"]["listed"] == installed["listed"]


class TestUpdate:
    def test_the_new_version_is_at_work_and_the_old_venv_still_there(self, story):
        look = story["update"]["look"]
        assert story["update"]["status"] == 200, story["update"]
        assert look["venv"] == "venv-77.1.0" and VENV in look["modes"]
        assert (
            look["listed"][0]["version"] == "77.1.0" and look["listed"][0]["active"] and look["listed"][0]["installed"]
        )

    def test_the_store_keeps_what_it_had_and_is_migrated(self, story):
        look = story["update"]["look"]
        assert (look["revision"], look["debtors"], look["tables"]) == ("9001", "noord", "later")

    def test_the_store_before_it_is_backed_up_for_root_alone(self, story):
        (name,) = [name for name in story["update"]["look"]["modes"] if "/backups/" in name]
        assert story["update"]["look"]["modes"][name][1:4] == ["0600", ME, MINE] and "before-77.1.0-" in name

    def test_the_hosts_settings_stay_and_are_closed_again_to_others(self, story, installed):
        look = story["update"]["look"]
        assert look["texts"]["etc/dunning/dunning.yaml"] == installed["texts"]["etc/dunning/dunning.yaml"]
        assert look["modes"]["etc/dunning/dunning.yaml"][1] == "0600"

    def test_hooks_and_relay_are_put_in_their_place_again(self, story, installed):
        for path in (f"{PLUGIN}/hooks/user_create_post.sh", f"{PLUGIN}/admin/index.html"):
            assert story["update"]["look"]["texts"][path] == installed["texts"][path]
        assert conf(story["update"]["look"])["admin_run_as"] == "dunning"


class TestFailedUpdate:
    def test_it_is_said_and_fails(self, story):
        failed = story["failed"]
        assert failed["status"] == 500 and "was taken back: 77.1.0 is at work again" in failed["output"]

    def test_the_store_is_what_it_was_though_the_migration_committed_half_of_itself(self, story):
        look = story["failed"]["look"]
        assert (look["revision"], look["debtors"], look["tables"]) == ("9001", "noord", "later")

    def test_link_files_and_manifest_are_those_of_the_version_before(self, story):
        before, after = story["update"]["look"], story["failed"]["look"]
        assert after["venv"] == "venv-77.1.0" and after["listed"] == before["listed"]
        assert conf(after) == conf(before)
        same = [path for path in before["texts"] if path != f"{PLUGIN}/plugin.conf"]
        assert {path: after["texts"][path] for path in same} == {path: before["texts"][path] for path in same}

    def test_nothing_of_the_new_version_is_left_but_the_backup(self, story):
        before, after = without_inodes(story["update"]["look"]), without_inodes(story["failed"]["look"])
        (backup,) = after.keys() - before.keys()
        assert "/backups/before-77.2.0-" in backup
        assert {name: after[name] for name in before} == before

    def test_the_version_before_goes_on_knowing_what_it_laid(self, story):
        laid = story["failed"]["laid"]
        assert laid["code"] == 0 and len(json.loads(laid["out"])) == 3


class TestDelete:
    def test_it_is_done_once_nothing_is_laid_any_more(self, story):
        assert story["restored"]["code"] == 0
        assert story["deleted"]["status"] == 200 and story["deleted"]["list"] == []

    def test_folder_venv_unit_command_socket_folder_and_account_are_gone(self, story):
        look = story["deleted"]["look"]
        gone = (PLUGIN, "opt/dunning", "run/dunning", "usr/local/bin/dunning", "etc/systemd/system/dunning.service")
        assert [name for name in look["modes"] if name.startswith(gone)] == []
        assert "dunning" not in look["texts"]["etc/passwd"] + look["texts"]["etc/group"]

    def test_evidence_and_settings_stay_and_it_is_said_where(self, story):
        look = story["deleted"]["look"]
        assert (
            f"in {look['root']}/var/lib/dunning, its settings in {look['root']}/etc/dunning"
            in story["deleted"]["output"]
        )
        assert look["debtors"] == "noord" and look["modes"]["etc/dunning/dunning.yaml"][1] == "0600"
        assert look["modes"]["var/lib/dunning"][1] == "0700"


def test_the_docs_tell_the_modes_that_are_tested_here():
    text = (ROOT / "docs/plugin-package.md").read_text()
    rows = re.findall(r"^\| `/([^`]+)` \| (\d{3})(?:, folder (\d{3}))? \|", text, re.MULTILINE)
    assert len(rows) == 6
    for path, mode, folder in rows:
        assert MODES[path] == f"0{mode}"
        assert not folder or MODES[path.rpartition("/")[0]] == f"0{folder}"
