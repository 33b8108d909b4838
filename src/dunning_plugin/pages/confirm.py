"""The confirmation before every act: who would be hit, who is left alone and why, what a visitor will see, the reason.

The form is bound to what was shown: its token names the accounts, the measure, and a digest of who would be hit. If
that has changed when the form comes, nothing is done and it is shown anew.
"""

import hashlib
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Sequence, Tuple, Union

from dunning_plugin import jobs
from dunning_plugin.enforce.wishes import RestoreWish, SuspendWish
from dunning_plugin.errors import DunningError
from dunning_plugin.model import AccountRef
from dunning_plugin.pages import addresses, confirm_restore, confirm_suspend, job
from dunning_plugin.pages.asking import asked, refs, sent, why
from dunning_plugin.pages.confirm_suspend import Draft
from dunning_plugin.pages.desk import desk, person, session, tongue
from dunning_plugin.pages.mistakes import PageMistake
from dunning_plugin.pages.rendering import render

if TYPE_CHECKING:
    from sqlalchemy import Connection

Wish = Union[SuspendWish, RestoreWish]
ACTS = ("lock_login", "notice_web", "suspend", "restore")
SHA256_HEX = 64


class _Changed(Exception):
    """Other accounts would be hit than those that were shown."""


def show() -> str:
    """The confirmation that the address asks for."""
    return _page(_draft())


def take() -> str:
    """The form: queue the job once, and show it."""
    draft = _draft()
    token, seen, reason = sent("token"), sent("seen")[:SHA256_HEX], why()
    if draft.act == "restore":
        wish: Wish = confirm_restore.wish(draft, reason)
    else:
        wish = confirm_suspend.wish(draft, reason, notice=bool(sent("notice")), anyway=bool(sent("anyway")))
    may_go_on = _looked(draft, wish, seen)

    def act(conn: "Connection") -> str:
        may_go_on()
        return "job:" + jobs.queue(conn, wish, person().who, desk().now())

    try:
        used = desk().forms.accept(session(), _form(draft, seen), token, act)
    except _Changed:
        return _page(draft, changed=True, reason=reason)
    except confirm_suspend.Missing as missing:
        return _page(draft, mistake=tongue().text(missing.key), reason=reason)
    desk().wake_worker()
    return job.page(used.outcome.partition(":")[2], fresh=not used.again)


def _draft() -> Draft:
    """What the address asks for."""
    act, named = asked("act"), refs()
    if act not in ACTS:
        raise PageMistake("odd", 400)
    if any(ref.panel not in desk().installation.config.panels for ref in named):
        raise PageMistake("no_account", 404)
    if act != "restore" and len(named) > 1:
        raise PageMistake("odd", 400)
    return Draft(act, named, confirm_suspend.scope_of(act, asked("scope")))


def _looked(draft: Draft, wish: Wish, seen: str) -> Callable[[], None]:
    """Look at whom it would hit now and at what the form lacks, outside of any transaction: no panel may keep the
    store locked. What is wrong is raised when the answer is asked for. A form that was used already never asks, and
    so shows its first outcome even while the panel is away."""
    try:
        if digest_of(_subjects(draft)) != seen:
            raise _Changed
        _check(draft, wish)
    except (DunningError, _Changed, confirm_suspend.Missing) as error:
        trouble = error

        def failed() -> None:
            raise trouble

        return failed
    return lambda: None


def _subjects(draft: Draft) -> Iterable[str]:
    if draft.act == "restore":
        return confirm_restore.subjects(draft)
    return confirm_suspend.subjects(draft)


def digest_of(subjects: Iterable[str]) -> str:
    """What stands for those who would be hit."""
    return hashlib.sha256("\n".join(sorted(subjects)).encode("utf-8")).hexdigest()


def _form(draft: Draft, seen: str) -> str:
    names = ",".join(str(ref) for ref in draft.refs)
    return f"{draft.act}:{draft.scope.value}:{names}:{seen}"


def _check(draft: Draft, wish: Wish) -> None:
    if isinstance(wish, SuspendWish):
        confirm_suspend.check(draft, wish)


def _page(draft: Draft, *, changed: bool = False, mistake: str = "", reason: str = "") -> str:
    module = confirm_restore if draft.act == "restore" else confirm_suspend
    values, subjects = module.values(draft)
    seen = digest_of(subjects)
    query: Dict[str, Any] = {"act": draft.act, "name": _names(draft.refs), "scope": draft.scope.value}
    return render(
        f"confirm_{'restore' if draft.act == 'restore' else 'suspend'}.html.j2",
        "overdue",
        **{
            **values,
            "act": draft.act,
            "refs": draft.refs,
            "heading": _heading(draft),
            "changed": changed,
            "mistake": mistake,
            "why": reason,
            "why_needed": draft.act != "restore",
            "button": tongue().text(f"confirm.do_{draft.act}"),
            "back": _back(draft.refs),
            "form_action": addresses.page("confirm", **query),
            "token": desk().forms.token(session(), _form(draft, seen)) if values["may_go_on"] else "",
            "seen": seen,
        },
    )


def _heading(draft: Draft) -> str:
    if len(draft.refs) > 1:
        return tongue().text("confirm.title_restore_many", n=len(draft.refs))
    return tongue().text(f"confirm.title_{draft.act}", name=str(draft.refs[0]))


def _back(named: Sequence[AccountRef]) -> str:
    if len(named) == 1:
        return addresses.page("account", name=str(named[0]))
    return addresses.page("overdue")


def _names(named: Sequence[AccountRef]) -> Tuple[str, ...]:
    return tuple(str(ref) for ref in named)
