"""The case of Webbouw Noord as it stands on the panel before anything starts."""

import os
import stat

import pytest
import requests

from dunning_plugin.sandbox.directadmin import case
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from tests.sandbox.small import pairs

RESELLERS = ("webbouw", "noordweb", "bytewerk", "atelier")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    with SandboxPanel(tmp_path_factory.mktemp("case")) as panel:
        yield panel, case.fill(panel)
        assert panel.mistakes == []


def ask(panel, path):
    return requests.get(panel.url + path, auth=(panel.admin, panel.password), timeout=15)


def test_the_debtor_holds_4_resellers_88_users_and_104_domains(filled):
    panel, _ = filled
    users = [
        name
        for reseller in RESELLERS
        for name in ask(panel, f"/CMD_API_SHOW_USERS?json=yes&reseller={reseller}").json()
    ]
    assert len(set(users)) == 88
    domains = [domain for name in (*RESELLERS, *users) for domain in panel.disk.domains(name)]
    assert len(set(domains)) == 104 and all(panel.disk.owner_of_domain(domain) for domain in domains)
    counted = sum(ask(panel, f"/api/resellers/{name}/usage").json()["domains"]["usage"] for name in RESELLERS)
    assert counted == 104


def test_a_reseller_who_pays_is_there_too(filled):
    panel, _ = filled
    assert ask(panel, "/CMD_API_SHOW_RESELLERS?json=yes").json() == [*RESELLERS, "zuidhost"]


def test_two_users_are_suspended_for_abuse_and_nobody_else(filled):
    panel, _ = filled
    config = {name: panel.disk.config(name) for name in panel.disk.names()}
    abused = [name for name, values in config.items() if values["suspended"] == "yes"]
    assert abused == sorted(case.ABUSED) and len(abused) == 2
    shown = ask(panel, "/CMD_API_USER_SHOW?json=yes&reseller=webbouw&ipp=100").json()
    by_name = {row["username"]: row["suspended"] for key, row in shown.items() if key != "info"}
    assert by_name["webbouw07"] == {"value": "yes", "reason": "abuse"}
    assert {config[name]["creator"] for name in abused} <= set(RESELLERS)


def test_the_named_user_is_an_active_one_of_the_named_reseller_and_their_passwords_fit(filled):
    panel, made = filled
    assert made.reseller in RESELLERS and made.user in panel.disk.users_of(made.reseller)
    assert panel.disk.config(made.user)["suspended"] == "no"
    for name in (made.reseller, made.user):
        assert panel.try_login(name, made.passwords[name]) is not None


def test_one_reseller_made_his_own_suspended_page_with_odd_modes_and_links(filled):
    panel, _ = filled
    page = panel.root / "home/noordweb/domains/suspended"
    assert "Noordweb" in (page / "index.html").read_text()
    assert stat.S_IMODE((page / "index.html").stat().st_mode) == 0o664
    assert stat.S_IMODE((page / "img").stat().st_mode) == 0o2775
    assert (page / "index.html").stat().st_nlink == 2 and os.readlink(page / "home.html") == "index.html"
    assert page.stat().st_mtime == case.OLD
    abused = next(name for name in case.ABUSED if name.startswith("noordweb"))
    shown = requests.get(panel.sites_url, headers={"Host": f"{abused}.example"}, timeout=10)
    assert "Noordweb: even weg" in shown.text


def test_one_reseller_planted_links_that_lead_out_of_his_home(filled):
    panel, _ = filled
    domains = panel.root / "home/bytewerk/domains"
    victim = panel.root / "etc/victim"
    assert os.readlink(domains / "suspended") == str(victim)
    assert os.readlink(domains / "default/index.html") == str(victim / "index.html")
    assert (victim / "index.html").read_text() == "must never be written\n"
    if os.geteuid() == 0:
        assert (domains / "suspended").lstat().st_uid == panel.disk.uid("bytewerk") != victim.stat().st_uid


def test_one_name_needs_escaping_everywhere_and_comes_back_whole(filled):
    panel, _ = filled
    odd = {name for name in panel.disk.names() if set("<>'\"&;$") <= set(panel.disk.config(name)["name"])}
    assert odd == {"atelier01"}
    text = ask(panel, "/CMD_API_SHOW_USER_CONFIG?user=atelier01").text
    assert not set("<>'\";$") & set(text) and pairs(text)["name"] == case.ODD_NAME
    assert ask(panel, "/CMD_API_SHOW_USER_CONFIG?user=atelier01&json=yes").json()["name"] == case.ODD_NAME


def test_languages_differ_from_reseller_to_reseller(filled):
    panel, _ = filled
    assert [panel.disk.config(name)["language"] for name in RESELLERS] == ["nl", "nl", "de", "fr"]


def test_filling_twice_gives_the_same_but_for_times_and_passwords_salts(tmp_path):
    states = []
    for place in ("one", "two"):
        with SandboxPanel(tmp_path / place) as panel:
            case.fill(panel, only="atelier")
            states.append(panel.state_without_times())
    da = "usr/local/directadmin"
    changing = ("etc/shadow", f"{da}/conf/directadmin.conf", f"{da}/directadmin")
    different = [
        path for path in states[0] if states[0][path] != states[1].get(path) and not path.endswith("user.conf")
    ]
    assert states[0].keys() == states[1].keys() and set(different) <= set(changing)


def test_only_one_reseller_of_it_can_be_asked_for(tmp_path):
    with SandboxPanel(tmp_path) as panel:
        made = case.fill(panel, only="atelier")
        assert (made.resellers, len(made.users)) == (("atelier",), 3)
        assert (
            panel.disk.config(made.users[-1])["suspended"] == "yes"
            and panel.disk.config(made.user)["suspended"] == "no"
        )


def test_the_invoices_are_11_the_oldest_due_on_28_november_2008():
    assert len(case.INVOICES) == 11
    due = sorted("-".join(reversed(row[2].split("-"))) for row in case.INVOICES)
    assert due[0] == "2008-11-28" and due[-1] < "2009-04-08"
