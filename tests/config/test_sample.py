"""The first dunning.yaml of a server: usable as it is, and with every comment taken at its word."""

import re
from pathlib import Path

import pytest

from dunning_plugin.config import load, sample


def written(tmp_path, text):
    (tmp_path / "dunning.yaml").write_text(text)
    return load(tmp_path / "dunning.yaml")


@pytest.fixture
def root(tmp_path):
    conf = tmp_path / "panel" / sample.CONF
    conf.parent.mkdir(parents=True)
    conf.write_text("port=2222\nservername=da1.host.example\nssl=1\n")
    return tmp_path / "panel"


def test_it_is_understood_and_names_the_panels_own_server(tmp_path, root):
    config = written(tmp_path, sample.of_server(root))
    assert config.host.name == "da1.host.example" and list(config.panels) == ["da1"]


def test_a_sandboxs_keeps_everything_below_its_root(tmp_path, root):
    config = written(tmp_path, sample.of_server(root))
    assert config.panels["da1"].root == root and config.state_dir == root / "var/lib/dunning"
    assert config.import_dir == root / sample.IMPORTS


def test_a_real_servers_has_the_usual_places_and_no_stored_password(tmp_path):
    config = written(tmp_path, sample.of_server(Path("/")))
    assert config.state_dir == Path("/var/lib/dunning") and config.panels["da1"].root == Path("/")
    assert config.panels["da1"].password_file is None and config.panels["da1"].url == ""


def test_an_example_is_never_taken_for_the_hosts_own_contact(tmp_path, root):
    contact = written(tmp_path, sample.of_server(root)).host.contact
    assert (contact.email, contact.phone, contact.url) == ("", "", "")


def test_every_setting_is_in_it_with_its_description(root):
    text = sample.of_server(root)

    def walk(keys):
        for name, rule in keys.items():
            assert f"# {rule['description']}\n" in text and re.search(rf"\b{name}:", text), name
            walk(rule.get("keys", {}))

    walk(sample.schema())


def test_a_servername_that_is_none_is_not_taken(tmp_path, root):
    (root / sample.CONF).write_text('servername="; rm -rf /\n')
    assert "rm -rf" not in sample.of_server(root)


def test_the_command_prints_it(capsys, root):
    sample.main(["--root", str(root)])
    assert capsys.readouterr().out == sample.of_server(root)
