"""What the confirmation of a suspension, a login lock or a notice shows, and the wish that comes of it."""

from dataclasses import dataclass, replace
from typing import Any, Dict, Iterable, List, Optional, Tuple

from dunning_plugin.enforce.targets import Scope, Target
from dunning_plugin.enforce.wishes import SuspendWish, SuspensionPlan, blocks_of, plan_suspension
from dunning_plugin.errors import DunningError, InputError, InputErrors
from dunning_plugin.model import AccountKind, AccountRef, Measure
from dunning_plugin.notice.from_config import account_names
from dunning_plugin.notice.render import SPECIMEN
from dunning_plugin.notice.render import render as render_notice
from dunning_plugin.pages.desk import desk
from dunning_plugin.store import cases as case_rows

SCOPES = {"lock_login": ("reseller", "all")}
"""Acts whose reach the admin chooses; the first is what is shown before he has chosen."""


class Missing(Exception):
    """The form lacks what it needs. `key`: of the text that says so."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


@dataclass(frozen=True)
class Draft:
    """What the address asks for, before there is a reason."""

    act: str
    refs: Tuple[AccountRef, ...]
    scope: Scope


def scope_of(act: str, asked: str) -> Scope:
    """The scope asked for, or the act's first; where there is no choice, all."""
    choices = SCOPES.get(act, ("all",))
    return Scope(asked if asked in choices else choices[0])


def wish(draft: Draft, reason: str, notice: bool, anyway: bool) -> SuspendWish:
    """The wish that the form sent. Only a whole reseller's suspension leaves a choice about the notice."""
    return SuspendWish(
        names=tuple(str(ref) for ref in draft.refs),
        measure=Measure(draft.act),
        scope=draft.scope,
        notice=notice and draft.act == "suspend" and _local(draft),
        why=reason,
        without_overdue=anyway,
    )


def check(draft: Draft, asked: SuspendWish) -> None:
    """Missing if the form lacks the reason, or the yes to going on although nothing is overdue."""
    if not asked.why:
        raise Missing("confirm.why_missing")
    if not asked.without_overdue and _plan(draft).closed:
        raise Missing("confirm.anyway_missing")


def subjects(draft: Draft) -> Iterable[str]:
    """Whom and what the form is about: what is bound to its token."""
    return _subjects(_plan(draft), draft)


def _subjects(plan: SuspensionPlan, draft: Draft) -> List[str]:
    hit = {account.ref for account in plan.impact.hit}
    about = [f"{ref} {measure.value}" for ref, measure in blocks_of(plan, _first_wish(draft))]
    return [*about, *(f"hit {ref}" for ref in hit), f"closed {bool(plan.closed)}"]


def values(draft: Draft) -> Tuple[Dict[str, Any], Iterable[str]]:
    """What the template needs, and the subjects."""
    plan = _plan(draft)
    # A gate that a person may open by his reason opens here; any other stays closed whatever he writes.
    anyway = replace(_first_wish(draft), without_overdue=True, why="asked for on the page")
    may_open = bool(plan.closed) and not plan_suspension(desk().installation, anyway).closed
    target = plan.targets[0]
    whole = draft.refs[0].name in target.whole
    shows_notice = _local(draft) and whole and draft.act in ("suspend", "notice_web")
    notice, has_case, errors = _notice(target, draft) if shows_notice else ("", False, [])
    is_reseller = any(a.name == draft.refs[0].name and a.kind is AccountKind.RESELLER for a in target.accounts)
    found: Dict[str, Any] = {
        "impact": plan.impact,
        "closed": plan.closed,
        "may_open": may_open,
        "scopes": SCOPES.get(draft.act, ()) if is_reseller else (),
        "scope": draft.scope.value,
        "local": _local(draft),
        "shows_notice": shows_notice,
        "notice": notice,
        "has_case": has_case,
        "notice_errors": errors,
        "may_skip_notice": shows_notice and draft.act == "suspend",
        "with_notice": bool(notice),
        "may_go_on": _may_go_on(plan, draft, may_open, errors),
    }
    return found, _subjects(plan, draft)


def _may_go_on(plan: SuspensionPlan, draft: Draft, may_open: bool, errors: List[str]) -> bool:
    if plan.closed and not may_open:
        return False
    return bool(plan.impact.hit) and not (draft.act == "notice_web" and errors)


def _plan(draft: Draft) -> SuspensionPlan:
    return plan_suspension(desk().installation, _first_wish(draft))


def _first_wish(draft: Draft) -> SuspendWish:
    return wish(draft, "", notice=True, anyway=False)


def _local(draft: Draft) -> bool:
    return desk().installation.config.panels[draft.refs[0].panel].local


def _notice(target: Target, draft: Draft) -> Tuple[str, bool, List[str]]:
    """(the page as a visitor meets it, whether its reference is a case's, why it may not be published)."""
    installation = desk().installation
    config = installation.config
    with installation.store.read() as conn:
        case = case_rows.current(conn, target.debtor.key)
    himself: Optional[str] = next((a.language for a in target.accounts if a.name == draft.refs[0].name), None)
    language = himself if himself in config.notice.languages else config.host.language
    if language not in config.notice.languages:
        language = config.notice.languages[0]
    hidden = [target.debtor.name, *account_names(config, draft.refs[0].name)]
    try:
        reference = case.ref if case else SPECIMEN
        page = render_notice(language, config.host.contact, reference, config.notice.templates, hidden)
    except InputErrors as error:
        return "", False, [str(each) for each in error.errors]
    except InputError as error:
        return "", False, [str(error)]
    except DunningError as error:
        return "", False, [str(error)]
    return page, case is not None, []
