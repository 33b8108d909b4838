"""The blueprint: which page a request is about, and what is shown when something goes wrong.

Only /index.html (a fragment that the skin wraps) and /data.raw (figures for the script) come here. No redirect can be
sent: after a form the page itself shows what came of it.
"""

from typing import Callable, Dict, List, Tuple

import flask
from werkzeug.exceptions import HTTPException

from dunning_plugin.errors import (
    CaseBusy,
    DunningError,
    GateClosed,
    InputErrors,
    PanelChanged,
    PanelRefused,
    PanelUnreachable,
)
from dunning_plugin.pages import account, addresses, asking, confirm, history, imports, job, overdue, overview
from dunning_plugin.pages.desk import tongue
from dunning_plugin.pages.mistakes import PageMistake
from dunning_plugin.pages.rendering import render
from dunning_plugin.service.forms import FormRefused

blueprint = flask.Blueprint("pages", __name__)
Answer = Tuple[str, int]

SHOWN: Dict[str, Callable[[], str]] = {
    "overview": overview.show,
    "overdue": overdue.show,
    "account": account.show,
    "confirm": confirm.show,
    "job": job.show,
    "jobs": job.show_all,
    "import": imports.show,
    "journal": history.show,
}
SENT: Dict[str, Callable[[], str]] = {"confirm": confirm.take, "import": imports.take}
STATUS = {
    FormRefused: 403,
    GateClosed: 409,
    CaseBusy: 409,
    PanelUnreachable: 502,
    PanelRefused: 502,
    PanelChanged: 502,
}


@blueprint.get("/index.html")
def page() -> Answer:
    """A page."""
    return _answer(posted=False)


@blueprint.post("/index.html")
def form() -> Answer:
    """A form. One without any field is how Evolution opens a page in its frame."""
    return _answer(posted=True)


@blueprint.get("/data.raw")
def data() -> flask.Response:
    """A job's figures as JSON."""
    try:
        if asking.asked("page") != "job":
            raise PageMistake("not_found", 404)
        return flask.jsonify(job.figures())
    except PageMistake as mistake:
        answer = flask.jsonify(error=tongue().text(f"error.{mistake.key}"))
        answer.status_code = mistake.status
        return answer
    except DunningError as error:
        answer = flask.jsonify(error=str(error))
        answer.status_code = _status(error)
        return answer


def _answer(posted: bool) -> Answer:
    try:
        if posted and (flask.request.content_length or 0) > asking.MOST_BYTES:
            raise PageMistake("too_large", 413)
        views = SENT if posted and flask.request.form else SHOWN
        view = views.get(asking.asked("page") or "overview")
        if view is None:
            raise PageMistake("not_found", 404)
        return view(), 200
    except PageMistake as mistake:
        return _mistake(mistake)
    except FormRefused:
        return _mistake(PageMistake("form", 403), _here())
    except DunningError as error:
        return _error(error)
    except HTTPException as error:
        return _mistake(PageMistake("too_large" if error.code == 413 else "odd", error.code or 400))
    except Exception:
        # The admin gets a page of ours, never a traceback; what happened is the log's.
        flask.current_app.logger.exception("a page met something unexpected")
        return _mistake(PageMistake("unexpected", 500))


def _mistake(mistake: PageMistake, again: str = "") -> Answer:
    text = tongue().text
    return (
        render(
            "error.html.j2",
            "",
            heading=text(f"error.{mistake.key}"),
            lines=[text(f"error.{mistake.key}_lead")],
            foreign_words=False,
            hint="",
            again=again or addresses.page("overview"),
            again_words=text("error.again" if again else "error.to_overview"),
        ),
        mistake.status,
    )


def _error(error: DunningError) -> Answer:
    lines: List[str] = [str(each) for each in error.errors] if isinstance(error, InputErrors) else [str(error)]
    text = tongue().text
    page = render(
        "error.html.j2",
        "",
        heading=text("error.title"),
        lines=lines,
        foreign_words=True,
        hint="",
        again=_here(),
        again_words=text("error.again"),
    )
    return page, _status(error)


def _status(error: DunningError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def _here() -> str:
    """The page that the request was about, by its own address made anew."""
    query = flask.request.args.to_dict(flat=False)
    name = query.pop("page", ["overview"])[0]
    return addresses.page(name, **{key: tuple(values) for key, values in query.items()})
