"""DirectAdmin's adapter against the sandbox over real sockets: the contract, request counts, trouble, login locks."""

import dataclasses
import os
from types import SimpleNamespace

import pytest

from dunning_plugin.config.settings import PanelSettings
from dunning_plugin.errors import InputError, PanelChanged, PanelRefused, PanelUnreachable
from dunning_plugin.model import AccountKind, Measure, Seen
from dunning_plugin.panels.directadmin import hookfiles, open_panel
from dunning_plugin.sandbox.directadmin.encode import tabbed
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from tests.panels.contract import REF, PanelContract

USERS = ("anna", "bert", "carl", "dora")
OPTIONS = {
    "as we think it is": {},
    "reason is a code": {"reason_shown": "code"},
    "reason is code and details": {"reason_shown": "code: details"},
    "no reason is shown": {"reason_shown": "none"},
    "the button toggles": {"unsuspend_toggles": True},
    "a reseller's suspension marks his users": {"reseller_suspension_marks_users": True},
    "both": {"unsuspend_toggles": True, "reseller_suspension_marks_users": True},
}


@pytest.fixture(params=list(OPTIONS))
def sandbox(request, tmp_path):
    with SandboxPanel(tmp_path / "panel", Options(**OPTIONS[request.param])) as running:
        running.disk.create("webbouw", "reseller", "admin", "pw", "webbouw.example")
        for name in USERS:
            running.disk.create(name, "user", "webbouw", "pw", f"{name}.example")
        running.disk.set_suspended("dora", True, "abuse", "abuse")
        hookfiles.prepare_state(tmp_path / "state")
        hookfiles.install(running.root, tmp_path / "state")
        yield running


@pytest.fixture
def settings(sandbox, tmp_path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(sandbox.password)
    return PanelSettings("directadmin", sandbox.url, "admin", secret, root=sandbox.root, timeout=5)


@pytest.fixture
def panel(settings, tmp_path):
    adapter = open_panel("da1", settings, tmp_path / "state", True)
    yield adapter
    adapter.close()


@pytest.fixture
def world():
    return SimpleNamespace(reseller="webbouw", users=USERS, abused="dora")


@pytest.fixture
def actual(sandbox):
    def look(name):
        config = sandbox.disk.config(name)
        return config["suspended"] == "yes", config.get("suspended_reason", "") + config.get("suspended_details", "")

    return look


@pytest.fixture
def session_of(sandbox):
    """A function name -> (session id, key) of a fresh session."""

    def begin(name):
        session = sandbox.sessions.create(name, "127.0.0.1")
        return session.id, session.key

    return begin


@pytest.fixture
def acting_session(sandbox):
    """The same for somebody who logged in as another."""

    def begin(master, name):
        session = sandbox.sessions.create(name, "127.0.0.1", master)
        return session.id, session.key

    return begin


class TestContract(PanelContract):
    @pytest.fixture(autouse=True)
    def _freely(self, sandbox):
        self.free = lambda name: sandbox.disk.set_suspended(name, False)


@pytest.fixture
def plain(tmp_path):
    """One sandbox without variants, and the settings for it."""
    with SandboxPanel(tmp_path / "panel") as running:
        running.disk.create("webbouw", "reseller", "admin", "pw", "webbouw.example")
        running.disk.create("anna", "user", "webbouw", "pw", "anna.example")
        secret = tmp_path / "secret"
        secret.touch(mode=0o600)
        secret.write_text(running.password)
        yield running, PanelSettings("directadmin", running.url, "admin", secret, root=running.root, timeout=5)


def adapter_for(settings, tmp_path, **changed):
    return open_panel("da1", dataclasses.replace(settings, **changed), tmp_path / "state", True)


@pytest.mark.parametrize(("users", "chunks"), [(1, 1), (500, 5)])
def test_the_number_of_requests_does_not_grow_with_the_users_beyond_the_chunks(plain, tmp_path, users, chunks):
    running, settings = plain
    for number in range(1, users):
        running.disk.create(f"u{number:04d}", "user", "webbouw", "pw", f"u{number:04d}.example")
    panel = adapter_for(settings, tmp_path, chunk=100)
    layer, names = panel.layers()[Measure.SUSPEND], running.disk.users_of("webbouw")
    counts = []
    for act in (
        lambda: panel.reseller_accounts("webbouw"),
        lambda: layer.see(names, REF),
        lambda: layer.lay(names, REF),
        lambda: layer.lift({name: {} for name in names}, REF),
    ):
        running.requests.clear()
        act()
        counts.append(len(running.requests))
    # A look of a moment ago is good for one act; lifting looks again.
    assert counts == [2, 1, chunks, 1 + chunks]
    assert not any(running.disk.config(name)["suspended"] == "yes" for name in names)


def test_after_the_first_401_nothing_more_is_asked(plain, tmp_path):
    running, settings = plain
    settings.password_file.write_text("wrong")
    panel = adapter_for(settings, tmp_path)
    for _ in range(3):
        with pytest.raises(PanelRefused, match="does not accept the login of admin"):
            panel.resellers()
    assert len(running.requests) == 1


def test_the_password_is_in_no_message(plain, tmp_path):
    running, settings = plain
    settings.password_file.write_text("s3cret-word")
    with pytest.raises(PanelRefused) as refused:
        adapter_for(settings, tmp_path).identity()
    running.stop()
    with pytest.raises(PanelUnreachable) as away:
        adapter_for(settings, tmp_path).identity()
    assert "s3cret" not in f"{refused.value}{away.value}"


def test_reading_is_repeated_and_acting_is_not(plain, tmp_path):
    running, settings = plain
    panel = adapter_for(settings, tmp_path)
    running.faults.plan("error", path="SHOW_RESELLERS", status=503)
    assert panel.resellers() == ("webbouw",)
    running.faults.plan("error", path="SELECT_USERS", status=503)
    running.requests.clear()
    answers = panel.layers()[Measure.SUSPEND].lay(["anna"], REF)
    assert not answers["anna"].ok and "503" in answers["anna"].words
    assert sum("SELECT" in request.path for request in running.requests) == 1


def test_an_act_whose_answer_was_lost_is_known_by_reading_back(plain, tmp_path):
    running, settings = plain
    panel = adapter_for(settings, tmp_path)
    running.faults.plan("cut", path="SELECT_USERS")
    layer = panel.layers()[Measure.SUSPEND]
    assert not layer.lay(["anna"], REF)["anna"].ok
    assert layer.see(["anna"], REF)["anna"].seen is Seen.OURS


def test_a_panel_that_hangs_is_unreachable(plain, tmp_path):
    running, settings = plain
    running.faults.plan("hang", path="SHOW_RESELLERS", times=9, seconds=3)
    with pytest.raises(PanelUnreachable, match="gave no answer"):
        adapter_for(settings, tmp_path, timeout=0.3).resellers()


def test_an_answer_in_an_unknown_form_stops_everything(plain, tmp_path):
    running, settings = plain
    running.legacy.shown = lambda name: {"username": name}
    with pytest.raises(PanelChanged, match="no 'username' or 'suspended'"):
        adapter_for(settings, tmp_path).accounts(["anna"])


def test_a_denied_command_is_the_panels_refusal(plain, tmp_path):
    running, settings = plain
    from dunning_plugin.sandbox.directadmin.sessions import LoginKey

    running.keys.save("admin", [LoginKey("dunning", "key-password", deny=["CMD_SELECT_USERS"])])
    settings.password_file.write_text("key-password")
    panel = adapter_for(settings, tmp_path)
    assert panel.identity().kind == "admin"
    assert "denies" in panel.layers()[Measure.SUSPEND].lay(["anna"], REF)["anna"].words


@pytest.mark.parametrize(("mode", "text", "words"), [(0o644, "pw", "chmod 600"), (0o600, "", "is empty")])
def test_a_password_file_that_others_read_or_that_is_empty_is_refused(plain, tmp_path, mode, text, words):
    _, settings = plain
    settings.password_file.write_text(text)
    settings.password_file.chmod(mode)
    with pytest.raises(InputError, match=words):
        adapter_for(settings, tmp_path).identity()


def test_on_its_own_host_the_panel_is_asked_for_an_address(plain, tmp_path):
    running, settings = plain
    da = running.root / "usr/local/directadmin/directadmin"
    da.write_text(
        f'#!/bin/sh\n[ "$1" = api-url ] && echo {running.url.replace("//", f"//admin:{running.password}@")}\n'
    )
    da.chmod(0o755)
    assert adapter_for(settings, tmp_path, password_file=None, url="").identity().login == "admin"


def test_a_certificate_that_cannot_be_verified_is_refused_unless_switched_off(tmp_path):
    from dunning_plugin.cli.sandbox import _certificate

    with _certificate(True) as tls, SandboxPanel(tmp_path / "panel", tls=tls) as running:
        secret = tmp_path / "secret"
        secret.touch(mode=0o600)
        secret.write_text(running.password)
        settings = PanelSettings("directadmin", running.url, "admin", secret, root=running.root)
        with pytest.raises(PanelUnreachable, match="certificate cannot be verified"):
            adapter_for(settings, tmp_path).identity()
        with pytest.warns(UserWarning, match="switched off"):
            assert adapter_for(settings, tmp_path, verify_tls=False).identity().kind == "admin"


class TestLoginLock:
    @pytest.fixture
    def lock(self, plain, tmp_path):
        running, settings = plain
        hookfiles.prepare_state(tmp_path / "state")
        hookfiles.install(running.root, tmp_path / "state")
        return running, adapter_for(settings, tmp_path).layers()[Measure.LOCK_LOGIN]

    def test_a_locked_account_is_kept_out_and_let_in_again(self, lock):
        running, layer = lock
        before = running.state_without_times()
        seen = layer.see(["webbouw"], REF)["webbouw"]
        session = running.try_login("webbouw", "pw")
        layer.lay(["webbouw"], REF)
        assert running.try_login("webbouw", "pw") is None and running.try_login("anna", "pw") is not None
        assert running.sessions.find(session.id, session.key) is None
        layer.lift({"webbouw": seen.before}, REF)
        assert running.try_login("webbouw", "pw") is not None and running.state_without_times() == before

    @pytest.mark.parametrize("path", ["/CMD_API_LOGIN_TEST?json=yes", "/CMD_API_SHOW_USERS", "/api/session"])
    def test_api_and_login_keys_of_a_locked_account_are_refused(self, lock, path):
        import requests

        from dunning_plugin.sandbox.directadmin.sessions import LoginKey

        running, layer = lock
        running.keys.save("webbouw", [LoginKey("k", "key-password")])
        layer.lay(["webbouw"], REF)
        for password in ("pw", "key-password"):
            assert requests.get(running.url + path, auth=("webbouw", password), timeout=5).status_code == 403

    @pytest.mark.parametrize("hook_runs", [True, False])
    def test_an_admins_login_as_keeps_working(self, lock, hook_runs):
        import requests

        running, layer = lock
        running.options.login_as_runs_session_hook = hook_runs
        layer.lay(["webbouw"], REF)
        session = running.try_login("admin", running.password)
        cookies = {"session": session.id, "key": session.key}
        switch = requests.post(
            running.url + "/api/session/login-as/switch", json={"username": "webbouw"}, cookies=cookies, timeout=5
        )
        assert switch.status_code == 204
        shown = requests.get(running.url + "/api/session", cookies=cookies, timeout=5).json()
        assert (shown["effectiveUsername"], shown["realUsername"]) == ("webbouw", "admin")

    def test_the_owners_own_commands_deny_comes_back_byte_for_byte(self, lock):
        running, layer = lock
        path = running.disk.da / "data/users/webbouw/commands.deny"
        path.write_bytes(b"CMD_FTP\n\xff")
        path.chmod(0o640)
        os.utime(path, ns=(10**18, 10**18))
        before, seen = path.stat(), layer.see(["webbouw"], REF)["webbouw"]
        layer.lay(["webbouw"], REF)
        assert b"CMD_LOGIN_TEST" in path.read_bytes()
        layer.lift({"webbouw": seen.before}, REF)
        after = path.stat()
        assert path.read_bytes() == b"CMD_FTP\n\xff"
        assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (before.st_mode, before.st_uid, before.st_mtime_ns)

    def test_a_commands_deny_that_somebody_changed_meanwhile_is_left_and_said(self, lock):
        running, layer = lock
        path = running.disk.da / "data/users/webbouw/commands.deny"
        seen = layer.see(["webbouw"], REF)["webbouw"]
        layer.lay(["webbouw"], REF)
        path.write_text("CMD_DNS_CONTROL\n")
        answer = layer.lift({"webbouw": seen.before}, REF)["webbouw"]
        assert "changed by someone" in answer.words and path.read_text() == "CMD_DNS_CONTROL\n"

    def test_a_commands_deny_that_somebody_removed_meanwhile_is_said(self, lock):
        running, layer = lock
        path = running.disk.da / "data/users/webbouw/commands.deny"
        path.write_text("CMD_FTP\n")
        seen = layer.see(["webbouw"], REF)["webbouw"]
        layer.lay(["webbouw"], REF)
        path.unlink()
        assert "changed by someone" in layer.lift({"webbouw": seen.before}, REF)["webbouw"].words
        assert not path.exists()

    def test_a_commands_deny_that_is_a_link_is_refused_and_stays(self, lock, tmp_path):
        running, layer = lock
        path = running.disk.da / "data/users/webbouw/commands.deny"
        path.symlink_to(tmp_path / "elsewhere")
        assert not layer.lay(["webbouw"], REF)["webbouw"].ok
        assert path.is_symlink() and running.try_login("webbouw", "pw") is not None

    def test_what_a_lost_lock_left_is_not_taken_for_the_owners_own_list(self, lock):
        running, layer = lock
        before = running.state_without_times()
        layer.lay(["webbouw"], REF)
        layer.panel.logins.drop("webbouw", REF)
        again = layer.see(["webbouw"], REF)["webbouw"].before
        layer.lay(["webbouw"], REF)
        layer.lift({"webbouw": again}, REF)
        assert running.state_without_times() == before

    def test_his_users_are_listed_though_the_lock_binds_whoever_acts_as_him(self, lock):
        running, layer = lock
        running.options.commands_deny_binds_login_as = True
        layer.lay(["webbouw"], REF)
        assert [account.name for account in layer.panel.reseller_accounts("webbouw")] == ["webbouw", "anna"]


class TestGuard:
    """The guard stands while our block does: whatever goes wrong, and where the panel shows no reason."""

    @pytest.fixture
    def guarded(self, plain, tmp_path):
        running, settings = plain
        running.options.reason_shown = "none"
        hookfiles.prepare_state(tmp_path / "state")
        panel = adapter_for(settings, tmp_path)
        return running, panel, panel.layers()[Measure.SUSPEND], tmp_path / "state/locks/guard"

    def test_it_goes_when_the_account_could_not_be_suspended(self, guarded):
        running, _, layer, folder = guarded
        running.faults.plan("error", path="SELECT_USERS", status=500)
        assert not layer.lay(["anna"], REF)["anna"].ok
        assert list(folder.iterdir()) == []

    def test_it_stays_when_only_the_answer_was_lost(self, guarded):
        running, _, layer, folder = guarded
        running.faults.plan("cut", path="SELECT_USERS")
        layer.lay(["anna"], REF)
        assert [entry.name for entry in folder.iterdir()] == ["anna"]

    @pytest.mark.parametrize("trouble", ["refused", "changed"])
    def test_it_is_back_when_the_lift_failed(self, guarded, monkeypatch, trouble):
        running, panel, layer, folder = guarded
        layer.lay(["anna"], REF)
        if trouble == "refused":
            running.faults.plan("error", path="SELECT_USERS", status=500)
            assert not layer.lift({"anna": {}}, REF)["anna"].ok
        else:
            monkeypatch.setattr(panel.client, "post", self._raise(PanelChanged("odd")))
            with pytest.raises(PanelChanged):
                layer.lift({"anna": {}}, REF)
        assert [entry.name for entry in folder.iterdir()] == ["anna"]

    def test_a_kill_between_guard_and_act_leaves_the_block_known_as_ours(self, guarded, monkeypatch):
        _, panel, layer, folder = guarded
        layer.lay(["anna"], REF)
        with monkeypatch.context() as patch:
            patch.setattr(panel.client, "post", self._raise(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                layer.lift({"anna": {}}, REF)
        assert layer.see(["anna"], REF)["anna"].seen is Seen.OURS
        layer.lift({"anna": {}}, REF)
        assert layer.see(["anna"], REF)["anna"].seen is Seen.FREE and list(folder.iterdir()) == []

    @staticmethod
    def _raise(error):
        def post(*_, **__):
            raise error

        return post


def test_an_admin_in_the_listing_of_users_is_not_taken_for_a_user(plain, tmp_path):
    running, settings = plain
    running.disk.create("boss", "admin", "", "pw")
    running.disk.change("boss", usertype="user")
    assert adapter_for(settings, tmp_path).accounts(["boss"])["boss"].kind is AccountKind.ADMIN


def test_a_panel_that_lists_nobody_is_not_believed(plain, tmp_path):
    running, settings = plain
    running.legacy.page = lambda *_: tabbed({})
    with pytest.raises(PanelChanged, match="no account at all"):
        adapter_for(settings, tmp_path).accounts(["anna"])


def test_mailboxes_are_counted_on_disk_where_the_listing_does_not_tell(plain, tmp_path):
    running, settings = plain
    for box in ("info", "jan"):
        running.disk.add_mailbox("anna.example", box)
    shown = running.legacy.shown
    running.legacy.shown = lambda name: {key: value for key, value in shown(name).items() if key != "nemails"}
    counts = {
        account.name: account.mailboxes for account in adapter_for(settings, tmp_path).reseller_accounts("webbouw")
    }
    assert counts == {"webbouw": 0, "anna": 2}


def test_the_panels_words_are_in_a_refusal(plain, tmp_path):
    running, settings = plain
    running.disk.set_suspended("admin", True)
    with pytest.raises(PanelRefused, match=r"denies .*\(Account is suspended\)"):
        adapter_for(settings, tmp_path).resellers()


def test_a_reseller_cannot_lift_our_block_of_his_user_and_is_told_who_can(plain, tmp_path):
    import requests

    running, settings = plain
    hookfiles.prepare_state(tmp_path / "state")
    hookfiles.install(running.root, tmp_path / "state")
    layer = adapter_for(settings, tmp_path).layers()[Measure.SUSPEND]
    layer.lay(["anna"], REF)
    form = {"suspend": "Unsuspend", "select0": "anna", "json": "yes"}
    said = requests.post(running.url + "/CMD_API_SELECT_USERS", form, auth=("webbouw", "pw"), timeout=5).json()
    assert REF in said["result"] and "administrator restores" in said["result"]
    assert running.disk.config("anna")["suspended"] == "yes"
    layer.lift({"anna": {}}, REF)
    assert running.disk.config("anna")["suspended"] == "no"
    running.disk.set_suspended("anna", True, "abuse")
    assert (
        "error"
        not in requests.post(running.url + "/CMD_API_SELECT_USERS", form, auth=("webbouw", "pw"), timeout=5).json()
    )


def test_an_expired_key_of_da_api_url_is_renewed_once_and_the_request_repeated(plain, tmp_path):
    running, settings = plain
    da = running.root / "usr/local/directadmin/directadmin"
    da.write_text("#!/bin/sh\ncat " + str(tmp_path / "address"))
    da.chmod(0o755)

    def address(password):
        (tmp_path / "address").write_text(running.url.replace("//", f"//admin:{password}@"))

    address(running.password)
    panel = adapter_for(settings, tmp_path, password_file=None)
    assert panel.resellers() == ("webbouw",)
    running.disk.set_password("admin", "another-one")
    address("another-one")
    assert panel.resellers() == ("webbouw",)
    running.disk.set_password("admin", "a-third-one")
    for _ in range(3):
        with pytest.raises(PanelRefused):
            panel.resellers()
    refused = [seen for seen in running.requests if not seen.account]
    # The old key once more each time, and the renewed one once; then it is silent.
    assert len(refused) == 3
