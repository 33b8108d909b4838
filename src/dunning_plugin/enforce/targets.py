"""From the names that a person gives to accounts and their debtors: the same for command line and page."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Callable, Dict, Iterable, List, Sequence, Tuple

from dunning_plugin.errors import InputError
from dunning_plugin.model import Account, AccountKind, AccountRef, Debtor
from dunning_plugin.panels.interface import Panel
from dunning_plugin.store import ledger

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Scope(str, Enum):
    """How far below a reseller a measure reaches. A single user is always himself alone."""

    ALL = "all"
    RESELLER = "reseller"
    USERS = "users"


@dataclass(frozen=True)
class Target:
    """The accounts of one debtor on one panel that a wish is about.

    `whole` are the resellers whose users are all among them: theirs are the pages that become the notice."""

    debtor: Debtor
    panel: str
    accounts: Tuple[Account, ...]
    whole: Tuple[str, ...]


def account_refs(
    conn: "Connection", names: Iterable[str], debtor_keys: Iterable[str], panels: Sequence[str]
) -> Tuple[AccountRef, ...]:
    """Accounts from 'name', 'panel/name' or a debtor's key; debtors stand for the accounts linked to them."""
    refs: List[AccountRef] = []
    for key in debtor_keys:
        refs.extend(_linked(conn, key))
    for name in names:
        panel, slash, account = name.partition("/")
        if slash and panel not in panels:
            raise InputError(f"no panel '{panel}'", field=name, remedy=f"configured panels: {', '.join(panels)}")
        if slash:
            refs.append(AccountRef(panel, account))
        elif ledger.debtor(conn, name) is not None and ledger.accounts_of(conn, name):
            refs.extend(_linked(conn, name))
        else:
            refs.append(AccountRef(_only(panels, name), name))
    return tuple(dict.fromkeys(refs))


def _linked(conn: "Connection", key: str) -> Tuple[AccountRef, ...]:
    if ledger.debtor(conn, key) is None:
        raise InputError(f"no debtor '{key}'", remedy="see `dunning overdue`, or take in the list of debtors first")
    linked = ledger.accounts_of(conn, key)
    if not linked:
        raise InputError(f"debtor '{key}' has no accounts", remedy="link them in debtors.yaml and import that")
    return tuple(linked)


def _only(panels: Sequence[str], name: str) -> str:
    if len(panels) != 1:
        raise InputError(
            f"'{name}' does not say on which panel", remedy=f"write panel/{name}; panels: {', '.join(panels)}"
        )
    return panels[0]


def listed(panel: Panel, names: Sequence[str]) -> Dict[str, Account]:
    """The named accounts as the panel lists them. InputError for a name it does not know, or an admin's."""
    present = panel.accounts(names)
    for name in names:
        if name not in present:
            raise InputError(f"{panel.name} knows no account '{name}'", remedy="check the spelling (lower case)")
        if present[name].kind is AccountKind.ADMIN:
            raise InputError(
                f"'{name}' is an admin of {panel.name}", remedy="admins are never touched; name resellers or users"
            )
    return dict(present)


def reach(panel: Panel, accounts: Iterable[Account], scope: Scope) -> Tuple[Account, ...]:
    """The accounts that a measure with this scope reaches, each once, resellers before their users."""
    found: Dict[str, Account] = {}
    for account in accounts:
        if account.kind is not AccountKind.RESELLER or scope is Scope.RESELLER:
            found.setdefault(account.name, account)
            continue
        family = panel.reseller_accounts(account.name)
        for member in family if scope is Scope.ALL else family[1:]:
            found.setdefault(member.name, member)
    return tuple(found.values())


def targets(
    conn: "Connection", panel_of: Callable[[str], Panel], refs: Sequence[AccountRef], scope: Scope
) -> Tuple[Target, ...]:
    """Group accounts by debtor and panel. InputError for an account that no debtor answers for."""
    groups: Dict[Tuple[str, str], List[Account]] = {}
    debtors: Dict[str, Debtor] = {}
    for panel_name in dict.fromkeys(ref.panel for ref in refs):
        panel = panel_of(panel_name)
        named = listed(panel, [ref.name for ref in refs if ref.panel == panel_name])
        for account in named.values():
            debtor = debtor_for(conn, account)
            debtors[debtor.key] = debtor
            groups.setdefault((debtor.key, panel_name), []).append(account)
    return tuple(
        Target(
            debtors[key],
            panel_name,
            reach(panel_of(panel_name), accounts, scope),
            tuple(a.name for a in accounts if a.kind is AccountKind.RESELLER and scope is Scope.ALL),
        )
        for (key, panel_name), accounts in groups.items()
    )


def debtor_for(conn: "Connection", account: Account) -> Debtor:
    """Who answers for an account: he that it is linked to, or he that its owner is linked to."""
    debtor = ledger.debtor_of_account(conn, account.panel, account.name)
    if debtor is None and account.kind is AccountKind.USER:
        debtor = ledger.debtor_of_account(conn, account.panel, account.owner)
    if debtor is None:
        raise InputError(
            f"{account.ref} belongs to no debtor", remedy="link it to one in debtors.yaml and import that file"
        )
    return debtor
