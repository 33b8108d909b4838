"""What the pages work with: the installation, the board, the forms, and a bell for the worker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Callable

from dunning_plugin.board import Boards
from dunning_plugin.installation import Installation
from dunning_plugin.service.forms import Forms


@dataclass(frozen=True)
class Desk:
    """One for the whole service; everything in it is safe for several threads."""

    installation: Installation
    boards: Boards
    forms: Forms
    wake_worker: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        """The present instant in UTC."""
        return self.installation.now()
