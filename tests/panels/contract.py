"""What every panel adapter promises, written once. A panel's own test file gives the fixtures `panel` (the adapter),
`world` (names: reseller, users, abused), `actual` (a function name -> (suspended, reason) from the panel's own files),
`session_of` (name -> id and key of a fresh session) and `acting_session` (the same for a master who acts as a name)."""

from dunning_plugin.model import AccountKind, Measure, Seen, neutral_reason

REF, OTHER = "K7QM-2XHB", "ZZZZ-9999"


class PanelContract:
    def suspend(self, panel):
        return panel.layers()[Measure.SUSPEND]

    def test_a_reseller_is_listed_with_his_users_and_their_state(self, panel, world):
        him, *users = panel.reseller_accounts(world.reseller)
        assert (him.name, him.kind) == (world.reseller, AccountKind.RESELLER)
        assert [user.name for user in users] == sorted(world.users)
        assert {user.name for user in users if user.suspended} == {world.abused}
        assert all(user.owner == world.reseller and user.domains for user in users)

    def test_named_accounts_are_found_and_unknown_ones_absent(self, panel, world):
        found = panel.accounts([world.users[0], world.reseller, "nobody"])
        assert set(found) == {world.users[0], world.reseller}

    def test_what_is_seen_tells_free_foreign_and_gone_apart(self, panel, world):
        seen = self.suspend(panel).see([world.users[0], world.abused, "nobody"], REF)
        assert [seen[n].seen for n in (world.users[0], world.abused, "nobody")] == [Seen.FREE, Seen.FOREIGN, Seen.GONE]

    def test_what_was_laid_is_seen_as_ours_and_as_foreign_by_another_case(self, panel, world):
        layer = self.suspend(panel)
        assert layer.lay([world.users[0]], REF)[world.users[0]].ok
        assert layer.see([world.users[0]], REF)[world.users[0]].seen is Seen.OURS
        assert layer.see([world.users[0]], OTHER)[world.users[0]].seen is Seen.FOREIGN

    def test_the_reason_on_the_panel_is_neutral(self, panel, world, actual):
        self.suspend(panel).lay([world.users[0]], REF)
        suspended, reason = actual(world.users[0])
        assert suspended and neutral_reason(REF) in reason and "billing" not in reason

    def test_laying_and_lifting_leave_a_foreign_suspension_as_it_was(self, panel, world, actual):
        layer, before = self.suspend(panel), actual(world.abused)
        names = [world.users[0], world.abused]
        seen = layer.see(names, REF)
        layer.lay(names, REF)
        layer.lift({name: seen[name].before for name in names}, REF)
        assert actual(world.abused) == before and not actual(world.users[0])[0]

    def test_laying_twice_and_lifting_twice_is_harmless(self, panel, world, actual):
        layer, name = self.suspend(panel), world.users[0]
        before = layer.see([name], REF)[name].before
        for _ in range(2):
            layer.lay([name], REF)
            assert actual(name)[0]
        for _ in range(2):
            layer.lift({name: before}, REF)
            assert not actual(name)[0]

    def test_another_cases_block_is_not_lifted(self, panel, world, actual):
        layer, name = self.suspend(panel), world.users[0]
        layer.lay([name], OTHER)
        layer.lift({name: {}}, REF)
        assert actual(name)[0]

    def test_an_unknown_account_holds_up_no_other(self, panel, world, actual):
        layer = self.suspend(panel)
        layer.lay([world.users[0], "nobody"], REF)
        assert actual(world.users[0])[0]

    def test_a_lost_foreign_suspension_is_laid_again_with_its_own_reason(self, panel, world, actual):
        account = panel.accounts([world.abused])[world.abused]
        before, again = actual(world.abused), panel.suspensions([account])
        self.free(world.abused)
        assert panel.reinstate(again)[world.abused].ok
        # A panel that shows no reason gives none to lay again.
        assert actual(world.abused)[0] == before[0] and account.reason.split(": ")[-1] in actual(world.abused)[1]

    def test_everybody_is_listed_with_his_owner_and_state(self, panel, world):
        found = {account.name: account for account in panel.everybody()}
        assert set(found) == {world.reseller, *world.users}
        assert found[world.abused].suspended and found[world.users[0]].owner == world.reseller
        assert found[world.reseller].kind is AccountKind.RESELLER

    def test_the_panel_says_who_sits_behind_a_session_and_nobody_else_does(self, panel, world, session_of):
        for name, kind in (("admin", "admin"), (world.reseller, "reseller"), (world.users[0], "user")):
            sitter = panel.sitter(*session_of(name))
            assert (sitter.login, sitter.kind, sitter.master) == (name, kind, "")

    def test_what_is_no_live_session_belongs_to_nobody(self, panel, session_of):
        session_id, key = session_of("admin")
        for odd in (("x" * 39, key), (session_id, "x" * 39), ("", ""), (session_id, f"{key}; a=b"), ("\r\nX: y", key)):
            assert panel.sitter(*odd) is None
        assert panel.sitter(session_id, key).login == "admin"

    def test_who_really_sits_there_under_login_as_is_named(self, panel, world, acting_session):
        sitter = panel.sitter(*acting_session("admin", world.reseller))
        assert (sitter.login, sitter.kind, sitter.master) == (world.reseller, "reseller", "admin")
