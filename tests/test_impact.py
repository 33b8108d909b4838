from dunning_plugin.impact import impact_of
from dunning_plugin.model import Account, AccountKind, AccountRef, Measure


def account(name, kind=AccountKind.USER, **more):
    return Account("da1", name, kind, more.pop("owner", "webbouw"), more.pop("suspended", False), **more)


FAMILY = [
    account("webbouw", AccountKind.RESELLER, owner="admin", domains=("webbouw.example",), mailboxes=2),
    account("jan", domains=("jan.example", "jans.example"), mailboxes=3),
    account("piet", suspended=True, reason="abuse", domains=("piet.example",), mailboxes=1),
    account("kees", suspended=True, reason="administrative reasons, ref K7QM-2XHB"),
]


def test_impact_counts_only_those_who_would_be_hit():
    impact = impact_of(FAMILY, frozenset({AccountRef("da1", "kees")}))
    assert (impact.resellers, impact.users, impact.domains, impact.mailboxes) == (1, 1, 3, 5)


def test_impact_names_apart_those_whom_somebody_else_blocked_and_those_we_blocked():
    impact = impact_of(FAMILY, frozenset({AccountRef("da1", "kees")}))
    assert [a.name for a in impact.foreign] == ["piet"] and [a.name for a in impact.ours] == ["kees"]
    assert impact.as_data()["left_alone"][0]["reason"] == "abuse"


def test_impact_says_unknown_rather_than_nought_when_the_panel_names_no_mailboxes():
    assert impact_of([account("jan")], frozenset()).mailboxes is None


def test_a_login_lock_hits_accounts_too_that_somebody_else_suspended():
    impact = impact_of(FAMILY, frozenset({AccountRef("da1", "kees")}), Measure.LOCK_LOGIN)
    assert [a.name for a in impact.hit] == ["webbouw", "jan", "piet"] and not impact.foreign


def test_a_suspension_that_failed_half_way_counts_as_hit_when_it_is_asked_for_again():
    kees = frozenset({AccountRef("da1", "kees")})
    impact = impact_of(FAMILY, kees, Measure.SUSPEND, unfinished=kees)
    assert [a.name for a in impact.hit] == ["webbouw", "jan", "kees"] and not impact.ours
