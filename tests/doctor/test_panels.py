"""The panel's part, asked on the sandbox over real sockets."""

from dataclasses import replace
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple

import pytest

from dunning_plugin.config import Config, load
from dunning_plugin.doctor.finding import Finding, Level
from dunning_plugin.doctor.panels import check_panel
from dunning_plugin.panels.directadmin import hookfiles
from dunning_plugin.panels.registry import open_panel
from dunning_plugin.sandbox.directadmin import case
from dunning_plugin.sandbox.directadmin.server import SandboxPanel


class World(NamedTuple):
    panel: SandboxPanel
    config: Config

    def check(self, **changes: object) -> Dict[str, Finding]:
        """Findings by topic, with some of the panel's settings changed."""
        settings = replace(self.config.panels["da1"], **changes)
        config = replace(self.config, panels={"da1": settings})
        opened: List[object] = []

        def opening(name: str):
            panel = open_panel(name, config)
            opened.append(panel)
            return panel

        try:
            return {found.topic: found for found in check_panel("da1", settings, config.state_dir, opening)}
        finally:
            for panel in opened:
                panel.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with SandboxPanel(tmp_path / "panel") as panel:
        panel.disk.create("webbouw", "reseller", "admin", "secret-of-webbouw")
        panel.disk.create("jan", "user", "webbouw", "secret-of-jan")
        config = load(case.write_config(tmp_path, panel, tmp_path / "state"))
        hookfiles.prepare_state(config.state_dir)
        hookfiles.install(panel.root, config.state_dir)
        yield World(panel, config)


def bad(found: Dict[str, Finding]) -> List[str]:
    return [topic for topic, finding in found.items() if finding.level is Level.BAD]


def test_a_panel_in_order_has_nothing_bad(world: World):
    found = world.check()
    assert bad(found) == []
    assert "1 resellers" in found["da1 rights"].what and "webbouw, has 1 users" in found["da1 rights"].what


def test_a_wrong_password_is_tried_once_only(world: World, tmp_path: Path):
    (tmp_path / "password").write_text("wrong")
    assert bad(world.check()) == ["da1 access"]
    assert len(world.panel.requests) == 1


def test_a_reseller_in_place_of_an_admin_is_bad(world: World, tmp_path: Path):
    (tmp_path / "password").write_text("secret-of-webbouw")
    found = world.check(username="webbouw")
    assert bad(found) == ["da1 access"]
    assert "no admin" in found["da1 access"].what


def test_a_panel_that_does_not_answer_is_bad(world: World):
    world.panel.stop()
    assert bad(world.check()) == ["da1 access"]


def test_a_password_file_that_others_may_read_is_bad(world: World, tmp_path: Path):
    (tmp_path / "password").chmod(0o644)
    assert "password file" in bad(world.check())


def test_a_changed_hook_is_bad_until_it_is_mended(world: World):
    hook = world.panel.root / hookfiles.PLUGINS / "dunning/hooks/session_create_pre.sh"
    hook.write_text("#!/bin/sh\nexit 0\n")
    assert bad(world.check()) == ["da1 hooks"]
    hookfiles.install(world.panel.root, world.config.state_dir)
    assert bad(world.check()) == []


@pytest.mark.filterwarnings("ignore:.*TLS verification is switched off")
def test_switching_off_the_verification_of_certificates_is_a_warning(world: World):
    assert world.check(verify_tls=False)["da1 TLS"].level is Level.WARN


def test_a_password_in_clear_across_the_network_is_bad(world: World):
    # 192.0.2.0/24 is set apart for documentation (RFC 5737): nothing answers there.
    found = world.check(url="http://192.0.2.1:2222", timeout=0.2)
    assert found["da1 TLS"].level is Level.BAD


def test_a_panel_called_local_without_its_files_here_is_bad(world: World, tmp_path: Path):
    found = world.check(root=tmp_path / "elsewhere")
    assert bad(found) == ["da1 files"]
    assert "local to false" in found["da1 files"].remedy


def test_a_panel_elsewhere_needs_no_hooks_here(world: World):
    found = world.check(local=False)
    assert not {"da1 hooks", "da1 files", "da1 web server"} & set(found)
