"""What the service hands to the pages: who asks, and the installation that is asked about."""

from datetime import datetime
from typing import TYPE_CHECKING, Callable, Protocol, cast

import flask

from dunning_plugin.pages.speech import Speech, speech

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dunning_plugin.board import Board
    from dunning_plugin.installation import Installation
    from dunning_plugin.service.forms import Used
    from dunning_plugin.service.person import Person


class Boards(Protocol):
    """Gives the table of overdue resellers."""

    def now(self) -> "Board":
        """The board as it is now."""


class Forms(Protocol):
    """Makes and takes form tokens (see service/forms.py)."""

    def token(self, session: str, form: str) -> str:
        """A token for one form in one session."""

    def accept(self, session: str, form: str, token: str, act: "Callable[[Connection], str]") -> "Used":
        """Run `act` once for this token."""


class Desk(Protocol):
    """The service, as far as pages see it."""

    @property
    def installation(self) -> "Installation":
        """Configuration, store, panels, clock."""

    @property
    def boards(self) -> Boards:
        """The table of overdue resellers."""

    @property
    def forms(self) -> Forms:
        """Form tokens."""

    @property
    def wake_worker(self) -> Callable[[], None]:
        """Tell the worker that a job waits."""

    def now(self) -> datetime:
        """The present instant, UTC."""


def desk() -> Desk:
    """The service that this request came to."""
    return cast(Desk, flask.current_app.extensions["dunning"])


def person() -> "Person":
    """The admin who asks, as the panel says."""
    return cast("Person", flask.g.person)


def session() -> str:
    """What stands for his session in form tokens."""
    return str(flask.g.session)


def tongue() -> Speech:
    """His language."""
    return speech(person().language)
