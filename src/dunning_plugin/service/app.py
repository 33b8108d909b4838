"""The WSGI application: proves every request, then hands it to the pages.

The relay in plugin/admin/ sends the panel's session along in X-Session-Id and X-Session-Key. It is believed nothing
else: name, kind and the person behind a login-as come from the panel's own answer.
"""

import logging
from html import escape
from typing import Optional

import flask
from werkzeug.exceptions import HTTPException

from dunning_plugin.errors import DunningError
from dunning_plugin.pages.views import blueprint
from dunning_plugin.service.desk import Desk
from dunning_plugin.service.person import NotLetIn, People, session_mark

LOG = logging.getLogger("dunning")
MOST_BODY = 128 * 1024
"""A form comes through one environment variable, which holds 128 KiB."""
MOST_FIELDS = 2000
REFUSED = {
    "en": ("No access", "This page cannot be shown"),
    "nl": ("Geen toegang", "Deze pagina kan niet worden getoond"),
}


def create_app(desk: Desk, people: People) -> flask.Flask:
    """The application for one desk; `people` proves sessions."""
    app = flask.Flask("dunning_plugin.service", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BODY, MAX_FORM_MEMORY_SIZE=MOST_BODY, MAX_FORM_PARTS=MOST_FIELDS)
    app.extensions["dunning"] = desk

    @app.before_request
    def prove() -> Optional[flask.Response]:
        headers = flask.request.headers
        session_id, session_key = headers.get("X-Session-Id", ""), headers.get("X-Session-Key", "")
        try:
            if not session_id or not session_key:
                raise NotLetIn("this page is opened from within the panel")
            flask.g.person = people.behind(session_id, session_key)
        except DunningError as error:
            LOG.warning("refused: %s", error)
            return refusal(403 if isinstance(error, NotLetIn) else 503, str(error))
        flask.g.session = session_mark(session_id, session_key)
        return None

    @app.after_request
    def harden(response: flask.Response) -> flask.Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.mimetype == "text/html":
            # A skin may declare another encoding than ours, or none: character references are right in every one.
            response.set_data(response.get_data(as_text=True).encode("ascii", "xmlcharrefreplace"))
        return response

    @app.errorhandler(Exception)
    def trouble(error: Exception) -> flask.Response:
        if isinstance(error, HTTPException):
            return refusal(error.code or 500, error.description or error.name)
        LOG.exception("a page met something unexpected")
        return refusal(500, "something unexpected went wrong; see: journalctl -u dunning")

    app.register_blueprint(blueprint)
    return app


def refusal(status: int, words: str) -> flask.Response:
    """A plain answer in the form that the caller reads: JSON for data.raw, else a fragment in both languages."""
    if flask.request.path == "/data.raw":
        response = flask.jsonify(error=words)
    else:
        heads = "".join(f"<h1 lang='{lang}'>{escape(' — '.join(text))}</h1>" for lang, text in REFUSED.items())
        response = flask.Response(f"<main class='dunning'>{heads}<p>{escape(words)}</p></main>", mimetype="text/html")
    response.status_code = status
    return response
