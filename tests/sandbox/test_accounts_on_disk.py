"""Accounts on disk: DirectAdmin's own files, their owners and modes. The disk is the truth."""

import os
import stat

import pytest

from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from tests.sandbox.small import ask, pairs, password_of, select, small_panel

AS_ROOT = os.geteuid() == 0


def data(panel, path):
    return (panel.root / "usr/local/directadmin/data" / path).read_text(encoding="utf-8")


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


def create(panel, kind, caller="admin", **form):
    given = {
        "action": "create",
        "passwd": "long pw",
        "passwd2": "long pw",
        "ip": "shared",
        "email": "x@x.example",
        **form,
    }
    return pairs(ask(panel, "POST", f"/CMD_API_ACCOUNT_{kind}", caller, data=given).text)


def test_user_conf_is_key_value_lines(shared):
    lines = data(shared, "users/anna/user.conf").splitlines()
    values = dict(line.split("=", 1) for line in lines)
    expected = {
        "username": "anna",
        "usertype": "user",
        "creator": "webbouw",
        "domain": "anna.example",
        "suspended": "no",
    }
    assert {key: values[key] for key in expected} == expected
    assert {"language", "email", "bandwidth", "quota", "date_created", "ip"} <= set(values)
    assert lines == sorted(lines)


def test_the_lists_have_one_name_a_line(shared):
    assert data(shared, "users/anna/domains.list") == "anna.example\n"
    assert data(shared, "users/webbouw/users.list") == "anna\nbert\n"
    assert data(shared, "admin/admin.list") == "admin\n"
    assert data(shared, "admin/reseller.list") == "webbouw\nnoord\n"
    assert data(shared, "users/anna/user_ip.list") == "192.0.2.10\n"


def test_each_domain_has_its_conf_and_its_mail_folder(shared):
    values = dict(line.split("=", 1) for line in data(shared, "users/anna/domains/anna.example.conf").splitlines())
    assert (values["domain"], values["username"], values["suspended"]) == ("anna.example", "anna", "no")
    assert "anna.example: anna\n" in (shared.root / "etc/virtual/domainowners").read_text()
    assert (shared.root / "etc/virtual/anna.example/passwd").is_file()


def test_mailboxes_are_lines_of_the_domains_passwd(fresh):
    fresh.disk.add_mailbox("anna.example", "info")
    fresh.disk.add_mailbox("anna.example", "post")
    lines = (fresh.root / "etc/virtual/anna.example/passwd").read_text().splitlines()
    assert [line.split(":")[0] for line in lines] == ["info", "post"]
    assert all("/home/anna/imap/anna.example/" in line for line in lines)
    usage = pairs(ask(fresh, "GET", "/CMD_API_SHOW_USER_USAGE?user=anna").text)
    assert usage["nemails"] == "2"
    fresh.disk.drop_mailbox("anna.example", "info")
    assert fresh.disk.mailboxes("anna.example") == ["post"]


@pytest.mark.parametrize("name", ["admin", "webbouw"])
@pytest.mark.parametrize("place", ["default", "suspended", "sharedip"])
def test_resellers_and_admins_have_page_folders_of_their_own(shared, name, place):
    folder = shared.root / "home" / name / "domains" / place
    assert mode(folder) == "0o755" and (folder / "index.html").is_file()
    owner = shared.disk.uid(name)
    assert folder.stat().st_uid == (folder / "index.html").stat().st_uid == owner
    assert owner >= 1000 if AS_ROOT else owner == os.geteuid()


def test_the_pages_come_from_the_templates(shared):
    for place in ("default", "suspended"):
        page = (shared.root / "home/webbouw/domains" / place / "index.html").read_text()
        assert page == data(shared, f"templates/{place}/index.html")


def test_users_have_no_page_folders(shared):
    assert os.listdir(shared.root / "home/anna/domains") == ["anna.example"]


def test_homes_let_others_through_but_not_look(shared):
    for name in ("admin", "webbouw", "anna"):
        assert mode(shared.root / "home" / name) == mode(shared.root / "home" / name / "domains") == "0o711"
    assert mode(shared.root / "home/anna/domains/anna.example/public_html") == "0o755"


def test_modes_do_not_depend_on_the_umask(tmp_path):
    plain = tmp_path / "plain"
    with small_panel(plain) as panel:
        expected = {path: facts[:2] for path, facts in panel.state_without_times().items()}
    before = os.umask(0o077)
    try:
        with small_panel(tmp_path / "strict") as panel:
            strict = {path: facts[:2] for path, facts in panel.state_without_times().items()}
    finally:
        os.umask(before)
    sensible = ("home/", "usr/local/directadmin/data/users/", "usr/local/directadmin/data/templates/")
    wrong = [path for path in expected if path.startswith(sensible) and expected[path] != strict[path]]
    assert wrong == []


@pytest.mark.skipif(not AS_ROOT, reason="only root gives files away")
def test_every_account_has_a_uid_of_its_own_that_is_given_out_once(fresh):
    uids = [fresh.disk.uid(name) for name in fresh.disk.names()]
    assert len(set(uids)) == len(uids) and 0 not in uids
    gone = fresh.disk.uid("carl")
    select(fresh, ["carl"], delete="yes", confirmed="Confirm")
    create(fresh, "USER", "noord", username="cora", domain="cora.example")
    assert fresh.disk.uid("cora") not in (gone, *uids)


def test_an_edit_of_user_conf_by_hand_is_seen_at_once(fresh):
    path = fresh.disk.da / "data/users/anna/user.conf"
    path.write_text(path.read_text().replace("suspended=no", "suspended=yes").replace("language=en", "language=nl"))
    config = ask(fresh, "GET", "/api/users/anna/config").json()
    assert (config["suspended"], config["language"]) == (True, "nl")


def test_a_panel_begun_on_the_same_folder_finds_everything_again(tmp_path):
    with small_panel(tmp_path) as first:
        before = first.state_without_times()
    with SandboxPanel(tmp_path, Options()) as again:
        assert ask(again, "GET", "/CMD_API_SHOW_USERS?reseller=webbouw").text == "list[]=anna&list[]=bert"
        assert again.try_login("anna", password_of("anna")) is not None
        after = again.state_without_times()
    da = "usr/local/directadmin"
    new_each_time = ("etc/shadow", f"{da}/conf/directadmin.conf", f"{da}/directadmin")
    same = {path for path in before if path not in new_each_time}
    assert {path: before[path] for path in same} == {path: after[path] for path in same}


def test_the_panels_own_conf_says_where_it_answers(shared):
    conf = (shared.disk.da / "conf/directadmin.conf").read_text().splitlines()
    assert f"port={shared.url.rsplit(':', 1)[1]}" in conf and "ssl=0" in conf and "servername=127.0.0.1" in conf


class TestCreating:
    def test_a_user_gets_everything_below_his_reseller(self, fresh):
        answer = create(fresh, "USER", "webbouw", username="dora", domain="Dora.Example", package="small")
        assert (answer["error"], answer["text"]) == ("0", "User dora created")
        assert fresh.disk.users_of("webbouw") == ["anna", "bert", "dora"]
        assert fresh.disk.domains("dora") == ["dora.example"] and fresh.disk.config("dora")["package"] == "small"
        assert fresh.try_login("dora", "long pw") is not None

    def test_a_reseller_gets_his_page_folders_and_his_place_in_the_list(self, fresh):
        assert create(fresh, "RESELLER", username="zuid", domain="zuid.example")["error"] == "0"
        assert "zuid\n" in data(fresh, "admin/reseller.list")
        assert (fresh.root / "home/zuid/domains/suspended/index.html").is_file()

    @pytest.mark.parametrize(
        ("form", "text", "details"),
        [
            ({"username": "anna"}, "Cannot Create Account", "That username already exists on the system"),
            ({"ip": "203.0.113.9"}, "Unable to Create User", "A valid IP was not provided"),
            ({"domain": "bert.example"}, "Cannot Create Account", "That domain already exists"),
        ],
    )
    def test_it_is_refused_in_the_panels_words(self, shared, form, text, details):
        answer = create(shared, "USER", "webbouw", **{"username": "dora", "domain": "dora.example", **form})
        assert (answer["error"], answer["text"]) == ("1", text) and answer["details"].startswith(details)

    @pytest.mark.parametrize(
        "name", ["", "../x", "a b", "Dora", "9dora", "d\0", "d\nx=y", "root/../../etc", "d" * 40, "dörte"]
    )
    @pytest.mark.parametrize("field", ["username", "domain"])
    def test_an_odd_name_makes_nothing(self, shared, name, field):
        before = shared.state_without_times()
        values = {"username": "dora", "domain": "dora.example", field: name}
        if field == "domain" and name in ("Dora", "9dora"):
            values["domain"] = f"{name}_.example"
        assert create(shared, "USER", "webbouw", **values)["error"] == "1"
        assert shared.state_without_times() == before

    @pytest.mark.parametrize(("caller", "kind"), [("anna", "USER"), ("webbouw", "RESELLER"), ("webbouw", "ADMIN")])
    def test_who_may_not_is_refused(self, shared, caller, kind):
        form = {"action": "create", "username": "dora", "domain": "dora.example", "passwd": "Secret-1"}
        answer = ask(shared, "POST", f"/CMD_API_ACCOUNT_{kind}", caller, data=form)
        assert "does not exist in your authority level" in answer.text and not shared.disk.exists("dora")


class TestTheDefaultPageOfANewSite:
    def site(self, panel, domain="dora.example"):
        create(panel, "USER", "webbouw", username="dora", domain=domain)
        return panel.root / "home/dora/domains" / domain / "public_html"

    def test_what_stands_in_the_resellers_default_folder_is_copied_and_belongs_to_the_user(self, fresh):
        default = fresh.root / "home/webbouw/domains/default"
        (default / "index.html").write_text("webbouw's own")
        (default / ".htaccess").write_text("Options -Indexes\n")
        (default / "img").mkdir()
        (default / "img/logo.svg").write_text("<svg/>")
        site = self.site(fresh)
        assert (site / "index.html").read_text() == "webbouw's own"
        assert (site / ".htaccess").is_file() and (site / "img/logo.svg").read_text() == "<svg/>"
        owner = fresh.disk.uid("dora")
        assert {path.stat().st_uid for path in (site, *site.rglob("*"))} == {owner}

    def test_the_panels_untouched_page_becomes_one_that_names_the_domain(self, fresh):
        assert "dora.example" in (self.site(fresh) / "index.html").read_text()

    @pytest.mark.parametrize("trouble", ["link", "pipe", "missing", "link to a folder"])
    def test_an_odd_default_folder_does_not_hinder_a_new_site(self, fresh, trouble):
        default = fresh.root / "home/webbouw/domains/default"
        (default / "index.html").unlink()
        if trouble == "link":
            (default / "index.html").symlink_to("/etc/passwd")
        elif trouble == "pipe":
            os.mkfifo(default / "pipe")
        else:
            default.rmdir()
        if trouble == "link to a folder":
            default.symlink_to("/etc")
        site = self.site(fresh)
        assert fresh.disk.domains("dora") == ["dora.example"]
        assert (site / "index.html").is_symlink() == (trouble == "link")
        assert not (site / "passwd").exists()


class TestMovingAndDeleting:
    def test_deleting_leaves_nothing(self, tmp_path):
        with small_panel(tmp_path) as panel:
            before = panel.state_without_times()
            create(panel, "USER", "webbouw", username="dora", domain="dora.example")
            select(panel, ["dora"], delete="yes", confirmed="Confirm")
            after = panel.state_without_times()
        given = "usr/local/directadmin/data/admin/last_uid"
        assert {path: facts for path, facts in after.items() if path != given} == {
            path: facts for path, facts in before.items() if path != given
        }

    def test_deleting_a_reseller_takes_his_users_with_him(self, fresh):
        select(fresh, ["webbouw"], delete="yes", confirmed="Confirm")
        assert fresh.disk.names() == ["admin", "carl", "noord"] and data(fresh, "admin/reseller.list") == "noord\n"

    def test_a_user_moves_to_another_reseller(self, fresh):
        answer = ask(fresh, "POST", "/api/change-user-creator", json={"account": "anna", "creator": "noord"})
        assert answer.status_code == 204
        assert (fresh.disk.users_of("webbouw"), fresh.disk.users_of("noord")) == (["bert"], ["carl", "anna"])
        assert fresh.disk.config("anna")["creator"] == "noord"
